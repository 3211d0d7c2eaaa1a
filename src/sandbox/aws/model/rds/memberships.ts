/** `adding` and `removing` are not documented, yet seen in recorded answers of real AWS. */
export type MembershipStatus = "active" | "adding" | "removing";

/** One entry of VpcSecurityGroups. */
export interface VpcSecurityGroupMembership {
  readonly vpcSecurityGroupId: string;
  readonly status: MembershipStatus;
}

/** The groups of a database: those it has, and those it had while the change to them still runs. */
export interface GroupAssignment {
  readonly groups: readonly string[];
  readonly change?: {
    readonly from: readonly string[];
    /** Milliseconds UTC; at this instant interfaces are switched in one list replacement. */
    readonly effectiveAt: number;
    /** Milliseconds UTC; from here on every membership is `active`. */
    readonly settledAt: number;
  };
}

/** True while any membership is `adding` or `removing`. */
export function isChanging(assignment: GroupAssignment, now: number): boolean {
  return assignment.change !== undefined && now < assignment.change.settledAt;
}

/** The groups that filter packets now. */
export function effectiveGroups(assignment: GroupAssignment, now: number): readonly string[] {
  const { change } = assignment;
  return change !== undefined && now < change.effectiveAt ? change.from : assignment.groups;
}

/**
 * What DescribeDBInstances lists in VpcSecurityGroups, in the order of the group ids as in the recordings:
 * `[removing old, adding new]` for a swap, `[adding new, active old]` when one is added.
 */
export function memberships(assignment: GroupAssignment, now: number): readonly VpcSecurityGroupMembership[] {
  const before = new Set(isChanging(assignment, now) ? assignment.change?.from : assignment.groups);
  const after = new Set(assignment.groups);
  return [...new Set([...before, ...after])].sort().map((vpcSecurityGroupId) => ({
    vpcSecurityGroupId,
    status: membershipStatus(before.has(vpcSecurityGroupId), after.has(vpcSecurityGroupId)),
  }));
}

/** What DescribeDBClusters lists: the wanted groups, all `active` from the first moment on. */
export function wantedMemberships(assignment: GroupAssignment): readonly VpcSecurityGroupMembership[] {
  return [...assignment.groups]
    .sort()
    .map((vpcSecurityGroupId) => ({ vpcSecurityGroupId, status: "active" }));
}

/**
 * Replaces the whole list. A list with the same members changes nothing.
 *
 * @param groups the new list, not empty
 */
export function assignGroups(
  assignment: GroupAssignment,
  groups: readonly string[],
  times: { readonly now: number; readonly effectiveAt: number; readonly settledAt: number },
): GroupAssignment {
  const from = effectiveGroups(assignment, times.now);
  const wanted = [...new Set(groups)];
  if (sameMembers(from, wanted)) return { groups: wanted };
  return { groups: wanted, change: { from, effectiveAt: times.effectiveAt, settledAt: times.settledAt } };
}

/** Whether two lists name the same groups, in any order. */
export function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return without(left, right).length === 0 && without(right, left).length === 0;
}

/** The ids of `left` that are not in `right`. */
export function without(left: readonly string[], right: readonly string[]): readonly string[] {
  const excluded = new Set(right);
  return left.filter((id) => !excluded.has(id));
}

function membershipStatus(before: boolean, after: boolean): MembershipStatus {
  if (before && after) return "active";
  return after ? "adding" : "removing";
}
