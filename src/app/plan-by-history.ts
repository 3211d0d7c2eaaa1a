import { historyPlaces } from "../core/history/history-places.ts";
import type { HistorySpan } from "../core/history/live-rows.ts";
import type { DatabasePlan } from "../core/plan/plan.ts";
import type { Planned } from "./plan-databases.ts";
import type { HistoryReading } from "./read-history.ts";

/**
 * Asks a history who was let in of late to some databases, by their ARNs, and, where `both` is true, what they opened;
 * and tells where their flow logs are.
 */
export type AskHistory = (
  databaseArns: readonly string[],
  places: Pick<HistorySpan, "accounts" | "regions">,
  both?: boolean,
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
  const pending = before.plan.databases.filter((d) => isPending(d) && isOurs(d));
  if (pending.length === 0) return before;
  const both = pending.some((d) => d.egress !== undefined);
  // What a database opened to another one is kept for that other one.
  const about = both ? before.plan.databases : pending;
  return plan(
    await ask(
      about.map((d) => d.arn),
      historyPlaces(before.inventory),
      both,
    ),
  );
}

/** Something is to be done, or would be once a person says so. */
const isPending = ({ mode, steps, refused, egress }: DatabasePlan): boolean =>
  mode === "enforce" &&
  (steps.length > 0 ||
    [...refused, ...(egress?.held ?? [])].some(({ acknowledge }) => acknowledge !== undefined));
