import type { Traffic } from "../../../app/read-traffic.ts";
import type { CliContext } from "../context.ts";
import type { JudgedConversation } from "../judged-conversation.ts";
import { flowOcsf } from "../render/flow-ocsf.ts";
import { flowCsvLine, flowsCsvHead } from "../render/flows-csv.ts";
import { flowsText } from "../render/flows-text.ts";

export type FlowOutput = "table" | "csv" | "json" | "ocsf";

/** Prints conversations in one of the forms. */
export function showFlows(
  context: CliContext,
  output: FlowOutput,
  conversations: readonly JudgedConversation[],
  { table: { input }, findings }: Traffic,
  nameOf: (address: string) => string,
): void {
  switch (output) {
    case "json":
      context.out(JSON.stringify({ version: 1, kind: "flows", conversations, input, findings }, null, 2));
      return;
    case "csv":
      context.out([flowsCsvHead(), ...conversations.map(flowCsvLine)].join("\n"));
      return;
    case "ocsf":
      if (conversations.length > 0) context.out(ocsfLines(conversations, context.clock.now()));
      return;
    default:
      context.out(flowsText(conversations, input, context.style, nameOf));
  }
}

/** One event a line. */
export const ocsfLines = (conversations: readonly JudgedConversation[], readAt: number): string =>
  conversations.map((conversation) => JSON.stringify(flowOcsf(conversation, readAt))).join("\n");
