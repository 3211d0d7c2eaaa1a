import { AwsError } from "../aws-error.ts";
import { contains, formatCidr, parseCidr } from "../cidr.ts";
import type { Ec2State } from "./ec2-state.ts";
import { createInterface } from "./interfaces.ts";
import { vpcById } from "./lookup.ts";
import type { NetworkInterface } from "./network-interface.ts";
import { createDefaultGroup } from "./security-groups.ts";
import { checkTags, type Tag } from "./tags.ts";
import type { Instance, Subnet, Vpc } from "./vpc.ts";

export interface NewVpc {
  /** Only seeds choose ids. */
  readonly vpcId?: string | undefined;
  readonly cidrBlock: string;
  readonly ipv6CidrBlock?: string | undefined;
  readonly isDefault?: boolean | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Creates a VPC and its group named `default`. @throws AwsError */
export function createVpc(ec2: Ec2State, input: NewVpc): Vpc {
  checkTags(input.tags ?? []);
  const vpc: Vpc = {
    vpcId: input.vpcId ?? ec2.region.ids.ec2("vpc"),
    ownerId: ec2.region.accountId,
    cidrBlocks: [canonicalBlock(input.cidrBlock)],
    ipv6CidrBlocks: input.ipv6CidrBlock === undefined ? [] : [canonicalBlock(input.ipv6CidrBlock)],
    isDefault: input.isDefault ?? false,
  };
  ec2.vpcs.set(vpc.vpcId, vpc);
  putTags(ec2, vpc.vpcId, input.tags);
  createDefaultGroup(ec2, vpc);
  ec2.region.changed("vpc", vpc.vpcId);
  return vpc;
}

export interface NewSubnet {
  readonly subnetId?: string | undefined;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly ipv6CidrBlock?: string | undefined;
  /** Absent: the first zone of the region. */
  readonly availabilityZone?: string | undefined;
  readonly mapPublicIpOnLaunch?: boolean | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** @throws AwsError InvalidVpcID.NotFound · InvalidSubnet.Range · InvalidSubnet.Conflict */
export function createSubnet(ec2: Ec2State, input: NewSubnet): Subnet {
  checkTags(input.tags ?? []);
  const vpc = vpcById(ec2, input.vpcId);
  const cidrBlock = canonicalBlock(input.cidrBlock);
  checkBlock(ec2, vpc, cidrBlock);
  const availabilityZone = input.availabilityZone ?? `${ec2.region.region}a`;
  const subnet: Subnet = {
    subnetId: input.subnetId ?? ec2.region.ids.ec2("subnet"),
    vpcId: vpc.vpcId,
    ownerId: ec2.region.accountId,
    cidrBlock,
    ...(input.ipv6CidrBlock === undefined ? {} : { ipv6CidrBlock: canonicalBlock(input.ipv6CidrBlock) }),
    availabilityZone,
    availabilityZoneId: zoneId(availabilityZone),
    mapPublicIpOnLaunch: input.mapPublicIpOnLaunch ?? false,
  };
  ec2.subnets.set(subnet.subnetId, subnet);
  putTags(ec2, subnet.subnetId, input.tags);
  ec2.region.changed("subnet", subnet.subnetId);
  return subnet;
}

export interface NewInstance {
  readonly instanceId?: string | undefined;
  readonly subnetId: string;
  readonly groupIds?: readonly string[] | undefined;
  readonly privateIpAddress?: string | undefined;
  readonly ipv6Addresses?: readonly string[] | undefined;
  readonly publicIp?: string | undefined;
  readonly instanceType?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** An instance that runs, with one interface. @throws AwsError */
export function createInstance(
  ec2: Ec2State,
  input: NewInstance,
): Instance & { readonly eni: NetworkInterface } {
  const { ids, accountId, clock } = ec2.region;
  const instanceId = input.instanceId ?? ids.ec2("i");
  const eni = createInterface(ec2, {
    subnetId: input.subnetId,
    groupIds: input.groupIds,
    privateIpAddress: input.privateIpAddress,
    ipv6Addresses: input.ipv6Addresses,
    publicAddress:
      input.publicIp === undefined ? undefined : { publicIp: input.publicIp, ipOwnerId: "amazon" },
    attachment: { instanceId, instanceOwnerId: accountId, deviceIndex: 0, deleteOnTermination: true },
  });
  const instance: Instance = {
    instanceId,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    ownerId: accountId,
    instanceType: input.instanceType ?? "t3.micro",
    state: "running",
    networkInterfaceIds: [eni.networkInterfaceId],
    launchedAtMs: clock.now(),
  };
  ec2.instances.set(instanceId, instance);
  putTags(ec2, instanceId, input.tags);
  ec2.region.changed("instance", instanceId);
  return { ...instance, eni };
}

/** `eu-west-1a` → `euw1-az1` */
export function zoneId(availabilityZone: string): string {
  const [, area = "", direction = "", number = "", letter = "a"] =
    /^([a-z]+(?:-[a-z]+)*?)-([a-z])[a-z]*-(\d)([a-z])$/.exec(availabilityZone) ?? [];
  return `${area.replaceAll("-", "")}${direction}${number}-az${letter.charCodeAt(0) - 96}`;
}

function canonicalBlock(text: string): string {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    const message = `Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  return formatCidr(cidr);
}

function checkBlock(ec2: Ec2State, vpc: Vpc, cidrBlock: string): void {
  const block = parseCidr(cidrBlock);
  if (block === undefined) return;
  const inside = vpc.cidrBlocks.some((text) => {
    const outer = parseCidr(text);
    return outer !== undefined && outer.prefixLength <= block.prefixLength && contains(outer, first(block));
  });
  if (!inside) throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
  const clash = ec2.subnets.values().some((subnet) => {
    const other = parseCidr(subnet.cidrBlock);
    return (
      subnet.vpcId === vpc.vpcId &&
      other !== undefined &&
      (contains(other, first(block)) || contains(block, first(other)))
    );
  });
  if (clash)
    throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidrBlock}' conflicts with another subnet`);
}

const first = (cidr: { readonly family: "ipv4" | "ipv6"; readonly network: bigint }) => ({
  family: cidr.family,
  value: cidr.network,
});

function putTags(ec2: Ec2State, resourceId: string, tags: readonly Tag[] | undefined): void {
  if (tags !== undefined && tags.length > 0) ec2.tags.put(resourceId, tags);
}
