import type { Database } from "../inventory/model.ts";
import { sameGroups } from "./membership-steps.ts";
import type { World } from "./world.ts";

/** States in which RDS has nothing left to do for a database. */
const AT_REST = new Set(["available", "backing-up", "storage-optimization"]);

/**
 * Attached groups that were deleted before RDS had put them on an interface. EC2 lets such a group go, and RDS lists it
 * ever after. It admits nobody, so to take it off the list cuts nobody.
 *
 * That the inventory does not hold a group proves nothing by itself: it may not be readable. So RDS must be done with
 * its work, no interface may carry the group, and one in the database's VPC must be seen to carry just the others.
 */
export function goneGroups(
  world: World,
  database: Database,
  attachedIds: readonly string[],
): readonly string[] {
  const unread = attachedIds.filter((id) => !world.groups.has(id));
  if (unread.length === 0 || !isAtRest(database)) return [];
  const standing = attachedIds.filter((id) => world.groups.has(id));
  const { networkInterfaces } = world.inventory;
  const isSeen = networkInterfaces.some(
    (i) => i.vpcId === database.vpcId && sameGroups([...new Set(i.groupIds)], standing),
  );
  if (!isSeen || standing.length === 0) return [];
  return unread.filter((id) => !networkInterfaces.some((i) => i.groupIds.includes(id)));
}

const isAtRest = (database: Database): boolean =>
  [database, ...database.members].every(
    ({ status, memberships }) => AT_REST.has(status) && memberships.every((m) => m.status === "active"),
  );
