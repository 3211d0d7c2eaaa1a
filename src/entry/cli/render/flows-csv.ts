import type { JudgedConversation } from "../judged-conversation.ts";

const COLUMNS: readonly (readonly [string, (c: JudgedConversation) => string | number | undefined])[] = [
  ["consumer", (c) => c.consumer],
  ["provider", (c) => c.provider],
  ["port", (c) => c.port],
  ["protocol", (c) => c.protocol],
  ["action", (c) => c.action],
  ["records", (c) => c.records],
  ["packets", (c) => c.packets],
  ["bytes", (c) => c.bytes],
  ["first_seen", (c) => c.firstSeen],
  ["last_seen", (c) => c.lastSeen],
  ["oriented_by", (c) => c.orientedBy],
  ["database", (c) => c.database],
  ["verdict", (c) => c.verdict],
];

/** The names of the columns, in their order. New ones come at the end. */
export const flowsCsvHead = (): string => COLUMNS.map(([name]) => name).join(",");

/** One conversation as a line of CSV (RFC 4180); what the log does not carry is empty. */
export function flowCsvLine(conversation: JudgedConversation): string {
  let line = "";
  for (let at = 0; at < COLUMNS.length; at += 1) {
    const value = COLUMNS[at]?.[1](conversation);
    if (at > 0) line += ",";
    if (value !== undefined) line += typeof value === "number" ? value : quoted(value);
  }
  return line;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
