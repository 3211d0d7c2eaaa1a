import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import type { NetworkInterface } from "./network-interface.ts";
import type { SecurityGroup } from "./security-group.ts";
import type { Subnet, Vpc } from "./vpc.ts";

/** @throws AwsError InvalidGroupId.Malformed · InvalidGroup.NotFound */
export function groupById(ec2: Ec2State, groupId: string): SecurityGroup {
  if (!/^sg-[0-9a-f]+$/.test(groupId)) {
    throw new AwsError("InvalidGroupId.Malformed", `Invalid id: "${groupId}" (expecting "sg-...")`);
  }
  const group = ec2.groups.get(groupId);
  if (group !== undefined) return group;
  throw new AwsError("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
}

/** Finds a group by its id or, in the default VPC only, by its name. */
export function groupByIdOrName(
  ec2: Ec2State,
  ref: { readonly groupId?: string | undefined; readonly groupName?: string | undefined },
): SecurityGroup {
  if (ref.groupId !== undefined) return groupById(ec2, ref.groupId);
  if (ref.groupName === undefined) {
    throw new AwsError("MissingParameter", "The request must contain the parameter groupName or groupId");
  }
  const vpcId = defaultVpc(ec2)?.vpcId;
  const group = vpcId === undefined ? undefined : groupByName(ec2, vpcId, ref.groupName);
  if (group !== undefined) return group;
  const where = vpcId === undefined ? "" : ` in default VPC '${vpcId}'`;
  throw new AwsError("InvalidGroup.NotFound", `The security group '${ref.groupName}' does not exist${where}`);
}

/** Names are unique in a VPC whatever their case. */
export function groupByName(ec2: Ec2State, vpcId: string, groupName: string): SecurityGroup | undefined {
  const wanted = groupName.toLowerCase();
  return ec2.groups
    .values()
    .find((group) => group.vpcId === vpcId && group.groupName.toLowerCase() === wanted);
}

export const defaultVpc = (ec2: Ec2State): Vpc | undefined => ec2.vpcs.values().find((vpc) => vpc.isDefault);

/** @throws AwsError InvalidVpcID.NotFound */
export function vpcById(ec2: Ec2State, vpcId: string): Vpc {
  const vpc = ec2.vpcs.get(vpcId);
  if (vpc !== undefined) return vpc;
  throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
}

/** @throws AwsError InvalidSubnetID.NotFound */
export function subnetById(ec2: Ec2State, subnetId: string): Subnet {
  const subnet = ec2.subnets.get(subnetId);
  if (subnet !== undefined) return subnet;
  throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
}

/** @throws AwsError InvalidNetworkInterfaceID.NotFound */
export function interfaceById(ec2: Ec2State, networkInterfaceId: string): NetworkInterface {
  const eni = ec2.interfaces.get(networkInterfaceId);
  if (eni !== undefined) return eni;
  const message = `The networkInterface ID '${networkInterfaceId}' does not exist`;
  throw new AwsError("InvalidNetworkInterfaceID.NotFound", message);
}
