import type { Conversation, FlowInput } from "../../../core/flow/conversation.ts";
import { counted, grouped, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** Conversations in a table, who the consumers are, and what was read. */
export function flowsText(
  conversations: readonly Conversation[],
  input: FlowInput,
  style: Style,
  nameOfConsumer: (address: string) => string,
): string {
  if (conversations.length === 0) return `No conversation matches.\n\n${inputText(input)}`;
  const head = ["CONSUMER", "PROVIDER", "DATABASE", "ACTION", "RECORDS", "LAST SEEN"].map(style.bold);
  const rows = conversations.map((c) => [
    c.consumer,
    providerText(c),
    c.database ?? "-",
    c.action === "REJECT" ? style.red("REJECT") : (c.action ?? "-"),
    grouped(c.records),
    c.lastSeen === undefined ? "-" : shortTime(c.lastSeen),
  ]);
  const doubt = conversations.some((c) => c.orientedBy === "unknown")
    ? ["? no sign tells who opened these connections"]
    : [];
  return [
    table([head, ...rows]),
    ...consumersText(conversations, style, nameOfConsumer),
    [...doubt, inputText(input)].join("\n"),
  ].join("\n\n");
}

function providerText({ provider, port, protocol, orientedBy }: Conversation): string {
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
  conversations: readonly Conversation[],
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
