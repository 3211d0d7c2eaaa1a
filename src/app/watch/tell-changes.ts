import type { Plan } from "../../core/plan/plan.ts";
import type { SweepReport } from "./sweep.ts";
import type { WatchEvent } from "./watch-event.ts";

/** Findings that an unattended run tells of; the rest stands in `moat plan`. */
const TOLD: ReadonlySet<string> = new Set([
  "REVOCATION_HELD",
  "LEASE_RUNNING",
  "LEASE_OVER",
  "RDS_CONNECT_GROUP",
  "LEFT_ALONE",
  "FLOW_LOGS_LOST",
  "UNSEEN_HOURS",
]);

/**
 * Makes the function that tells what is new in a sweep: each drift, refusal and finding once, for as long as it lasts.
 */
export function changeTeller(tell: (event: WatchEvent) => void): (sweep: SweepReport) => void {
  let lasting: ReadonlySet<string> = new Set();
  return ({ found, report }) => {
    const now = new Set<string>();
    const once = (key: string, event: WatchEvent): void => {
      if (!lasting.has(key) && !now.has(key)) tell(event);
      now.add(key);
    };
    tellFound(found, once);
    for (const outcome of report.outcomes) tell({ kind: "changed", outcome });
    if (report.halted !== undefined)
      once(`waves ${report.halted.what}`, { kind: "wavesHalted", finding: report.halted });
    if (report.plan !== found) tellFound(report.plan, once);
    lasting = now;
  };
}

function tellFound(plan: Plan, once: (key: string, event: WatchEvent) => void): void {
  for (const { id: database, arn, drift, refused, findings, egress } of plan.databases) {
    for (const one of drift) once(`${arn} ${one.kind} ${one.what}`, { kind: "drift", database, drift: one });
    for (const refusal of [...refused, ...(egress?.held ?? [])])
      once(`${arn} ${refusal.gate} ${refusal.acknowledge ?? refusal.what}`, {
        kind: "refused",
        database,
        refusal,
      });
    for (const finding of findings.filter((f) => TOLD.has(f.code)))
      once(`${arn} ${finding.code} ${finding.what}`, { kind: "finding", database, finding });
  }
}
