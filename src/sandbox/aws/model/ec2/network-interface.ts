/** A public address and who owns it. */
export interface PublicAddress {
  readonly publicIp: string;
  /** The account, `amazon`, or `amazon-rds` for a public database. */
  readonly ipOwnerId: string;
}

/** What an interface is plugged into. RDS interfaces have no instance. */
export interface InterfaceAttachment {
  readonly attachmentId: string;
  readonly instanceId?: string;
  readonly instanceOwnerId: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
  readonly attachedAtMs: number;
}

/** A network interface. Its `groupIds` are those in force now. */
export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly ownerId: string;
  readonly description: string;
  readonly interfaceType: string;
  readonly status: "available" | "in-use";
  readonly macAddress: string;
  readonly privateIpAddress: string;
  readonly secondaryPrivateIpAddresses: readonly string[];
  readonly ipv6Addresses: readonly string[];
  readonly publicAddress?: PublicAddress;
  readonly groupIds: readonly string[];
  readonly requesterId?: string;
  readonly requesterManaged: boolean;
  readonly attachment?: InterfaceAttachment;
}

/** Every private and IPv6 address of an interface. */
export const addressesOf = (eni: NetworkInterface): readonly string[] => [
  eni.privateIpAddress,
  ...eni.secondaryPrivateIpAddresses,
  ...eni.ipv6Addresses,
];
