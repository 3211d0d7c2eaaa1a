import type { Diagnostic } from "../diagnostic.ts";
import type { Inventory } from "../inventory/model.ts";

/** Subnets and VPCs that another account owns and shares with this one: the owner's account by their id. */
export function sharedResources({ accountId, subnets = [] }: Inventory): ReadonlyMap<string, string> {
  return new Map(
    subnets.flatMap(({ subnetId, vpcId, ownerId }) =>
      ownerId === undefined || ownerId === accountId
        ? []
        : [[subnetId, ownerId] as const, [vpcId, ownerId] as const],
    ),
  );
}

/**
 * What somebody must know whose databases are in subnets of another account, when flow logs of subnets or VPCs were asked
 * for. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
 */
export const sharedSubnets = (shared: ReadonlyMap<string, string>): readonly Diagnostic[] =>
  [...shared]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resourceId, ownerId]) => ({
      code: "ONBOARD_SHARED_SUBNET",
      what: `${resourceId} is shared by account ${ownerId}: the databases' interfaces there get flow logs instead`,
      why: "Only the owner of a subnet may make a flow log of it, and this account cannot see the owner's",
      fix: "Run onboard on a schedule: a flow log of an interface ends when RDS replaces the interface",
    }));
