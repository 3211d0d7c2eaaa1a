import { readFile } from "node:fs/promises";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { jsonErrorOffset } from "./json-error-offset.ts";

/** The JSON in a file. */
export interface JsonFile {
  readonly json: unknown;
}

/**
 * Reads a JSON file of a policy snapshot.
 *
 * @returns `undefined` when there is no such file
 * @throws PolicyFault `invalid` with line and column when it is not JSON, `denied` when it may not be read
 */
export async function readPolicyJson(path: string): Promise<JsonFile | undefined> {
  const bytes = await readPolicyBytes(path);
  return bytes === undefined ? undefined : parsePolicyJson(path, bytes);
}

/**
 * Parses what a file of a policy snapshot holds.
 *
 * @throws PolicyFault `invalid` with line and column when it is not JSON
 */
export function parsePolicyJson(path: string, bytes: Uint8Array): JsonFile {
  return { json: parseJson(path, policyText(bytes)) };
}

/** The text of a file of a policy snapshot, without a byte order mark. */
export function policyText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * Reads a file of a policy snapshot.
 *
 * @returns `undefined` when there is no such file
 * @throws PolicyFault `denied` when it may not be read, `invalid` when it cannot
 */
export async function readPolicyBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return undefined;
    if (code === "EACCES" || code === "EPERM") {
      throw new PolicyFault(
        "denied",
        `"${path}" may not be read: ${code}`,
        `give yourself the right to read "${path}"`,
      );
    }
    throw new PolicyFault(
      "invalid",
      `"${path}" cannot be read: ${code ?? String(error)}`,
      "check that it is a file",
    );
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const before = text.slice(0, jsonErrorOffset(text)).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const fix = "write the snapshot again, or correct the file at that place";
    throw new PolicyFault("invalid", `"${path}" is not JSON: it breaks at ${place}`, fix);
  }
}

/** The code of a file system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
