import { describeInstances, describeSubnets, describeVpcs } from "../../model/ec2/describe-network.ts";
import { type Ec2State, ec2State } from "../../model/ec2/ec2-state.ts";
import type { NetworkInterface } from "../../model/ec2/network-interface.ts";
import type { Instance, Subnet, Vpc } from "../../model/ec2/vpc.ts";
import { createSubnet, createVpc } from "../../model/ec2/vpcs.ts";
import { requiredText, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { XmlStruct } from "../xml.ts";
import { tagSet } from "./group-xml.ts";
import { filtersIn, pageIn, tagSpecificationsIn } from "./inputs.ts";
import { groupSet, interfaceXml, privateDnsName } from "./interface-operations.ts";
import { requestTrail } from "./trail.ts";

const associated = { state: "associated" };

const vpcXml = (ec2: Ec2State, vpc: Vpc): XmlStruct => ({
  vpcId: vpc.vpcId,
  ownerId: vpc.ownerId,
  state: "available",
  cidrBlock: vpc.cidrBlocks[0],
  cidrBlockAssociationSet: vpc.cidrBlocks.map((cidrBlock, index) => ({
    associationId: `vpc-cidr-assoc-${index}${vpc.vpcId.slice(5)}`,
    cidrBlock,
    cidrBlockState: associated,
  })),
  ipv6CidrBlockAssociationSet: vpc.ipv6CidrBlocks.map((ipv6CidrBlock, index) => ({
    associationId: `vpc-cidr-assoc-6${index}${vpc.vpcId.slice(5)}`,
    ipv6CidrBlock,
    ipv6CidrBlockState: associated,
    networkBorderGroup: ec2.region.region,
    ipv6Pool: "Amazon",
  })),
  dhcpOptionsId: "dopt-00000000",
  instanceTenancy: "default",
  isDefault: vpc.isDefault,
  tagSet: tagSet(ec2.tags.of(vpc.vpcId)),
});

const subnetXml = (ec2: Ec2State, subnet: Subnet): XmlStruct => ({
  subnetId: subnet.subnetId,
  subnetArn: ec2.region
    .arn("ec2", `subnet/${subnet.subnetId}`)
    .replace(`:${ec2.region.accountId}:`, `:${subnet.ownerId}:`),
  state: "available",
  ownerId: subnet.ownerId,
  vpcId: subnet.vpcId,
  cidrBlock: subnet.cidrBlock,
  ipv6CidrBlockAssociationSet:
    subnet.ipv6CidrBlock === undefined
      ? []
      : [
          {
            associationId: `subnet-cidr-assoc-${subnet.subnetId.slice(7)}`,
            ipv6CidrBlock: subnet.ipv6CidrBlock,
            ipv6CidrBlockState: associated,
          },
        ],
  availableIpAddressCount: freeAddresses(ec2, subnet),
  availabilityZone: subnet.availabilityZone,
  availabilityZoneId: subnet.availabilityZoneId,
  defaultForAz: ec2.vpcs.get(subnet.vpcId)?.isDefault === true,
  mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
  assignIpv6AddressOnCreation: false,
  tagSet: tagSet(ec2.tags.of(subnet.subnetId)),
});

function freeAddresses(ec2: Ec2State, subnet: Subnet): number {
  const size = 2 ** (32 - Number(subnet.cidrBlock.split("/")[1]));
  const used = ec2.interfaces.values().filter((eni) => eni.subnetId === subnet.subnetId).length;
  return Math.max(0, size - 5 - used);
}

const STATE_CODES = { running: 16, stopped: 80, terminated: 48 } as const;

function instanceXml(ec2: Ec2State, instance: Instance): XmlStruct {
  const enis = instance.networkInterfaceIds.flatMap((id) => ec2.interfaces.get(id) ?? []);
  const [primary] = enis;
  return {
    instanceId: instance.instanceId,
    imageId: "ami-00000000000000000",
    instanceState: { code: STATE_CODES[instance.state], name: instance.state },
    instanceType: instance.instanceType,
    launchTime: new Date(instance.launchedAtMs),
    placement: { availabilityZone: ec2.subnets.get(instance.subnetId)?.availabilityZone, tenancy: "default" },
    vpcId: instance.vpcId,
    subnetId: instance.subnetId,
    ...primaryAddresses(ec2, primary),
    groupSet: primary === undefined ? [] : groupSet(ec2, primary),
    networkInterfaceSet: enis.map((eni) => interfaceXml(ec2, eni)),
    tagSet: tagSet(ec2.tags.of(instance.instanceId)),
  };
}

const primaryAddresses = (ec2: Ec2State, eni: NetworkInterface | undefined): XmlStruct =>
  eni === undefined
    ? {}
    : {
        privateIpAddress: eni.privateIpAddress,
        privateDnsName: privateDnsName(ec2, eni.privateIpAddress),
        ipAddress: eni.publicAddress?.publicIp,
        ipv6Address: eni.ipv6Addresses[0],
      };

/** Each instance is a reservation of its own, as after single launches. */
const reservationXml = (ec2: Ec2State, instance: Instance): XmlStruct => ({
  reservationId: `r-${instance.instanceId.slice(2)}`,
  ownerId: instance.ownerId,
  groupSet: [],
  instancesSet: [instanceXml(ec2, instance)],
});

const describeVpcsOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const page = describeVpcs(ec2, {
      ids: texts(input, "VpcId"),
      filters: filtersIn(input),
      ...pageIn(input),
    });
    return { vpcSet: page.items.map((vpc) => vpcXml(ec2, vpc)), nextToken: page.nextToken };
  },
};

const describeSubnetsOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const page = describeSubnets(ec2, {
      ids: texts(input, "SubnetId"),
      filters: filtersIn(input),
      ...pageIn(input),
    });
    return { subnetSet: page.items.map((subnet) => subnetXml(ec2, subnet)), nextToken: page.nextToken };
  },
};

const describeInstancesOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const page = describeInstances(ec2, {
      ids: texts(input, "InstanceId"),
      filters: filtersIn(input),
      ...pageIn(input),
    });
    return {
      reservationSet: page.items.map((instance) => reservationXml(ec2, instance)),
      nextToken: page.nextToken,
    };
  },
};

const createVpcOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("CreateVpc"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const vpc = createVpc(ec2, {
      cidrBlock: requiredText(input, "CidrBlock"),
      tags: tagSpecificationsIn(input, "vpc"),
    });
    return { vpc: vpcXml(ec2, vpc) };
  },
};

const createSubnetOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("CreateSubnet"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const subnet = createSubnet(ec2, {
      vpcId: requiredText(input, "VpcId"),
      cidrBlock: requiredText(input, "CidrBlock"),
      availabilityZone: text(input, "AvailabilityZone"),
      tags: tagSpecificationsIn(input, "subnet"),
    });
    return { subnet: subnetXml(ec2, subnet) };
  },
};

/** VPCs, subnets and instances. */
export const vpcOperations: Readonly<Record<string, QueryOperation>> = {
  DescribeVpcs: describeVpcsOperation,
  DescribeSubnets: describeSubnetsOperation,
  DescribeInstances: describeInstancesOperation,
  CreateVpc: createVpcOperation,
  CreateSubnet: createSubnetOperation,
};
