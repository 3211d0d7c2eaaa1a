import { flowLogSubscriptions } from "../../../adapters/aws/flow-log-subscriptions.ts";
import { labelsOf } from "../../../app/plan-databases.ts";
import { readUnseen, type Unseen } from "../../../app/read-unseen.ts";
import { databaseCoverage } from "../../../core/history/coverage.ts";
import { labelShares } from "../../../core/history/label-share.ts";
import { lingeringSessions } from "../../../core/history/lingering-sessions.ts";
import type { HistorySpan } from "../../../core/history/live-rows.ts";
import { unusedRules } from "../../../core/history/unused-rules.ts";
import type { Inventory } from "../../../core/inventory/model.ts";
import { formatAddress, parseAddress } from "../../../core/net/address.ts";
import type { ConsumerLabels } from "../../../core/plan/losses.ts";
import type { FlowHistory } from "../../../ports/flow-history.ts";
import type { CliContext } from "../context.ts";
import { parseDuration } from "../duration.ts";
import { openWorld, type World } from "../load.ts";
import { namesOf } from "../names.ts";
import { CliProblem } from "../problem.ts";
import { coverageText, lingeringText, queryText, unusedText } from "../render/history-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { openAws } from "../wire/aws-source.ts";
import { openHistory } from "../wire/history.ts";

export interface HistoryOptions extends SourceOptions {
  readonly database?: string;
  readonly consumer?: string;
  readonly since?: string;
  readonly keep?: string;
}

/** Shows how much of the traffic the history can have seen. */
export async function runHistoryStatus(context: CliContext, options: HistoryOptions): Promise<void> {
  await withHistory(context, options, async ({ history, span, settings, known }) => {
    const { databases, labels, unseen } = await known();
    const [hours, logs, consumers] = [
      await history.logHours(span),
      await history.databaseLogs(span),
      await history.consumers(span),
    ];
    const arns = [...new Set([...databases.keys(), ...logs.map((l) => l.databaseArn)])].sort();
    if (unseen?.kind === "unreadable")
      context.progress(`Which interfaces have a flow log is not known: ${unseen.problem}`);
    const shares = labelShares(consumers, labels);
    const coverage = databaseCoverage(arns, logs, hours, span).map((c) => {
      const database = databases.get(c.databaseArn) ?? c.databaseArn;
      return {
        ...c,
        database,
        ...(shares.get(c.databaseArn) ?? { conversations: 0, labelled: 0 }),
        ...(unseen?.kind === "read" ? { unseen: unseen.interfaces.get(database) ?? [] } : {}),
      };
    });
    const document = { history: history.name, hours: hours.length, databases: coverage };
    show(context, settings, "historyStatus", document, () =>
      coverageText(history.name, hours, coverage, context.style),
    );
  });
}

/** Shows who talked to whom. */
export async function runHistoryQuery(context: CliContext, options: HistoryOptions): Promise<void> {
  await withHistory(context, options, async ({ history, span, settings, known }) => {
    const { databases, labels } = await known();
    const databaseArn = options.database === undefined ? undefined : arnOf(databases, options.database);
    const consumers = await history.consumers({
      ...span,
      ...(databaseArn === undefined ? {} : { databaseArns: [databaseArn] }),
      ...(options.consumer === undefined ? {} : { consumer: canonical(options.consumer) }),
    });
    const rows = consumers.map((c) => ({
      database: databases.get(c.databaseArn) ?? c.databaseArn,
      ...c,
      labels: labels(c.consumer),
    }));
    show(context, settings, "historyQuery", { history: history.name, consumers: rows }, () =>
      queryText(rows, context.style),
    );
  });
}

/** Shows rules that nobody was seen to need, and how far the history can say so. */
export async function runHistoryUnused(context: CliContext, options: HistoryOptions): Promise<void> {
  await withHistory(context, options, async ({ history, span, settings, world }) => {
    const planned = await (await world()).plan();
    const unused = unusedRules(planned.plan.databases, await history.consumers(span));
    const hours = await history.logHours(span);
    const coverage = databaseCoverage(
      unused.map((u) => u.databaseArn),
      await history.databaseLogs(span),
      hours,
      span,
    );
    const databases = unused.map((u, i) => ({ ...u, coverage: coverage[i] }));
    // Reasons are made when they are asked for, so nothing copies them by itself.
    const told = databases.map((d) => ({
      ...d,
      unused: d.unused.map((rule) => ({ ...rule, because: rule.because })),
    }));
    show(context, settings, "historyUnused", { history: history.name, databases: told }, () =>
      unusedText(databases, namesOf(planned), context.style),
    );
  });
}

/** Shows who still talks although no rule would let it in again, and how a DBA ends that. */
export async function runHistoryLingering(context: CliContext, options: HistoryOptions): Promise<void> {
  await withHistory(context, options, async ({ history, span, settings, source }) => {
    const inventory = await (await source()).inventory.read();
    const sessions = lingeringSessions(inventory, settings.plan, await history.consumers(span));
    show(context, settings, "historyLingering", { history: history.name, sessions }, () =>
      lingeringText(sessions, context.style),
    );
  });
}

interface Known {
  /** Ids by ARN. */
  readonly databases: ReadonlyMap<string, string>;
  readonly labels: ConsumerLabels;
  /** Absent where no AWS can be asked for its flow logs. */
  readonly unseen?: Unseen;
}

interface HistoryWork {
  readonly settings: Settings;
  readonly history: FlowHistory;
  readonly span: HistorySpan;
  readonly source: () => Promise<Pick<World["source"], "inventory" | "clients">>;
  readonly world: () => Promise<World>;
  /** Names and labels, as far as sources for them were given. */
  readonly known: () => Promise<Known>;
}

/** Opens the history and what a question needs besides; closes both. */
async function withHistory(
  context: CliContext,
  options: HistoryOptions,
  run: (work: HistoryWork) => Promise<void>,
): Promise<void> {
  const settings = await readSettings(options);
  const closing: { close(): Promise<void> }[] = [];
  const kept = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const opened = await opening;
    closing.push(opened);
    return opened;
  };
  // The history is asked here; a plan beside it needs neither history nor flow logs.
  const bare: Settings = { ...settings, history: undefined, flows: undefined };
  const source = () => kept(openAws(settings.aws, settings.region, context.env));
  const world = () => kept(openWorld(context, bare));
  try {
    const history = await kept(openHistory(settings, context, undefined));
    await run({
      settings,
      history,
      span: spanOf(context, options),
      source,
      world,
      known: () => knowledge(settings, options, source, world),
    });
  } finally {
    for (const opened of closing.reverse()) await opened.close();
  }
}

async function knowledge(
  settings: Settings,
  options: HistoryOptions,
  source: HistoryWork["source"],
  world: HistoryWork["world"],
): Promise<Known> {
  const aws = options.aws ?? settings.config.aws;
  if (aws !== undefined && (settings.policy !== undefined || aws === "sandbox")) {
    const opened = await world();
    const { inventory, index } = await opened.plan();
    return { ...(await knownOf(inventory, opened.source, settings)), labels: labelsOf(index) };
  }
  if (aws === undefined) return { databases: new Map(), labels: () => ({}) };
  const opened = await source();
  return { ...(await knownOf(await opened.inventory.read(), opened, settings)), labels: () => ({}) };
}

/** A snapshot does not say which flow logs there are. */
async function knownOf(
  inventory: Inventory,
  { clients }: Pick<World["source"], "clients">,
  { plan }: Settings,
): Promise<Omit<Known, "labels">> {
  const databases = new Map(inventory.databases.map((d) => [d.arn as string, d.id as string]));
  if (clients === undefined) return { databases };
  return { databases, unseen: await readUnseen(flowLogSubscriptions(clients), inventory, plan.owner) };
}

function spanOf(context: CliContext, { since }: HistoryOptions): HistorySpan {
  if (since === undefined) return {};
  return { since: Math.floor(context.clock.now() / 1000) - parseDuration(since, "--since") };
}

function show(
  context: CliContext,
  settings: Settings,
  kind: string,
  document: object,
  text: () => string,
): void {
  context.out(settings.json ? JSON.stringify({ version: 1, kind, ...document }, null, 2) : text());
}

/** An ARN is taken as it is; without an inventory it is the only name there is. */
function arnOf(databases: ReadonlyMap<string, string>, name: string): string {
  if (name.startsWith("arn:")) return name;
  const found = [...databases].find(([, id]) => id === name)?.[0];
  if (found !== undefined) return found;
  throw new CliProblem({
    code: "DATABASE_UNKNOWN",
    what: `No database "${name}" is known`,
    why: "The history knows databases by their ARN; ids come from --aws",
    fix: "Give its ARN, or --aws with the account it is in",
  });
}

function canonical(address: string): string {
  const parsed = parseAddress(address);
  if (!parsed.ok) throw new CliProblem(parsed.error);
  return formatAddress(parsed.value);
}
