import { contains, formatAddress, parseAddress, parseCidr } from "../cidr.ts";
import type { Ec2State } from "../ec2/ec2-state.ts";
import { createInterface, setInterfaceGroups } from "../ec2/interfaces.ts";
import { groupByName } from "../ec2/lookup.ts";
import type { Subnet } from "../ec2/vpc.ts";
import type { RdsInterface, RdsInterfaceRequest, RdsNetwork } from "./environment.ts";
import { rdsError } from "./errors.ts";

const OWNER = "amazon-rds";
/** AWS keeps the first four addresses of each subnet for itself. */
const RESERVED = 4n;

/** The embedded EC2 as RDS uses it: the interfaces it makes are those that DescribeNetworkInterfaces shows. */
export function ec2Network(ec2: Ec2State): RdsNetwork {
  const addresses = new SubnetAddresses(ec2);
  return {
    groupVpc: (groupId) => ec2.groups.get(groupId)?.vpcId,
    defaultGroup: (vpcId) => defaultGroup(ec2, vpcId),
    subnet: (subnetId) => ec2.subnets.get(subnetId),
    createRdsInterface: (request) => createRdsInterface(ec2, addresses, request),
    deleteInterface: (id) => deleteInterface(ec2, id),
    setInterfaceGroups: (id, groups) => setExistingGroups(ec2, id, groups),
  };
}

function defaultGroup(ec2: Ec2State, vpcId: string): string {
  const group = groupByName(ec2, vpcId, "default");
  if (group !== undefined) return group.groupId;
  throw rdsError("InvalidVPCNetworkStateFault", `VPC ${vpcId} has no default security group`);
}

/** A group may have been deleted while RDS had not yet put it on the interface; then the others remain. */
function setExistingGroups(ec2: Ec2State, networkInterfaceId: string, groups: readonly string[]): void {
  const eni = ec2.interfaces.get(networkInterfaceId);
  const existing = groups.filter((groupId) => ec2.groups.has(groupId));
  if (eni !== undefined && existing.length > 0) setInterfaceGroups(ec2, eni, existing);
}

/** A flow log of a single interface dies with it. */
function deleteInterface(ec2: Ec2State, networkInterfaceId: string): void {
  ec2.removeInterface(networkInterfaceId);
  const orphans = ec2.flowLogs.values().filter((log) => log.resourceId === networkInterfaceId);
  for (const { flowLogId } of orphans) {
    ec2.flowLogs.delete(flowLogId);
    ec2.tags.drop(flowLogId);
    ec2.region.changed("flowLog", flowLogId);
  }
}

function createRdsInterface(
  ec2: Ec2State,
  addresses: SubnetAddresses,
  request: RdsInterfaceRequest,
): RdsInterface {
  const subnet = ec2.subnets.get(request.subnetId);
  if (subnet === undefined) throw rdsError("InvalidSubnet", `Subnet ${request.subnetId} does not exist`);
  const ipv6Address = request.ipv6 ? addresses.next(subnet, subnet.ipv6CidrBlock) : undefined;
  const publicIp = request.publiclyAccessible ? publicAddress(ec2) : undefined;
  const eni = createInterface(ec2, {
    subnetId: request.subnetId,
    groupIds: request.groups,
    description: request.description,
    privateIpAddress: request.privateIpAddress ?? addresses.next(subnet, subnet.cidrBlock),
    ipv6Addresses: ipv6Address === undefined ? [] : [ipv6Address],
    publicAddress: publicIp === undefined ? undefined : { publicIp, ipOwnerId: OWNER },
    requesterId: OWNER,
    // No instance id: the host belongs to RDS.
    attachment: { instanceOwnerId: OWNER, deviceIndex: 1, deleteOnTermination: false },
  });
  return {
    networkInterfaceId: eni.networkInterfaceId,
    privateIpAddress: eni.privateIpAddress,
    subnetId: eni.subnetId,
    availabilityZone: eni.availabilityZone,
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    ...(publicIp === undefined ? {} : { publicIpAddress: publicIp }),
  };
}

/** Hands out the addresses of each block in order; thousands of databases must not search from the start each time. */
class SubnetAddresses {
  readonly #ec2: Ec2State;
  readonly #nextByBlock = new Map<string, bigint>();

  constructor(ec2: Ec2State) {
    this.#ec2 = ec2;
  }

  /** @throws AwsError InvalidSubnet when the subnet has no such block or no free address in it */
  next(subnet: Subnet, block: string | undefined): string {
    const cidr = parseCidr(block ?? "");
    if (cidr === undefined) {
      throw rdsError(
        "InvalidSubnet",
        `Subnet ${subnet.subnetId} has no IPv6 block, which network type DUAL needs`,
      );
    }
    const { family, network } = cidr;
    const key = `${subnet.subnetId} ${block}`;
    const from = this.#nextByBlock.get(key) ?? network + RESERVED;
    for (let value = from; contains(cidr, { family, value }); value += 1n) {
      const address = formatAddress({ family, value });
      if (this.#ec2.interfaceAt(subnet.vpcId, address) !== undefined) continue;
      this.#nextByBlock.set(key, value + 1n);
      return address;
    }
    throw rdsError("InvalidSubnet", `Subnet ${subnet.subnetId} has no free address`);
  }
}

/** The next public address that no interface of the region has. */
function publicAddress(ec2: Ec2State): string {
  const used = new Set(ec2.interfaces.values().map((eni) => eni.publicAddress?.publicIp));
  for (let value = parseAddress("52.94.0.10")?.value ?? 0n; ; value += 1n) {
    const address = formatAddress({ family: "ipv4", value });
    if (!used.has(address)) return address;
  }
}
