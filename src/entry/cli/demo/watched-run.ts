import { awsInventorySource } from "../../../adapters/aws/aws-inventory-source.ts";
import { policySourceOf } from "../../../adapters/pce/pce-policy-source.ts";
import { type Planned, planDatabases } from "../../../app/plan-databases.ts";
import { type ReconcileReport, reconcile } from "../../../app/reconcile.ts";
import { DEFAULT_OWNER } from "../../../core/inventory/ownership.ts";
import type { PlanSettings } from "../../../core/plan/world.ts";
import { grouped } from "../render/quantity.ts";
import { habitualClients } from "./company-clients.ts";
import { type WatchReport, watchConnections } from "./connection-watch.ts";
import type { Stage } from "./stage.ts";

export const SETTINGS: Omit<PlanSettings, "acknowledged"> = {
  owner: DEFAULT_OWNER,
  modes: { default: "observe", databases: {} },
  shrinkPercent: 30,
};

/** Reads AWS and the PCE afresh and plans, with the traffic that was seen. */
export async function makePlan(stage: Stage, version: "active" | "draft" = "active"): Promise<Planned> {
  const settings = { ...SETTINGS, acknowledged: stage.acknowledged };
  const [inventory, policy] = await Promise.all([
    awsInventorySource(stage.moat.clients, "sandbox").read(),
    policySourceOf(stage.pce).read(version),
  ]);
  const { traffic } = stage;
  return planDatabases({ inventory, policy, settings, ...(traffic === undefined ? {} : { traffic }) });
}

/** Brings AWS to what policy says, while every client keeps trying to connect. */
export async function reconcileWatched(stage: Stage): Promise<{
  readonly report: ReconcileReport;
  readonly watch: WatchReport;
  readonly writes: readonly string[];
}> {
  const from = stage.aws.calls.length;
  const reports: ReconcileReport[] = [];
  const watch = await watchConnections(stage.aws, habitualClients(stage), async () => {
    reports.push(await reconcile(stage.ports, async () => (await makePlan(stage)).plan));
  });
  stage.watched.push(watch);
  const [report] = reports;
  if (report === undefined) throw new Error("The run left no report");
  return { report, watch, writes: writesSince(stage, from) };
}

/** Operations that wrote something since a place in the call log. */
export const writesSince = (stage: Stage, from: number): readonly string[] =>
  stage.aws.calls.slice(from).flatMap(({ call }) => (call.isWrite ? [call.operation] : []));

/** Says what the watch saw, and checks it. */
export function sayWatch(stage: Stage, { attempts, cut, widened }: WatchReport): void {
  const wrong = [...cut, ...widened];
  stage.check(
    wrong.length === 0,
    `${grouped(attempts)} connections tried: ${cut.length} allowed ones refused, ${widened.length} others let in${wrong.length === 0 ? "" : ` (${wrong.join(", ")})`}`,
  );
}
