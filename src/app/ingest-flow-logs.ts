import type { Diagnostic } from "../core/diagnostic.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { PlanSettings } from "../core/plan/world.ts";
import type { ResolveOptions } from "../core/policy/resolution.ts";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import type { InventorySource } from "../ports/inventory-source.ts";
import type { PolicySource } from "../ports/policy-source.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { expectedProblem } from "./expected-problem.ts";
import { type AskHistory, planByHistory } from "./plan-by-history.ts";
import { type Planned, planDatabases } from "./plan-databases.ts";
import { type FailedBatch, type IngestBatch, type ReadBatches, readBatches } from "./read-batches.ts";
import { type ReconcileReport, reconcile } from "./reconcile.ts";
import { type HistoryRecorder, recordObjects } from "./record-object.ts";
import { isOver, outOfTime, type RunTime } from "./run-time.ts";
import { NO_FIGURES, type UploadFigures } from "./upload-figures.ts";
import { windowFlows } from "./upload-flows.ts";
import { type UploadPorts, type UploadSettings, uploadTraffic } from "./upload-traffic.ts";

/** Where flows go so that a map shows them, and how an object without any time is known again. */
export interface FlowUpload extends UploadPorts, UploadSettings {
  readonly digestOf: (object: FlowLogObject) => Promise<string>;
}

export interface IngestPorts {
  readonly inventory: InventorySource;
  readonly policy: PolicySource;
  /** Absent where no PCE takes flows. */
  readonly upload?: FlowUpload;
  readonly apply: ApplyPorts;
  /** Absent where no history is kept. */
  readonly history?: HistoryRecorder;
  /** Asks the history who was seen before; absent where none is kept. Not asked where databases are handed over. */
  readonly seen?: AskHistory;
  /** Gives databases that are to be changed to somebody else; without it they are changed here. */
  readonly handOver?: (arns: readonly string[]) => Promise<void>;
}

export interface IngestSettings {
  readonly plan: PlanSettings;
  readonly resolve?: ResolveOptions;
  /** Moment of the clock after which nothing new is begun; databases are left where they safely stand. */
  readonly stopAt?: number;
}

/** What came of the batches. A batch that failed is to be delivered again; the others are done. */
export interface IngestReport {
  readonly failed: readonly FailedBatch[];
  readonly objects: number;
  readonly records: number;
  readonly upload: UploadFigures;
  /** Absent when the flows concern no database, or when nothing could be planned. */
  readonly reconciled?: ReconcileReport;
  /** What was wrong with the objects. */
  readonly findings: readonly Diagnostic[];
  /** Objects that gave only a part of their lines, or none. */
  readonly incomplete: readonly string[];
  /** What was found while planning, all databases together. */
  readonly planFindings: readonly Diagnostic[];
}

/**
 * Takes the objects of some batches: reads them, brings the databases that they concern to what policy says, then
 * shows the flows to the PCE. A batch may come again at any point: to reconcile twice changes nothing, what is kept is
 * kept once, and the ledger knows what was sent.
 */
export async function ingestFlowLogs(
  ports: IngestPorts,
  settings: IngestSettings,
  batches: readonly IngestBatch[],
): Promise<IngestReport> {
  const time = runTime(ports, settings);
  const reading = await readBatches(batches, time);
  const { input } = reading.table;
  const before = {
    failed: reading.failed,
    objects: input.objects,
    records: input.records,
    upload: NO_FIGURES,
    findings: reading.findings,
    incomplete: reading.incomplete,
    planFindings: [],
  };
  const fail = (problem: Diagnostic): readonly FailedBatch[] => [
    ...reading.failed,
    ...reading.read.map((id) => ({ id, problem })),
  ];
  const keep = (addresses: readonly DatabaseAddress[]): Promise<Attempt<void>> =>
    attempt(time, () => recordObjects(ports.history, reading.objects, addresses));
  if (input.conversationRecords === 0) {
    // That nobody talked in an hour is worth knowing, too.
    const kept = await keep([]);
    return kept.ok ? before : { ...before, failed: fail(kept.problem) };
  }
  const planned = await attempt(time, () => makePlan(ports, settings, reading));
  if (!planned.ok) return { ...before, failed: fail(planned.problem) };
  const planFindings = planned.value.plan.findings;
  // Kept before anything is done, so that no death loses it; kept again after a failure, which changes no count.
  const kept = await keep(planned.value.addresses);
  const concerned = await reconcileConcerned(ports, settings, reading, planned.value);
  const report = { ...before, planFindings, ...concerned.part };
  // A PCE that stopped answering on the way would take no flows either, and nothing was sent yet.
  if (concerned.problem !== undefined) return { ...report, failed: fail(concerned.problem) };
  if (!kept.ok) return { ...report, failed: fail(kept.problem) };
  const { upload } = ports;
  if (upload === undefined) return report;
  const sent = await attempt(time, async () => {
    const work = await windowFlows(reading.objects, planned.value.addresses, upload.digestOf);
    return uploadTraffic(upload, upload, work, () => !isOver(time));
  });
  if (!sent.ok) return { ...report, failed: fail(sent.problem) };
  const { figures, problem: left } = sent.value;
  return { ...report, upload: figures, ...(left === undefined ? {} : { failed: fail(left) }) };
}

const runTime = ({ apply }: IngestPorts, { stopAt }: IngestSettings): RunTime => ({
  clock: apply.clock,
  ...(stopAt === undefined ? {} : { stopAt }),
});

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Diagnostic };

/** Does the next part of the work, unless the time is over. Our own bugs are thrown on. */
async function attempt<T>(time: RunTime, work: () => Promise<T>): Promise<Attempt<T>> {
  if (isOver(time)) return { ok: false, problem: outOfTime("The flows were not worked on to the end") };
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

async function makePlan(
  ports: IngestPorts,
  settings: IngestSettings,
  { table, incomplete }: ReadBatches,
): Promise<Planned> {
  const [inventory, policy] = await Promise.all([ports.inventory.read(), ports.policy.read("active")]);
  const request = {
    inventory,
    policy,
    settings: { ...settings.plan, nowSeconds: Math.floor(ports.apply.clock.now() / 1000) },
    traffic: { table, incomplete, findings: [] },
    ...(settings.resolve === undefined ? {} : { resolve: settings.resolve }),
  };
  return planByHistory(
    (history) => planDatabases({ ...request, ...(history === undefined ? {} : { history }) }),
    ports.handOver === undefined ? ports.seen : undefined,
  );
}

interface Concerned {
  readonly part: Pick<IngestReport, "reconciled">;
  /** Why it could not be planned again after something was done; what was done stands in the report. */
  readonly problem?: Diagnostic;
}

/** Carries out the part of the plan that the flows concern, with fresh plans of it until nothing is pending. */
async function reconcileConcerned(
  ports: IngestPorts,
  settings: IngestSettings,
  reading: ReadBatches,
  planned: Planned,
): Promise<Concerned> {
  const arns = concernedDatabases(planned);
  if (arns.size === 0) return { part: {} };
  if (ports.handOver !== undefined) return handedOver(ports.handOver, only(planned.plan, arns));
  let current: Plan | undefined;
  const problems: Diagnostic[] = [];
  const nextPlan = async (): Promise<Plan> => {
    const first = current === undefined;
    const next = first
      ? { ok: true as const, value: planned }
      : await attempt({ clock: ports.apply.clock }, () => makePlan(ports, settings, reading));
    if (next.ok) current = only(next.value.plan, arns);
    else problems.push(next.problem);
    // A plan with nothing to do in it ends the run.
    return next.ok ? only(next.value.plan, arns) : { ...planned.plan, databases: [] };
  };
  const { stopAt } = settings;
  const report = await reconcile(ports.apply, nextPlan, stopAt === undefined ? {} : { stopAt });
  const [problem] = problems;
  const reconciled = { ...report, plan: current ?? report.plan };
  return { part: { reconciled }, ...(problem === undefined ? {} : { problem }) };
}

async function handedOver(handOver: NonNullable<IngestPorts["handOver"]>, plan: Plan): Promise<Concerned> {
  const pending = plan.databases.filter(({ steps }) => steps.length > 0).map(({ arn }) => arn);
  try {
    if (pending.length > 0) await handOver(pending);
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { part: {}, problem };
  }
  return { part: { reconciled: { plan, outcomes: [], rounds: 0, writeCalls: 0 } } };
}

/** Databases that a conversation went to or came from. */
function concernedDatabases({ conversations = [], addresses }: Planned): ReadonlySet<string> {
  const ids = new Set(conversations.flatMap((c) => c.database ?? []));
  return new Set(addresses.filter((a) => ids.has(a.id)).map((a) => a.arn));
}

const only = (plan: Plan, arns: ReadonlySet<string>): Plan => ({
  ...plan,
  databases: plan.databases.filter((d) => arns.has(d.arn)),
});
