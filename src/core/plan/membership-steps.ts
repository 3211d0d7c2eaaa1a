import type { GroupRef, Step } from "./plan.ts";

/** The list of groups on a database now, and as it should be. */
export interface MembershipChange {
  readonly attached: readonly string[];
  /** Attached groups that no longer exist: no list may name them, and nobody waits for them. */
  readonly gone?: readonly string[];
  readonly target: readonly GroupRef[];
  /** True while AWS is still carrying out an earlier change. */
  readonly inTransition: boolean;
  readonly limit: number;
}

/**
 * Moves a database from one list of groups to another: both at once first, then, when the new ones are active, the new
 * ones alone. While both stand, exactly what either admits is admitted. Without a free slot the list is replaced in one
 * call, which AWS carries out per interface: the old list or the new, never neither.
 */
export function membershipSteps(change: MembershipChange): readonly Step[] {
  const { attached, target } = change;
  if (sameGroups(attached, target))
    return change.inTransition ? [waitStep(target, "An earlier change is still under way")] : [];
  const steps: Step[] = change.inTransition
    ? [waitStep(attached, "An earlier change is still under way")]
    : [];
  const joining = target.filter((g) => !attached.includes(g));
  const standing = attached.filter((g) => change.gone?.includes(g) !== true);
  const both = [...standing, ...joining];
  const leaving = standing.filter((g) => !target.includes(g));
  if (joining.length > 0 && leaving.length > 0 && both.length <= change.limit) {
    steps.push({
      action: "setDatabaseGroups",
      groups: both,
      why: `Attach ${joining.join(", ")} beside the groups that are there: nobody loses access`,
    });
    steps.push(waitStep(both, "Nothing is detached before every interface admits what policy allows"));
  }
  steps.push({ action: "setDatabaseGroups", groups: target, why: lastReason(change, joining, leaving) });
  steps.push(waitStep(target, "Done means active on every member and seen on the interfaces"));
  return steps;
}

function lastReason(
  change: MembershipChange,
  joining: readonly string[],
  leaving: readonly string[],
): string {
  if (leaving.length === 0 && joining.length === 0)
    return `Take ${(change.gone ?? []).join(", ")} off the list: it no longer exists, and no interface carries it`;
  if (leaving.length === 0) return `Attach ${joining.join(", ")}`;
  if (joining.length === 0 || change.attached.length + joining.length <= change.limit) {
    return `Detach ${leaving.join(", ")}: the groups that stay admit every consumer that policy allows`;
  }
  return `Replace the list in one step, as all ${change.limit} slots are taken: AWS swaps it per interface, old or new, never neither`;
}

const waitStep = (groups: readonly GroupRef[], why: string): Step => ({
  action: "waitUntilActive",
  groups,
  why,
});

/** Equal as sets. */
export const sameGroups = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length &&
  new Set([...a, ...b]).size === new Set(a).size &&
  new Set(b).size === new Set(a).size;
