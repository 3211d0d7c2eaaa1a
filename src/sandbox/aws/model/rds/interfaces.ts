import type { DbSubnetGroup } from "./database.ts";
import type { RdsInterface } from "./environment.ts";
import { rdsError } from "./errors.ts";
import type { RdsRegion } from "./region.ts";

/** What every interface of a database instance in the customer's account is described as; it names no database. */
export const RDS_INTERFACE_DESCRIPTION = "RDSNetworkInterface";

/** Which interfaces a database gets. */
export interface InterfacePlan {
  readonly subnetIds: readonly string[];
  readonly count: number;
  /** Position of the first subnet to use, so that members of a cluster spread over the zones. */
  readonly offset?: number;
  readonly groups: readonly string[];
  readonly publiclyAccessible?: boolean;
  readonly ipv6?: boolean;
  /** Wanted private addresses, one an interface. */
  readonly addresses?: readonly string[];
  readonly description?: string;
}

/** Makes the interfaces of a database, spread over its subnets. */
export function createInterfaces(region: RdsRegion, plan: InterfacePlan): readonly RdsInterface[] {
  return Array.from({ length: plan.count }, (_, index) => {
    const subnetId = plan.subnetIds[(index + (plan.offset ?? 0)) % plan.subnetIds.length];
    if (subnetId === undefined) throw rdsError("InvalidSubnet", "A database needs at least one subnet");
    const privateIpAddress = plan.addresses?.[index];
    return region.network.createRdsInterface({
      subnetId,
      groups: plan.groups,
      description: plan.description ?? RDS_INTERFACE_DESCRIPTION,
      publiclyAccessible: plan.publiclyAccessible ?? false,
      ipv6: plan.ipv6 ?? false,
      ...(privateIpAddress === undefined ? {} : { privateIpAddress }),
    });
  });
}

/** The subnet ids of a DB subnet group, in its order. */
export const subnetIdsOf = (group: DbSubnetGroup): readonly string[] =>
  group.subnets.map((subnet) => subnet.subnetIdentifier);
