import type { DatabasePlan, Plan } from "../../../core/plan/plan.ts";
import { planSummary } from "./plan-text.ts";
import { addressTally, counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

/** Every database in a line: mode, state, who reaches it now and who should, rules against the quota. */
export function statusText(plan: Plan, style: Style): string {
  if (plan.databases.length === 0) return "No database was found.";
  const head = ["DATABASE", "ENGINE", "MODE", "STATE", "NOW", "POLICY", "RULES"].map(style.bold);
  const rows = plan.databases.map((d) => [
    d.id,
    d.engine,
    d.mode,
    stateText(d, style),
    `${addressTally(d.reachable.now)}${d.reachable.nowUnknown ? " +?" : ""}`,
    addressTally(d.reachable.planned),
    `${d.quota.used}/${d.quota.limit}`,
  ]);
  const legend = wrap("NOW and POLICY: addresses that can connect now, and that policy allows", "");
  return `${table([head, ...rows])}\n\n${style.dim(legend)}\n${planSummary(plan, style)}`;
}

/** How a database stands, in words. */
export function stateText(d: DatabasePlan, style: Style): string {
  if (d.refused.length > 0) return style.red(`refused (${d.refused.map((r) => r.gate).join(", ")})`);
  if (d.mode === "observe") return style.dim("not enforced");
  const leases = d.leases.filter((l) => l.state === "running").length;
  const beside = leases === 0 ? "" : `, ${counted(leases, "lease")}`;
  if (d.inSync) return style.green(`in sync${beside}`);
  const away =
    d.managedGroups.length === 0 ? "not enforced yet" : `${drifted(d)}, ${counted(d.steps.length, "step")}`;
  return style.yellow(`${away}${beside}`);
}

/** Where nobody changed anything it is policy that moved on. */
const drifted = (d: DatabasePlan): string => (d.drift.some((one) => !one.left) ? "drifted" : "behind policy");
