import type { Conversation, FlowInput } from "../../../core/flow/conversation.ts";
import { counted, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** Conversations in a table, what was read below it. */
export function flowsText(
  conversations: readonly Conversation[],
  input: FlowInput,
  style: Style,
  nameOfConsumer: (address: string) => string,
): string {
  const head = ["CONSUMER", "", "PROVIDER", "DATABASE", "ACTION", "RECORDS", "LAST SEEN", "ORIENTED BY"].map(
    style.bold,
  );
  const rows = conversations.map((c) => [
    c.consumer,
    style.dim(nameOfConsumer(c.consumer)),
    `${c.provider}${c.port === undefined ? "" : `:${c.port}`}${c.protocol === undefined || c.protocol === "tcp" ? "" : ` ${c.protocol}`}`,
    c.database ?? "-",
    c.action === "REJECT" ? style.red("REJECT") : (c.action ?? "-"),
    `${c.records}`,
    c.lastSeen === undefined ? "-" : shortTime(c.lastSeen),
    c.orientedBy,
  ]);
  const body = conversations.length === 0 ? "No conversation matches." : table([head, ...rows]);
  return `${body}\n\n${inputText(input)}`;
}

function inputText(input: FlowInput): string {
  const extra = [
    input.noData > 0 ? `${input.noData} NODATA` : "",
    input.skipData > 0 ? `${input.skipData} SKIPDATA (records lost by AWS)` : "",
    input.malformed > 0 ? `${input.malformed} malformed` : "",
  ].filter((t) => t !== "");
  return `Read ${counted(input.records, "record")} from ${counted(input.objects, "object")}${extra.length > 0 ? `: ${extra.join(", ")}` : ""}`;
}
