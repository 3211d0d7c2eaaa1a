import type { ListedLease } from "../../../core/plan/list-leases.ts";
import { shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** Leases in lines: who, where, until when, why. */
export function leaseListText(leases: readonly ListedLease[], style: Style): string {
  if (leases.length === 0) return "No lease stands.";
  const head = ["DATABASE", "CLIENT", "UNTIL", "STATE", "REASON"].map(style.bold);
  const rows = leases.map((l) => [
    l.database,
    l.source,
    shortTime(l.until),
    l.running ? style.yellow("running") : style.dim("over"),
    l.reason ?? "",
  ]);
  return table([head, ...rows]);
}
