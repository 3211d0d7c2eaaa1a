import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Filter, type FilterFields, filtered } from "./filters.ts";
import { interfaceById, subnetById, vpcById } from "./lookup.ts";
import { addressesOf, type NetworkInterface } from "./network-interface.ts";
import { type Page, type PageRequest, pageOf } from "./pages.ts";
import type { Instance, Subnet, Vpc } from "./vpc.ts";

/** Describes by id or by filter; both together must hold. */
export interface DescribeInput extends PageRequest {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
}

const LIMITS = { least: 5, most: 1000 };

/** @throws AwsError InvalidNetworkInterfaceID.NotFound · … */
export function describeInterfaces(ec2: Ec2State, input: DescribeInput): Page<NetworkInterface> {
  checkNoPagesOfIds(input);
  const candidates =
    input.ids.length > 0
      ? input.ids.map((id) => interfaceById(ec2, id))
      : interfacesToScan(ec2, input.filters);
  const fields = interfaceFields(ec2);
  const matching = filtered(candidates, input.filters, fields, (eni) => ec2.tags.of(eni.networkInterfaceId));
  return pageOf(matching, input, LIMITS);
}

function checkNoPagesOfIds(input: DescribeInput): void {
  if (input.ids.length === 0 || input.maxResults === undefined) return;
  const message = "The parameter MaxResults cannot be used with a list of ids in the same request";
  throw new AwsError("InvalidParameterCombination", message);
}

/** The group-id filter is the usual one: do not walk all interfaces of the region for it. */
function interfacesToScan(ec2: Ec2State, filters: readonly Filter[]): readonly NetworkInterface[] {
  const isStale = ec2.region.world.readTime.atMs !== undefined;
  const byGroup = filters.find(
    (filter) => filter.name === "group-id" && !filter.values.some((id) => /[*?]/.test(id)),
  );
  if (byGroup === undefined || isStale) return ec2.interfaces.values();
  const ids = new Set(byGroup.values.flatMap((groupId) => ec2.interfacesOfGroup(groupId)));
  return [...ids].flatMap((id) => ec2.interfaces.get(id) ?? []);
}

const interfaceFields = (ec2: Ec2State): FilterFields<NetworkInterface> => ({
  "addresses.primary": () => ["true"],
  "addresses.private-ip-address": (eni) => [eni.privateIpAddress, ...eni.secondaryPrivateIpAddresses],
  "addresses.association.public-ip": (eni) => [eni.publicAddress?.publicIp],
  "association.public-ip": (eni) => [eni.publicAddress?.publicIp],
  "association.ip-owner-id": (eni) => [eni.publicAddress?.ipOwnerId],
  "attachment.attachment-id": (eni) => [eni.attachment?.attachmentId],
  "attachment.instance-id": (eni) => [eni.attachment?.instanceId],
  "attachment.instance-owner-id": (eni) => [eni.attachment?.instanceOwnerId],
  "attachment.status": (eni) => [eni.attachment === undefined ? undefined : "attached"],
  "availability-zone": (eni) => [eni.availabilityZone],
  description: (eni) => [eni.description],
  "group-id": (eni) => eni.groupIds,
  "group-name": (eni) => eni.groupIds.map((groupId) => ec2.groups.get(groupId)?.groupName),
  "interface-type": (eni) => [eni.interfaceType],
  "ipv6-addresses.ipv6-address": (eni) => eni.ipv6Addresses,
  "mac-address": (eni) => [eni.macAddress],
  "network-interface-id": (eni) => [eni.networkInterfaceId],
  "owner-id": (eni) => [eni.ownerId],
  "private-ip-address": (eni) => [eni.privateIpAddress],
  "requester-id": (eni) => [eni.requesterId],
  "requester-managed": (eni) => [String(eni.requesterManaged)],
  "source-dest-check": () => ["true"],
  status: (eni) => [eni.status],
  "subnet-id": (eni) => [eni.subnetId],
  "vpc-id": (eni) => [eni.vpcId],
});

/** @throws AwsError InvalidSubnetID.NotFound · … */
export function describeSubnets(ec2: Ec2State, input: DescribeInput): Page<Subnet> {
  const candidates = input.ids.length > 0 ? input.ids.map((id) => subnetById(ec2, id)) : ec2.subnets.values();
  return pageOf(
    filtered(candidates, input.filters, SUBNET_FIELDS, (it) => ec2.tags.of(it.subnetId)),
    input,
    LIMITS,
  );
}

const SUBNET_FIELDS: FilterFields<Subnet> = {
  "availability-zone": (subnet) => [subnet.availabilityZone],
  availabilityZone: (subnet) => [subnet.availabilityZone],
  "availability-zone-id": (subnet) => [subnet.availabilityZoneId],
  "cidr-block": (subnet) => [subnet.cidrBlock],
  "ipv6-cidr-block-association.ipv6-cidr-block": (subnet) => [subnet.ipv6CidrBlock],
  "map-public-ip-on-launch": (subnet) => [String(subnet.mapPublicIpOnLaunch)],
  "owner-id": (subnet) => [subnet.ownerId],
  state: () => ["available"],
  "subnet-id": (subnet) => [subnet.subnetId],
  "vpc-id": (subnet) => [subnet.vpcId],
};

/** @throws AwsError InvalidVpcID.NotFound · … */
export function describeVpcs(ec2: Ec2State, input: DescribeInput): Page<Vpc> {
  const candidates = input.ids.length > 0 ? input.ids.map((id) => vpcById(ec2, id)) : ec2.vpcs.values();
  return pageOf(
    filtered(candidates, input.filters, VPC_FIELDS, (vpc) => ec2.tags.of(vpc.vpcId)),
    input,
    LIMITS,
  );
}

const VPC_FIELDS: FilterFields<Vpc> = {
  cidr: (vpc) => [vpc.cidrBlocks[0]],
  "cidr-block-association.cidr-block": (vpc) => vpc.cidrBlocks,
  "ipv6-cidr-block-association.ipv6-cidr-block": (vpc) => vpc.ipv6CidrBlocks,
  "is-default": (vpc) => [String(vpc.isDefault)],
  isDefault: (vpc) => [String(vpc.isDefault)],
  "owner-id": (vpc) => [vpc.ownerId],
  state: () => ["available"],
  "vpc-id": (vpc) => [vpc.vpcId],
};

/** @throws AwsError InvalidInstanceID.NotFound · … */
export function describeInstances(ec2: Ec2State, input: DescribeInput): Page<Instance> {
  checkNoPagesOfIds(input);
  const candidates =
    input.ids.length > 0 ? input.ids.map((id) => instanceById(ec2, id)) : ec2.instances.values();
  const matching = filtered(candidates, input.filters, instanceFields(ec2), (it) =>
    ec2.tags.of(it.instanceId),
  );
  return pageOf(matching, input, LIMITS);
}

function instanceById(ec2: Ec2State, instanceId: string): Instance {
  const instance = ec2.instances.get(instanceId);
  if (instance !== undefined) return instance;
  throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${instanceId}' does not exist`);
}

function instanceFields(ec2: Ec2State): FilterFields<Instance> {
  const enis = (instance: Instance) =>
    instance.networkInterfaceIds.flatMap((id) => ec2.interfaces.get(id) ?? []);
  return {
    "instance-id": (instance) => [instance.instanceId],
    "instance-state-name": (instance) => [instance.state],
    "instance-type": (instance) => [instance.instanceType],
    "instance.group-id": (instance) => enis(instance).flatMap((eni) => eni.groupIds),
    "network-interface.group-id": (instance) => enis(instance).flatMap((eni) => eni.groupIds),
    "network-interface.addresses.private-ip-address": (instance) => enis(instance).flatMap(addressesOf),
    "network-interface.network-interface-id": (instance) => instance.networkInterfaceIds,
    "owner-id": (instance) => [instance.ownerId],
    "private-ip-address": (instance) => [enis(instance)[0]?.privateIpAddress],
    "ip-address": (instance) => [enis(instance)[0]?.publicAddress?.publicIp],
    "subnet-id": (instance) => [instance.subnetId],
    "vpc-id": (instance) => [instance.vpcId],
  };
}
