import type { FlowInput } from "../../../core/flow/conversation.ts";
import type { JudgedConversation } from "../judged-conversation.ts";
import { counted, grouped, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { COLUMNS, table } from "./table.ts";

/** Conversations in a table, who the consumers are, and what was read. */
export function flowsText(
  conversations: readonly JudgedConversation[],
  input: FlowInput,
  style: Style,
  nameOfConsumer: (address: string) => string,
): string {
  if (conversations.length === 0) return `No conversation matches.\n\n${inputText(input)}`;
  const doubt = [
    ...(conversations.some((c) => c.orientedBy === "unknown")
      ? ["? no sign tells who opened these connections"]
      : []),
    ...(conversations.some((c) => c.verdict === "denied") ? ["! policy does not allow these"] : []),
  ];
  return [
    conversationsText(conversations, style),
    ...consumersText(conversations, style, nameOfConsumer),
    [...doubt, inputText(input)].join("\n"),
  ].join("\n\n");
}

const HEADS: readonly string[] = ["CONSUMER", "PROVIDER", "DATABASE", "ACTION", "RECORDS", "LAST SEEN"];

/** A table; where addresses are too long for it they get a line above their row. */
function conversationsText(conversations: readonly JudgedConversation[], style: Style): string {
  const rows = conversations.map((c) => [c.consumer, providerText(c), ...restOf(c)]);
  const longest = longestInTable(rows);
  const fits = (row: readonly string[]): boolean => endsLength(row) <= longest;
  const shown = rows.map((row) => (fits(row) ? row : ["", "", ...row.slice(2)]));
  const coloured = (cell: string): string => (cell.startsWith("REJECT") ? style.red(cell) : cell);
  const text = table([HEADS.map(style.bold), ...shown.map((row) => row.map(coloured))]);
  const [head = "", ...lines] = text.split("\n");
  return [
    head,
    ...lines.flatMap((line, i) => {
      const row = rows[i] ?? [];
      return fits(row) ? [line] : [endsText(row), line];
    }),
  ].join("\n");
}

const endsLength = ([consumer = "", provider = ""]: readonly string[]): number =>
  consumer.length + provider.length;

/** The most that consumer and provider of a row may take together so that the table is no wider than the page. */
function longestInTable(rows: readonly (readonly string[])[]): number {
  const lengths = [...new Set(rows.map(endsLength))].toSorted((a, b) => b - a);
  const rest = widthOf(rows, 2);
  return (
    lengths.find(
      (most) =>
        widthOf(
          rows.filter((row) => endsLength(row) <= most),
          0,
          2,
        ) +
          rest <=
        COLUMNS,
    ) ?? 0
  );
}

/** What the columns take, with the two blanks before each but the first. */
function widthOf(rows: readonly (readonly string[])[], from: number, to = HEADS.length): number {
  const widths = HEADS.slice(from, to).map((head, i) =>
    rows.reduce((most, row) => Math.max(most, row[from + i]?.length ?? 0), head.length),
  );
  return widths.reduce((sum, width) => sum + width, 0) + 2 * (from === 0 ? widths.length - 1 : widths.length);
}

/** Two addresses of IPv6 in full are longer than a line. */
function endsText([consumer = "", provider = ""]: readonly string[]): string {
  const ends = `${consumer} → ${provider}`;
  return ends.length <= COLUMNS ? ends : `${consumer}\n→ ${provider}`;
}

function restOf({ database, action, verdict, records, lastSeen }: JudgedConversation): readonly string[] {
  return [
    database ?? "-",
    `${action ?? "-"}${verdict === "denied" ? " !" : ""}`,
    grouped(records),
    lastSeen === undefined ? "-" : shortTime(lastSeen),
  ];
}

/** One conversation on a line of its own, as a follower prints it. */
export function flowLine(conversation: JudgedConversation): string {
  const [database = "-", action = "-", records = "", lastSeen = ""] = restOf(conversation);
  const what = [lastSeen, action, `${conversation.consumer} → ${providerText(conversation)}`];
  return [...what, ...(database === "-" ? [] : [database]), `(${records})`].join("  ");
}

function providerText({ provider, port, protocol, orientedBy }: JudgedConversation): string {
  const host =
    port === undefined ? provider : `${provider.includes(":") ? `[${provider}]` : provider}:${port}`;
  const parts = [
    host,
    protocol === undefined || protocol === "tcp" ? "" : protocol,
    orientedBy === "unknown" ? "?" : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** Consumers that policy knows, once each. */
function consumersText(
  conversations: readonly JudgedConversation[],
  style: Style,
  nameOf: (address: string) => string,
): readonly string[] {
  const known = [...new Set(conversations.map((c) => c.consumer))]
    .map((consumer) => [consumer, style.dim(nameOf(consumer))] as const)
    .filter(([consumer]) => nameOf(consumer) !== "");
  return known.length === 0 ? [] : [table([[style.bold("CONSUMER"), style.bold("LABELS")], ...known])];
}

function inputText(input: FlowInput): string {
  const extra = [
    input.noData > 0 ? `${input.noData} NODATA` : "",
    input.skipData > 0 ? `${input.skipData} SKIPDATA (records lost by AWS)` : "",
    input.malformed > 0 ? `${input.malformed} malformed` : "",
  ].filter((t) => t !== "");
  return `Read ${counted(input.records, "record")} from ${counted(input.objects, "object")}${extra.length > 0 ? `: ${extra.join(", ")}` : ""}`;
}
