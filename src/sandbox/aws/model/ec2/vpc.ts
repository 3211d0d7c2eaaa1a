/** A VPC. */
export interface Vpc {
  readonly vpcId: string;
  readonly ownerId: string;
  readonly cidrBlocks: readonly string[];
  readonly ipv6CidrBlocks: readonly string[];
  readonly isDefault: boolean;
}

/** A subnet. */
export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly cidrBlock: string;
  readonly ipv6CidrBlock?: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly mapPublicIpOnLaunch: boolean;
}

/** An EC2 instance, as far as an inventory needs it. */
export interface Instance {
  readonly instanceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly ownerId: string;
  readonly instanceType: string;
  readonly state: "running" | "stopped" | "terminated";
  readonly networkInterfaceIds: readonly string[];
  readonly launchedAtMs: number;
}

/** A live peering of two VPCs of one region, over which groups may refer to each other. */
export interface VpcPeering {
  readonly vpcPeeringConnectionId: string;
  readonly region: string;
  readonly sides: readonly [PeeringSide, PeeringSide];
}

export interface PeeringSide {
  readonly accountId: string;
  readonly vpcId: string;
}
