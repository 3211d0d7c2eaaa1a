import { AwsError } from "../aws-error.ts";
import { contains, formatAddress, parseAddress, parseCidr } from "../cidr.ts";
import type { Ec2State } from "./ec2-state.ts";
import { groupById, groupByName, subnetById } from "./lookup.ts";
import type { InterfaceAttachment, NetworkInterface, PublicAddress } from "./network-interface.ts";
import type { Subnet } from "./vpc.ts";

/** What a new interface needs; the rest is worked out. */
export interface NewInterface {
  /** Only seeds choose ids. */
  readonly networkInterfaceId?: string | undefined;
  readonly subnetId: string;
  /** Absent: the default group of the VPC. */
  readonly groupIds?: readonly string[] | undefined;
  readonly description?: string | undefined;
  /** Absent: the next free address of the subnet. */
  readonly privateIpAddress?: string | undefined;
  readonly secondaryPrivateIpAddresses?: readonly string[] | undefined;
  readonly ipv6Addresses?: readonly string[] | undefined;
  readonly publicAddress?: PublicAddress | undefined;
  readonly interfaceType?: string | undefined;
  readonly requesterId?: string | undefined;
  readonly attachment?: Omit<InterfaceAttachment, "attachmentId" | "attachedAtMs"> | undefined;
}

/** Creates an interface in a subnet. @throws AwsError */
export function createInterface(ec2: Ec2State, input: NewInterface): NetworkInterface {
  const subnet = subnetById(ec2, input.subnetId);
  const groupIds = checkedGroups(ec2, subnet.vpcId, input.groupIds);
  const { ids, accountId, clock } = ec2.region;
  const eni: NetworkInterface = {
    networkInterfaceId: input.networkInterfaceId ?? ids.ec2("eni"),
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    ownerId: accountId,
    description: input.description ?? "",
    interfaceType: input.interfaceType ?? "interface",
    status: input.attachment === undefined ? "available" : "in-use",
    macAddress: `02:${(ids.hex(10).match(/../g) ?? []).join(":")}`,
    privateIpAddress: privateAddress(ec2, subnet, input.privateIpAddress),
    secondaryPrivateIpAddresses: input.secondaryPrivateIpAddresses ?? [],
    ipv6Addresses: (input.ipv6Addresses ?? []).map(canonicalAddress),
    ...(input.publicAddress === undefined ? {} : { publicAddress: input.publicAddress }),
    groupIds,
    ...(input.requesterId === undefined ? {} : { requesterId: input.requesterId }),
    requesterManaged: input.requesterId !== undefined,
    ...(input.attachment === undefined
      ? {}
      : {
          attachment: { ...input.attachment, attachmentId: ids.ec2("eni-attach"), attachedAtMs: clock.now() },
        }),
  };
  ec2.putInterface(eni);
  return eni;
}

/** Replaces all groups of an interface at one instant. @throws AwsError SecurityGroupsPerInterfaceLimitExceeded · … */
export function setInterfaceGroups(ec2: Ec2State, eni: NetworkInterface, groupIds: readonly string[]): void {
  ec2.putInterface({ ...eni, groupIds: checkedGroups(ec2, eni.vpcId, groupIds) });
}

/** Interfaces that a service owns cannot be changed by the customer. @throws AwsError AuthFailure */
export function checkNotManaged(eni: NetworkInterface): void {
  if (!eni.requesterManaged) return;
  throw new AwsError("AuthFailure", "You do not have permission to access the specified resource.", 403);
}

function checkedGroups(
  ec2: Ec2State,
  vpcId: string,
  wanted: readonly string[] | undefined,
): readonly string[] {
  if (wanted === undefined || wanted.length === 0) {
    const group = groupByName(ec2, vpcId, "default");
    return group === undefined ? [] : [group.groupId];
  }
  const groups = [...new Set(wanted)].map((groupId) => groupById(ec2, groupId));
  if (groups.length > ec2.quotas.value("securityGroupsPerInterface")) {
    const message = "The maximum number of security groups per interface has been reached.";
    throw new AwsError("SecurityGroupsPerInterfaceLimitExceeded", message);
  }
  if (groups.some((group) => group.vpcId !== vpcId)) {
    const message = "You have specified two resources that belong to different networks.";
    throw new AwsError("InvalidParameterValue", message);
  }
  return groups.map((group) => group.groupId);
}

/** AWS keeps the first four addresses of each subnet for itself. */
const RESERVED = 4n;

function privateAddress(ec2: Ec2State, subnet: Subnet, wanted: string | undefined): string {
  const cidr = parseCidr(subnet.cidrBlock);
  if (cidr === undefined)
    throw new Error(`Subnet ${subnet.subnetId} has the malformed block ${subnet.cidrBlock}`);
  if (wanted === undefined) return freeAddress(ec2, subnet, cidr.network);
  const address = parseAddress(wanted);
  if (address === undefined || !contains(cidr, address)) {
    throw new AwsError(
      "InvalidParameterValue",
      `Address ${wanted} does not fall within the subnet's address range`,
    );
  }
  if (ec2.interfaceAt(subnet.vpcId, wanted) !== undefined) {
    throw new AwsError("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
  }
  return formatAddress(address);
}

function freeAddress(ec2: Ec2State, subnet: Subnet, network: bigint): string {
  for (let value = network + RESERVED; ; value += 1n) {
    const address = formatAddress({ family: "ipv4", value });
    if (ec2.interfaceAt(subnet.vpcId, address) === undefined) return address;
  }
}

function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) throw new AwsError("InvalidParameterValue", `Address ${text} is malformed`);
  return formatAddress(address);
}
