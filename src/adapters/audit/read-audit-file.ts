import { readFile } from "node:fs/promises";
import type { AuditLine } from "../../core/audit/audit-record.ts";
import { auditLines } from "./audit-lines.ts";

/** Reads an audit file line by line. @throws NodeJS.ErrnoException when there is no such file */
export async function readAuditFile(path: string): Promise<readonly AuditLine[]> {
  const texts = (await readFile(path, "utf8")).split("\n");
  if (texts.at(-1) === "") texts.pop();
  return auditLines(texts);
}
