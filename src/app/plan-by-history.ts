import { historyPlaces } from "../core/history/history-places.ts";
import type { HistorySpan } from "../core/history/live-rows.ts";
import type { DatabasePlan } from "../core/plan/plan.ts";
import type { Planned } from "./plan-databases.ts";
import type { HistoryReading } from "./read-history.ts";

/** Asks a history who was let in of late to some databases, by their ARNs, and tells where their flow logs are. */
export type AskHistory = (
  databaseArns: readonly string[],
  places: Pick<HistorySpan, "accounts" | "regions">,
) => Promise<HistoryReading>;

const NOT_ASKED: HistoryReading = { kind: "read", consumers: [], asked: new Set() };

/**
 * Plans, asks the history about the databases that are to be changed, and plans again by what it says. Where nothing is
 * to be done it is not asked: that is almost always so, and each question costs reads. A database that is only observed
 * is not written to, whoever was seen.
 *
 * @param ask absent where no history is kept
 * @param isOurs whether a run is about a database
 */
export async function planByHistory(
  plan: (history: HistoryReading | undefined) => Planned,
  ask: AskHistory | undefined,
  isOurs: (database: DatabasePlan) => boolean = () => true,
): Promise<Planned> {
  if (ask === undefined) return plan(undefined);
  const before = plan(NOT_ASKED);
  const arns = before.plan.databases.flatMap((d) => (isPending(d) && isOurs(d) ? [d.arn] : []));
  return arns.length === 0 ? before : plan(await ask(arns, historyPlaces(before.inventory)));
}

/** Something is to be done, or would be once a person says so. */
const isPending = ({ mode, steps, refused }: DatabasePlan): boolean =>
  mode === "enforce" && (steps.length > 0 || refused.some(({ acknowledge }) => acknowledge !== undefined));
