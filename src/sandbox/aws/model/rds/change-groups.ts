import type { AnyRdsResource, DbCluster, DbInstance, DbProxy, DbProxyEndpoint } from "./database.ts";
import { recordEvent } from "./events.ts";
import { assignGroups, effectiveGroups, isChanging, without } from "./memberships.ts";
import type { RdsRegion } from "./region.ts";

type InterfaceOwner = DbInstance | DbProxy | DbProxyEndpoint;

/**
 * Starts the asynchronous change of one object's groups: memberships are `adding` and `removing` at once, its
 * interfaces follow at one later instant, and later still everything is `active`.
 *
 * @param position place among the members of a cluster, which change one after the other
 */
export function startGroupChange<T extends InterfaceOwner>(
  region: RdsRegion,
  resource: T,
  groups: readonly string[],
  position = 0,
): T {
  const { now, timing } = region;
  const effectiveAt = now + timing.effectiveAfterMs + position * timing.memberStaggerMs;
  const settledAt = Math.max(effectiveAt, now + timing.settledAfterMs);
  const assignment = assignGroups(resource.assignment, groups, { now, effectiveAt, settledAt });
  const changed = region.put({ ...resource, assignment });
  if (effectiveAt <= now || assignment.change === undefined) applyToInterfaces(region, changed);
  else region.later(effectiveAt - now, changed, (current) => applyToInterfaces(region, current));
  if (settledAt <= now || assignment.change === undefined) return settle(region, changed);
  region.later(settledAt - now, changed, (current) => settle(region, current));
  return changed;
}

/** Sets the groups of a cluster, whose own view shows them as `active` at once, and starts the change of its members. */
export function startClusterGroupChange(
  region: RdsRegion,
  cluster: DbCluster,
  groups: readonly string[],
): DbCluster {
  region.members(cluster).forEach((member, position) => {
    const changed = startGroupChange(region, member, groups, position);
    const until = changed.assignment.change?.settledAt;
    if (region.behaviour.memberStatusDuringChange === "modifying" && until !== undefined) {
      region.put({ ...changed, modifying: { from: region.now, until } });
    }
  });
  return region.put({ ...cluster, assignment: { groups: [...new Set(groups)] } });
}

/** Gives every interface of the object the groups in force now, in one list replacement per interface. */
export function applyToInterfaces(region: RdsRegion, resource: InterfaceOwner): void {
  const groups = effectiveGroups(resource.assignment, region.now);
  for (const { networkInterfaceId } of resource.interfaces) {
    region.network.setInterfaceGroups(networkInterfaceId, groups);
  }
}

function settle<T extends InterfaceOwner>(region: RdsRegion, resource: T): T {
  const { change, groups } = resource.assignment;
  if (change === undefined || isChanging(resource.assignment, region.now)) return resource;
  const settled = region.put({ ...resource, assignment: { groups }, ...idleStatus(resource) });
  for (const groupId of without(groups, change.from)) recordEvent(region, settled, "groupAdded", groupId);
  for (const groupId of without(change.from, groups)) recordEvent(region, settled, "groupRemoved", groupId);
  return settled;
}

/** Proxies show `modifying` as their status until the change is over. */
function idleStatus(resource: AnyRdsResource): { readonly status?: string } {
  return resource.kind !== "instance" && resource.status === "modifying" ? { status: "available" } : {};
}
