import { readFile } from "node:fs/promises";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { jsonErrorOffset } from "./json-error-offset.ts";

/** The text of a file and the JSON in it. */
export interface JsonFile {
  readonly text: string;
  readonly json: unknown;
}

/**
 * Reads a JSON file of a policy snapshot.
 *
 * @returns `undefined` when there is no such file
 * @throws PolicyFault `invalid` with line and column when it is not JSON, `denied` when it may not be read
 */
export async function readPolicyJson(path: string): Promise<JsonFile | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : { text, json: parseJson(path, text) };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, "utf8");
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
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
