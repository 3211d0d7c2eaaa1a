import { readFile } from "node:fs/promises";
import { jsonErrorOffset } from "./json-error-offset.ts";
import { snapshotFault } from "./snapshot-fault.ts";

/**
 * Reads a JSON file that the AWS CLI wrote.
 *
 * @returns the value, or `undefined` when there is no such file
 * @throws AwsFault with the line and column when the text is no JSON
 */
export async function readJsonFile(path: string): Promise<unknown> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    if (code === "ENOENT") return undefined;
    throw snapshotFault(
      "SnapshotUnreadable",
      path,
      `cannot be read (${code})`,
      "Check the file's permissions",
    );
  }
  return parseJson(decodeText(bytes), path);
}

/** PowerShell's `>` writes UTF-16 with a byte order mark. */
function decodeText(bytes: Buffer): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const before = text.slice(0, jsonErrorOffset(text)).split("\n");
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw snapshotFault(
      "SnapshotSyntax",
      `${path}:${place}`,
      `is not valid JSON: ${withoutExcerpt(message)}`,
      'Save the answer again with "--output json", or with "moat snapshot"',
    );
  }
}

/** The engine quotes a piece of the file, which may be long, or gives a second place. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (\.\.\.)?".*" is not valid JSON$| in JSON at position.*$/s, "");
}
