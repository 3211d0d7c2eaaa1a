import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { COLLECTION_NAMES } from "../pce/parse/collections.ts";
import type { PceRead } from "../pce/pce-read.ts";
import { errorCode } from "./policy-json-file.ts";

/** What a snapshot holds: file names, in the order in which they were written, and rows in each. */
export interface PolicySnapshot {
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Writes a PCE's collections as a folder that `createPolicyFolder` reads: the same policy, to the byte. Other files of
 * the folder stay.
 *
 * @throws PolicyFault `badAnswer` for an incomplete read, which as a snapshot would pass for a whole one
 */
export async function writePolicyFolder(folder: string, read: PceRead): Promise<PolicySnapshot> {
  const [problem] = read.problems;
  if (!read.complete) {
    throw new PolicyFault(
      "badAnswer",
      `The PCE's answer is incomplete, so no snapshot was written: ${problem?.what ?? "reason unknown"}`,
      problem?.fix ?? "try again",
    );
  }
  const files = COLLECTION_NAMES.map((name) => ({
    name: `${name}.json`,
    json: read.collections[name] ?? [],
  }));
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, json } of files) await writeJson(folder, name, rowsText(json));
    await writeJson(folder, "sec_policy.json", `${JSON.stringify(read.secPolicy, null, 2)}\n`);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  return {
    folder,
    files: [
      ...files.map(({ name, json }) => ({ name, rows: json.length })),
      { name: "sec_policy.json", rows: 1 },
    ],
  };
}

/** One object a line: small, and easy to compare. */
function rowsText(rows: readonly unknown[]): string {
  return rows.length === 0 ? "[]\n" : `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

/** Never leaves half a file under the final name. */
async function writeJson(folder: string, name: string, text: string): Promise<void> {
  const unfinished = join(folder, `.${name}.tmp`);
  await writeFile(unfinished, text);
  await rename(unfinished, join(folder, name));
}

function cannotWrite(folder: string, error: unknown): PolicyFault {
  const code = errorCode(error) ?? String(error);
  return new PolicyFault(
    "denied",
    `"${folder}" cannot be written: ${code}`,
    "name a folder that you may write to",
  );
}
