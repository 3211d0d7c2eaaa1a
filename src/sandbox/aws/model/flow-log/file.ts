import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type FlowRecord, renderRecord } from "./record.ts";

/** The text of a file: one header line with the names, then a line a record. */
export function flowLogText(records: readonly FlowRecord[], fields: readonly string[]): string {
  const lines = [fields.join(" "), ...records.map((record) => renderRecord(record, fields))];
  return `${lines.join("\n")}\n`;
}

/** The bytes of a file as S3 gets them, and eight hexadecimal digits for its name that depend on the content. */
export function flowLogFile(
  text: string,
  salt: string,
): { readonly body: Uint8Array; readonly hash: string } {
  const hash = createHash("sha256").update(salt).update(text).digest("hex").slice(0, 8);
  return { body: gzipSync(text), hash };
}
