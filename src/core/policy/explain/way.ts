import type { Href } from "../model.ts";
import type { Gap } from "./change.ts";

/** What stands on one side of a rule, and what made it match (or would). */
export interface Party {
  readonly kind: "workload" | "virtualService" | "ipList" | "nobody";
  readonly href?: Href;
  readonly name: string;
  /** The words of the rule that reach it: `role=web`, `named directly`, `10.20.0.0-10.20.255.255`. */
  readonly by: string;
}

/** One way in which a side of a rule could hold in one scope. Without gaps it does. */
export interface Way {
  readonly party: Party;
  readonly gaps: readonly Gap[];
}

/** The way with the fewest gaps; the first of equals. */
export function nearestWays(ways: readonly Way[]): readonly Way[] {
  return ways.toSorted((a, b) => weight(a.gaps) - weight(b.gaps));
}

/** What cannot be read weighs more than any change that can be named. */
const UNREADABLE_WEIGHT = 100;

/** How far gaps are from holding. */
export function weight(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { change }) => sum + (change.kind === "mend" ? UNREADABLE_WEIGHT : 1), 0);
}
