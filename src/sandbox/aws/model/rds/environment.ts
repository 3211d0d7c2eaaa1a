/** Where a new interface is put and what it looks like. */
export interface RdsInterfaceRequest {
  readonly subnetId: string;
  readonly groups: readonly string[];
  readonly description: string;
  readonly publiclyAccessible: boolean;
  readonly privateIpAddress?: string;
  readonly ipv6: boolean;
}

/** An interface that RDS owns in the customer's account. */
export interface RdsInterface {
  readonly networkInterfaceId: string;
  readonly privateIpAddress: string;
  readonly ipv6Address?: string;
  readonly publicIpAddress?: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
}

/** What RDS needs of the network of one account and region. */
export interface RdsNetwork {
  /** The VPC of a security group, absent when EC2 does not know the group. */
  groupVpc(groupId: string): string | undefined;
  defaultGroup(vpcId: string): string;
  subnet(subnetId: string): { readonly vpcId: string; readonly availabilityZone: string } | undefined;
  createRdsInterface(request: RdsInterfaceRequest): RdsInterface;
  deleteInterface(networkInterfaceId: string): void;
  /** Replaces the whole list at one instant. */
  setInterfaceGroups(networkInterfaceId: string, groups: readonly string[]): void;
}

/**
 * How long a change of security groups takes, in milliseconds from the call.
 * AWS publishes no figures; the recordings show that the states exist, not how long they last.
 */
export interface RdsTiming {
  /** When the interface of the first member gets the new list. */
  readonly effectiveAfterMs: number;
  /** Added to `effectiveAfterMs` for each further member of a cluster. */
  readonly memberStaggerMs: number;
  /** When all memberships are `active` and the instance is `available` again. */
  readonly settledAfterMs: number;
  /** How long Describe still says `available` after ModifyDBInstance was accepted. */
  readonly statusLagMs: number;
  /** How long stopping, starting, rebooting, creating and deleting take. */
  readonly lifecycleMs: number;
}

/** In force after 10 seconds, settled after 30: long enough to be seen, short enough for tests. */
export const DEFAULT_RDS_TIMING: RdsTiming = {
  effectiveAfterMs: 10_000,
  memberStaggerMs: 1_000,
  settledAfterMs: 30_000,
  statusLagMs: 0,
  lifecycleMs: 120_000,
};

/** Behaviour that AWS leaves undocumented; a scenario may choose the other reading. */
export interface RdsBehaviour {
  /** The recording of an Aurora swap shows its members `available` throughout; `modifying` is the other reading. */
  readonly memberStatusDuringChange: "available" | "modifying";
  /** Whether ModifyDBCluster is refused while memberships of a member are still changing. */
  readonly clusterBusyWhileChanging: boolean;
  /** The number of interfaces of a Multi-AZ instance: the standby's may be there before a failover or not. */
  readonly multiAzInterfaces: 1 | 2;
  /** VPC security groups per database: 5, which RDS does not raise, or the quota of an interface if that is lower. */
  readonly maxGroupsPerDatabase: () => number;
}

/** What the recordings show; where they are silent, the reading that is harder on the caller. */
export const DEFAULT_RDS_BEHAVIOUR: RdsBehaviour = {
  memberStatusDuringChange: "available",
  clusterBusyWhileChanging: true,
  multiAzInterfaces: 1,
  maxGroupsPerDatabase: () => 5,
};
