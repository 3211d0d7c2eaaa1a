import type { Database, NetworkInterface } from "../inventory/model.ts";
import { DATABASE_TAG } from "../inventory/ownership.ts";
import { bearsNameOf, mayBeOf } from "../inventory/proxy-interface.ts";
import { sameGroups } from "./membership-steps.ts";
import { attachedGroupIds, type World } from "./world.ts";

/** States in which RDS has nothing left to do for a database. */
const AT_REST = new Set(["available", "backing-up", "storage-optimization"]);

/** What RDS lists for a database, told apart from what its interfaces carry. */
export interface CarriedGroups {
  /** Groups that count as attached; those that no longer exist are among them. */
  readonly attached: readonly string[];
  /** Listed groups that no longer exist: they admit nobody, and no list may name them again. */
  readonly gone: readonly string[];
  /** RDS's own list, where it is not `attached`. */
  readonly listed?: readonly string[];
}

/**
 * The groups that a database carries. EC2 lets a group go which RDS was just asked to attach; RDS lists it ever after,
 * and the interfaces keep what they had. It admits nobody, so to take it off the list cuts nobody.
 *
 * That the inventory does not hold a group proves nothing by itself: it may not be readable, as one of another account
 * that is no longer shared. So RDS must be done with its work, every interface must have been read, none may carry the
 * group, and no rule beside it may name it. Then either one interface in the database's VPC is seen to carry just
 * the listed groups that do exist; or, where none of them does, the interfaces that can be no other database's agree on
 * what they carry, and that is what counts as attached. Where they do not, nothing is known: all stays as RDS lists it.
 */
export function carriedGroups(world: World, database: Database): CarriedGroups {
  const listed = attachedGroupIds(database);
  const unread = listed.filter((id) => !world.groups.has(id));
  if (unread.length === 0 || !isAtRest(database)) return { attached: listed, gone: [] };
  const { networkInterfaces, consumersUnread = [] } = world.inventory;
  // An interface that could not be read may be the one that carries it.
  if (consumersUnread.length > 0) return { attached: listed, gone: [] };
  const gone = unread.filter((id) => !isThere(world, database, id));
  if (unread.length === listed.length) return onlyGone(world, database, listed, gone);
  const standing = listed.filter((id) => world.groups.has(id));
  const isSeen = networkInterfaces.some(
    (i) => i.vpcId === database.vpcId && sameGroups([...new Set(i.groupIds)], standing),
  );
  return { attached: listed, gone: isSeen ? gone : [] };
}

/**
 * Whether a group that the inventory does not hold is there all the same, and only not to be seen: an interface carries
 * it, or a rule of another group in its VPC names it, as EC2 deletes no group of which either is true.
 */
export const isThere = (world: World, { vpcId }: Database, groupId: string): boolean =>
  world.inventory.networkInterfaces.some((i) => i.groupIds.includes(groupId)) ||
  (world.referrers.get(groupId) ?? []).some((group) => group.vpcId === vpcId);

/** RDS names deleted groups and no other: only the database's own interfaces can tell what is in force. */
function onlyGone(
  world: World,
  database: Database,
  listed: readonly string[],
  gone: readonly string[],
): CarriedGroups {
  const carried = agreedGroups(ownInterfaces(world, database));
  if (gone.length < listed.length || carried === undefined) return { attached: listed, gone: [] };
  return { attached: [...listed, ...carried], gone, listed };
}

/**
 * The interfaces that can be no other database's: those that carry a group which Moat manages for it, and those of a
 * proxy, which bear its name. Anybody may describe an interface so, hence only one that RDS made counts; and further
 * endpoints of a proxy are described as the proxy is, but may lie in other subnets, or carry managed groups of their own.
 */
function ownInterfaces(world: World, database: Database): readonly NetworkInterface[] {
  const managed = new Set<string>(world.managed.get(database.arn)?.map((g) => g.groupId));
  const isOwn = (i: NetworkInterface): boolean =>
    i.groupIds.some((groupId) => managed.has(groupId)) ||
    (bearsNameOf(i, database) &&
      i.groupIds.every((groupId) => world.groups.get(groupId)?.tags[DATABASE_TAG] === undefined));
  return world.inventory.networkInterfaces.filter((i) => mayBeOf(i, database) && isOwn(i));
}

/** The one set of groups that all of them carry; `undefined` where they differ, or where there is none. */
function agreedGroups(interfaces: readonly NetworkInterface[]): readonly string[] | undefined {
  const [first, ...others] = interfaces.map((i) => [...new Set(i.groupIds)]);
  if (first === undefined || first.length === 0) return undefined;
  return others.every((groups) => sameGroups(groups, first)) ? first : undefined;
}

const isAtRest = (database: Database): boolean =>
  [database, ...database.members].every(
    ({ status, memberships }) => AT_REST.has(status) && memberships.every((m) => m.status === "active"),
  );
