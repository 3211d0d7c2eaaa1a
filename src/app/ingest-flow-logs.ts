import type { Diagnostic } from "../core/diagnostic.ts";
import { ConversationTable } from "../core/flow/conversation-table.ts";
import { knownDatabases } from "../core/flow/known-databases.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { PlanSettings } from "../core/plan/world.ts";
import type { ResolveOptions } from "../core/policy/resolution.ts";
import { AwsFault } from "../ports/aws-fault.ts";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import type { InventorySource } from "../ports/inventory-source.ts";
import { PolicyFault } from "../ports/policy-fault.ts";
import type { PolicySource } from "../ports/policy-source.ts";
import type { TrafficUpload, UploadReceipt } from "../ports/traffic-upload.ts";
import type { ApplyPorts } from "./apply-run.ts";
import { type Planned, planDatabases } from "./plan-databases.ts";
import { readTraffic, type Traffic } from "./read-traffic.ts";
import { type ReconcileReport, reconcile } from "./reconcile.ts";
import { addReceipts, uploadFlows } from "./upload-traffic.ts";

/** One message of the queue, or one event: the objects that it announces. */
export interface IngestBatch {
  readonly id: string;
  readonly objects: readonly FlowLogObject[];
}

export interface IngestPorts {
  readonly inventory: InventorySource;
  readonly policy: PolicySource;
  readonly upload: TrafficUpload;
  readonly apply: ApplyPorts;
}

export interface IngestSettings {
  readonly plan: PlanSettings;
  readonly resolve?: ResolveOptions;
}

/** What came of the batches. A batch that failed is to be delivered again; the others are done. */
export interface IngestReport {
  readonly failed: readonly { readonly id: string; readonly problem: Diagnostic }[];
  readonly records: number;
  readonly upload: UploadReceipt;
  /** Absent when the flows concern no database, or when nothing could be planned. */
  readonly reconciled?: ReconcileReport;
  readonly findings: readonly Diagnostic[];
}

interface ReadBatch {
  readonly id: string;
  readonly traffic: Traffic;
}

/**
 * Takes the objects of some batches: reads them, brings the databases that they concern to what policy says, then
 * shows the flows to the PCE. In this order a batch that has to be delivered again was not uploaded yet, and to
 * reconcile twice changes nothing.
 */
export async function ingestFlowLogs(
  ports: IngestPorts,
  settings: IngestSettings,
  batches: readonly IngestBatch[],
): Promise<IngestReport> {
  const { read, failed } = await readBatches(batches);
  const findings = read.flatMap((batch) => batch.traffic.findings);
  const records = read.reduce((n, batch) => n + batch.traffic.table.input.records, 0);
  const nothing = { failed, records, upload: addReceipts([]), findings };
  if (!read.some((batch) => batch.traffic.table.input.conversationRecords > 0)) return nothing;
  try {
    const { report, planned } = await reconcileConcerned(ports, settings, merged(read));
    const uploads = await uploadBatches(ports.upload, read, planned);
    return {
      failed: [...failed, ...uploads.failed],
      records,
      upload: addReceipts(uploads.receipts),
      findings,
      ...(report === undefined ? {} : { reconciled: report }),
    };
  } catch (error) {
    const problem = expected(error);
    return { ...nothing, failed: batches.map(({ id }) => ({ id, problem })) };
  }
}

async function readBatches(
  batches: readonly IngestBatch[],
): Promise<{ readonly read: readonly ReadBatch[]; readonly failed: IngestReport["failed"] }> {
  const read: ReadBatch[] = [];
  const failed: { id: string; problem: Diagnostic }[] = [];
  for (const { id, objects } of batches) {
    try {
      read.push({ id, traffic: await readTraffic({ list: () => streamOf(objects) }) });
    } catch (error) {
      failed.push({ id, problem: expected(error) });
    }
  }
  return { read, failed };
}

async function* streamOf(objects: readonly FlowLogObject[]): AsyncGenerator<FlowLogObject> {
  yield* objects;
}

function merged(read: readonly ReadBatch[]): Traffic {
  const table = new ConversationTable();
  for (const { traffic } of read) table.merge(traffic.table.data());
  return { table, findings: [], incomplete: [] };
}

/** Plans everything and carries out the part that the flows concern. */
async function reconcileConcerned(
  ports: IngestPorts,
  settings: IngestSettings,
  traffic: Traffic,
): Promise<{ readonly report: ReconcileReport | undefined; readonly planned: Planned }> {
  const plan = async (): Promise<Planned> => {
    const [inventory, policy] = await Promise.all([ports.inventory.read(), ports.policy.read("active")]);
    return planDatabases({
      inventory,
      policy,
      settings: settings.plan,
      traffic,
      ...(settings.resolve === undefined ? {} : { resolve: settings.resolve }),
    });
  };
  const planned = await plan();
  const concerned = concernedDatabases(planned);
  if (concerned.size === 0) return { report: undefined, planned };
  let first: Planned | undefined = planned;
  const report = await reconcile(ports.apply, async () => {
    const current = first ?? (await plan());
    first = undefined;
    return only(current.plan, concerned);
  });
  return { report, planned };
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

async function uploadBatches(upload: TrafficUpload, read: readonly ReadBatch[], planned: Planned) {
  const databases = knownDatabases(planned.addresses.map((a) => ({ ...a, database: a.id })));
  const receipts: UploadReceipt[] = [];
  const failed: { id: string; problem: Diagnostic }[] = [];
  for (const { id, traffic } of read) {
    const flows = uploadFlows(traffic.table.conversations(databases));
    if (flows.length === 0) continue;
    try {
      receipts.push(await upload.upload(flows));
    } catch (error) {
      failed.push({ id, problem: expected(error) });
    }
  }
  return { receipts, failed };
}

/** A fault of the outside world as a diagnostic; our own bugs go on as they are. */
function expected(error: unknown): Diagnostic {
  if (error instanceof AwsFault)
    return {
      code: `AWS_${error.kind}`,
      what: error.message,
      why: `${error.operation} answered ${error.code}`,
      fix: error.fix,
    };
  if (error instanceof PolicyFault) {
    return {
      code: `POLICY_${error.kind}`,
      what: error.message,
      why: "Without a policy answer nothing is written",
      fix: error.fix,
    };
  }
  throw error;
}
