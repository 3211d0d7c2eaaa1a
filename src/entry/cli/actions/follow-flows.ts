import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { readTraffic } from "../../../app/read-traffic.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { TimeWindow } from "../../../core/flow/conversation.ts";
import type { ConversationTable } from "../../../core/flow/conversation-table.ts";
import type { FlowLogObject } from "../../../ports/flow-log-objects.ts";
import type { CliContext } from "../context.ts";
import type { JudgedConversation } from "../judged-conversation.ts";
import { diagnosticsOf } from "../problem.ts";
import { flowCsvLine, flowsCsvHead } from "../render/flows-csv.ts";
import { flowLine } from "../render/flows-text.ts";
import { problemText } from "../render/problem-text.ts";
import type { Settings } from "../settings.ts";
import { clientsFor, openFlows } from "../wire/flow-sources.ts";
import { type FlowOutput, ocsfLines } from "./show-flows.ts";

export interface Following {
  readonly settings: Settings;
  readonly clients: AwsClients | undefined;
  readonly window: TimeWindow | undefined;
  readonly everyMs: number;
  readonly output: FlowOutput;
  readonly select: (table: ConversationTable) => readonly JudgedConversation[];
}

/**
 * Prints the conversations of each object as it arrives, a line each, until somebody stops the process. Objects are
 * told apart by name: those of AWS never change once they are there. A look that fails is told, and the next one made.
 */
export async function followFlows(context: CliContext, following: Following): Promise<void> {
  const { settings, everyMs, output } = following;
  const clients = clientsFor(context, settings.region, following.clients);
  const seen = new Set<string>();
  const stop = { asked: false };
  const stopped = context.untilStopped().then(() => {
    stop.asked = true;
  });
  if (output === "csv") context.out(flowsCsvHead());
  do {
    await look(context, following, clients, seen, stop);
    await waitFor(context, everyMs, stop, stopped);
  } while (!stop.asked);
}

async function look(
  context: CliContext,
  { settings, window, output, select }: Following,
  clients: () => Promise<AwsClients>,
  seen: Set<string>,
  stop: { readonly asked: boolean },
): Promise<void> {
  try {
    for await (const object of openFlows(
      settings.flows ?? [],
      context,
      clients,
      window,
      settings.flowFormats,
    ).list()) {
      if (stop.asked) return;
      if (seen.has(object.name)) continue;
      // Noted before it is read: one that cannot be read is told once, and not at every look.
      seen.add(object.name);
      const { table, findings } = await readTraffic({ list: () => only(object) }, undefined, window);
      print(context, output, select(table));
      tell(context, findings);
    }
  } catch (error) {
    const problems = diagnosticsOf(error);
    if (problems.length === 0) throw error;
    tell(context, problems);
  }
}

function tell(context: CliContext, problems: readonly Diagnostic[]): void {
  for (const problem of problems) context.progress(problemText(problem, "!", context.progressStyle));
}

async function* only(object: FlowLogObject): AsyncGenerator<FlowLogObject> {
  yield object;
}

function print(context: CliContext, output: FlowOutput, conversations: readonly JudgedConversation[]): void {
  if (conversations.length === 0) return;
  if (output === "ocsf") context.out(ocsfLines(conversations, context.clock.now()));
  else context.out(conversations.map(lineOf[output]).join("\n"));
}

const lineOf = {
  csv: flowCsvLine,
  json: (conversation: JudgedConversation): string =>
    JSON.stringify({ version: 1, kind: "flow", ...conversation }),
  table: flowLine,
} as const;

/** In short sleeps, so that a process that was asked to stop does. */
const SLICE_MS = 500;

async function waitFor(
  { clock }: CliContext,
  milliseconds: number,
  stop: { readonly asked: boolean },
  stopped: Promise<void>,
): Promise<void> {
  const until = clock.now() + milliseconds;
  while (!stop.asked && clock.now() < until) {
    await Promise.race([clock.sleep(Math.min(SLICE_MS, until - clock.now())), stopped]);
  }
}
