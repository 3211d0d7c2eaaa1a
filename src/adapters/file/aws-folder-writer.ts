import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AwsAnswers } from "../aws/parse/aws-answers.ts";
import { ENTRIES_FILE, LIST_FILES, QUOTAS_FILE, TAGS_FILE } from "./aws-folder-layout.ts";

/**
 * Writes answers as a snapshot folder that `awsFolder` reads back. Every file is written, empty ones too, so that
 * nothing of an older snapshot stays behind.
 *
 * @returns the paths written, in the order of the layout
 */
export async function writeAwsFolder(folder: string, answers: AwsAnswers): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const files: [string, unknown][] = LIST_FILES.map(({ file, key, field }) => [
    file,
    { [key]: answers[field] },
  ]);
  files.push([ENTRIES_FILE, byId(answers.prefixListEntries, "Entries")]);
  files.push([TAGS_FILE, byId(answers.tagLists, "TagList")]);
  files.push([QUOTAS_FILE, quotasByCode(answers.quotas)]);
  const written: string[] = [];
  for (const [file, content] of files) {
    const path = join(folder, file);
    const draft = `${path}.${process.pid}.tmp`;
    await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`);
    await rename(draft, path);
    written.push(path);
  }
  return written;
}

function byId(lists: ReadonlyMap<string, readonly unknown[]>, key: string): Record<string, unknown> {
  const sorted = [...lists].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return Object.fromEntries(sorted.map(([id, items]) => [id, { [key]: items }]));
}

function quotasByCode(quotas: readonly unknown[]): Record<string, unknown> {
  const entries = quotas.flatMap((quota) => {
    const code =
      typeof quota === "object" && quota !== null && "QuotaCode" in quota ? quota.QuotaCode : undefined;
    return typeof code === "string" ? [[code, { Quota: quota }] as const] : [];
  });
  return Object.fromEntries(entries);
}
