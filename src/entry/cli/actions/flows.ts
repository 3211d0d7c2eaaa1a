import type { FlowVerdict } from "../../../app/flow-verdict.ts";
import type { Conversation, TimeWindow } from "../../../core/flow/conversation.ts";
import type { ConversationTable } from "../../../core/flow/conversation-table.ts";
import { knownDatabases } from "../../../core/flow/known-databases.ts";
import { formatAddress, parseAddress } from "../../../core/net/address.ts";
import type { CliContext } from "../context.ts";
import { parseDuration } from "../duration.ts";
import type { JudgedConversation } from "../judged-conversation.ts";
import { parseMoment } from "../moment.ts";
import { readFlows } from "../named-flows.ts";
import { CliProblem } from "../problem.ts";
import { problemText } from "../render/problem-text.ts";
import { counted } from "../render/quantity.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import type { FlowKnowledge } from "./flow-knowledge.ts";
import { type FlowOutput, showFlows } from "./show-flows.ts";

export interface FlowOptions extends SourceOptions {
  readonly database?: string;
  readonly consumer?: string;
  readonly action?: "ACCEPT" | "REJECT";
  readonly verdict?: FlowVerdict | "accept" | "reject";
  readonly since?: string;
  readonly until?: string;
  readonly follow?: boolean;
  readonly every: string;
  readonly workers?: string;
  readonly output?: FlowOutput;
  readonly upload?: string;
  readonly withRejected?: boolean;
  readonly resendUnsure?: boolean;
}

/** Shows the conversations of flow logs. */
export async function runFlows(
  context: CliContext,
  sources: readonly string[],
  options: FlowOptions,
): Promise<void> {
  const flows = [...sources, ...(options.flows ?? [])];
  const settings = await readSettings(flows.length > 0 ? { ...options, flows } : options);
  if (settings.flows === undefined) throw noFlows();
  const output = options.output ?? (settings.json ? "json" : "table");
  const window = windowOf(context, options);
  const everyMs = 1000 * parseDuration(options.every, "--every");
  const known = await knowledge(context, settings, options);
  try {
    const wanted = filterOf(options, known);
    const select = (table: ConversationTable): readonly JudgedConversation[] =>
      table
        .conversations(known.databases)
        .map((c) => judged(c, known.verdictOf(c)))
        .filter(wanted);
    if (options.follow === true) {
      const { followFlows } = await import("./follow-flows.ts");
      await followFlows(context, { settings, clients: known.clients, window, everyMs, output, select });
      return;
    }
    const traffic = await readFlows(context, settings, known.clients, window, workersOf(options));
    if (traffic === undefined) throw noFlows();
    const findings = [...traffic.findings, ...timeFindings(traffic.table)];
    showFlows(context, output, select(traffic.table), { ...traffic, findings }, known.nameOf);
    if (output !== "json")
      for (const finding of findings) context.progress(problemText(finding, "!", context.progressStyle));
    if (traffic.incomplete.length > 0) context.exit(1);
  } finally {
    await known.close();
  }
}

const judged = (conversation: Conversation, verdict: FlowVerdict | undefined): JudgedConversation =>
  verdict === undefined ? conversation : { ...conversation, verdict };

function workersOf({ workers }: FlowOptions): number | undefined {
  if (workers === undefined || /^[1-9]$/.test(workers))
    return workers === undefined ? undefined : Number(workers);
  throw new CliProblem({
    code: "WORKERS_INVALID",
    what: `--workers "${workers}" is no number from 1 to 9`,
    why: "It says how many threads read flow logs; each takes some 30 MB",
    fix: "Leave it out, or give the number of cores",
  });
}

/** The end of year 9999, the last that RFC 3339 can write. */
const NO_END = 253_402_300_799;

function windowOf(context: CliContext, { since, until }: FlowOptions): TimeWindow | undefined {
  if (since === undefined && until === undefined) return undefined;
  const now = context.clock.now();
  const start = since === undefined ? 0 : parseMoment(since, "--since", now);
  const end = until === undefined ? NO_END : parseMoment(until, "--until", now);
  if (start <= end) return { start, end };
  throw new CliProblem({
    code: "WINDOW_INVALID",
    what: `--since "${since}" is later than --until "${until}"`,
    why: "No record can be in a window that ends before it begins",
    fix: "Change them round",
  });
}

function timeFindings({ withoutTime }: ConversationTable) {
  if (withoutTime === 0) return [];
  return [
    {
      code: "FLOW_TIME_UNKNOWN",
      what: `${counted(withoutTime, "record")} without a time counted, in or outside of the window`,
      why: "Neither the fields start and end nor a key as AWS makes it say when they were",
      fix: 'Keep the names of the objects, or add "start end" to the flow log\'s format',
    },
  ];
}

const NOTHING_KNOWN: FlowKnowledge = {
  databases: knownDatabases([]),
  nameOf: () => "",
  verdictOf: () => undefined,
  hasPolicy: false,
  clients: undefined,
  close: async () => {},
};

/** What the sources that were named tell; the SDK and the planner are loaded only where one was. */
async function knowledge(
  context: CliContext,
  settings: Settings,
  options: FlowOptions,
): Promise<FlowKnowledge> {
  if ((options.aws ?? settings.config.aws) === undefined) return NOTHING_KNOWN;
  const { flowKnowledge } = await import("./flow-knowledge.ts");
  return flowKnowledge(context, settings);
}

function filterOf(
  options: FlowOptions,
  { hasPolicy }: FlowKnowledge,
): (conversation: JudgedConversation) => boolean {
  const { database, verdict } = options;
  const consumer = options.consumer === undefined ? undefined : canonical(options.consumer);
  const actions = new Set(
    [
      options.action,
      verdict === "accept" || verdict === "reject" ? verdict.toUpperCase() : undefined,
    ].flatMap((action) => action ?? []),
  );
  const says = verdict === "accept" || verdict === "reject" ? undefined : verdict;
  if (says !== undefined && !hasPolicy) throw noPolicy(says);
  return (c) =>
    (database === undefined || c.database === database) &&
    (consumer === undefined || c.consumer === consumer) &&
    [...actions].every((action) => c.action === action) &&
    (says === undefined || c.verdict === says);
}

/** The address as conversations write it. */
function canonical(text: string): string {
  const address = parseAddress(text);
  if (address.ok) return formatAddress(address.value);
  throw new CliProblem(address.error);
}

const noPolicy = (verdict: string): CliProblem =>
  new CliProblem({
    code: "VERDICT_WITHOUT_POLICY",
    what: `--verdict ${verdict} asks what policy says, but no policy was named`,
    why: "A flow log only says what was accepted and what was rejected",
    fix: "Name --aws and --policy, or use --verdict accept or --verdict reject",
  });

/** Nothing to read was named. */
export const noFlows = (): CliProblem =>
  new CliProblem({
    code: "FLOWS_MISSING",
    what: "No flow logs were given",
    why: "Conversations are read from VPC flow logs",
    fix: "Name a file, a folder or an s3:// prefix: moat flows s3://bucket/AWSLogs/",
  });
