import { AwsError } from "../../model/aws-error.ts";
import { describeInterfaces } from "../../model/ec2/describe-network.ts";
import { type Ec2State, ec2State } from "../../model/ec2/ec2-state.ts";
import { checkNotManaged, createInterface, setInterfaceGroups } from "../../model/ec2/interfaces.ts";
import { interfaceById } from "../../model/ec2/lookup.ts";
import type { NetworkInterface, PublicAddress } from "../../model/ec2/network-interface.ts";
import type { FormStruct } from "../form.ts";
import { requiredText, struct, structs, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { XmlStruct } from "../xml.ts";
import { tagSet } from "./group-xml.ts";
import { filtersIn, pageIn, tagSpecificationsIn } from "./inputs.ts";
import { defined, itemsTrail, requestTrail } from "./trail.ts";

/** An interface as DescribeNetworkInterfaces shows it. */
export function interfaceXml(ec2: Ec2State, eni: NetworkInterface): XmlStruct {
  const association = eni.publicAddress === undefined ? undefined : associationXml(ec2, eni.publicAddress);
  return {
    networkInterfaceId: eni.networkInterfaceId,
    subnetId: eni.subnetId,
    vpcId: eni.vpcId,
    availabilityZone: eni.availabilityZone,
    description: eni.description,
    ownerId: eni.ownerId,
    requesterId: eni.requesterId,
    requesterManaged: eni.requesterManaged,
    status: eni.status,
    macAddress: eni.macAddress,
    privateIpAddress: eni.privateIpAddress,
    privateDnsName: privateDnsName(ec2, eni.privateIpAddress),
    sourceDestCheck: true,
    groupSet: groupSet(ec2, eni),
    attachment: attachmentXml(eni),
    association,
    tagSet: tagSet(ec2.tags.of(eni.networkInterfaceId)),
    privateIpAddressesSet: [eni.privateIpAddress, ...eni.secondaryPrivateIpAddresses].map(
      (privateIpAddress, index) => ({
        privateIpAddress,
        privateDnsName: privateDnsName(ec2, privateIpAddress),
        primary: index === 0,
        association: index === 0 ? association : undefined,
      }),
    ),
    ipv6AddressesSet: eni.ipv6Addresses.map((ipv6Address) => ({ ipv6Address })),
    interfaceType: eni.interfaceType,
  };
}

/** `<groupSet>` of an interface or instance. */
export const groupSet = (ec2: Ec2State, eni: NetworkInterface): readonly XmlStruct[] =>
  eni.groupIds.map((groupId) => ({ groupId, groupName: ec2.groups.get(groupId)?.groupName }));

/** `ip-10-0-0-4.eu-west-1.compute.internal` */
export const privateDnsName = (ec2: Ec2State, address: string): string =>
  `ip-${address.replaceAll(".", "-")}.${ec2.region.region}.compute.internal`;

const associationXml = (ec2: Ec2State, { publicIp, ipOwnerId }: PublicAddress): XmlStruct => ({
  publicIp,
  publicDnsName: `ec2-${publicIp.replaceAll(".", "-")}.${ec2.region.region}.compute.amazonaws.com`,
  ipOwnerId,
});

function attachmentXml({ attachment }: NetworkInterface): XmlStruct | undefined {
  if (attachment === undefined) return undefined;
  return {
    attachmentId: attachment.attachmentId,
    instanceId: attachment.instanceId,
    instanceOwnerId: attachment.instanceOwnerId,
    deviceIndex: attachment.deviceIndex,
    status: "attached",
    attachTime: new Date(attachment.attachedAtMs),
    deleteOnTermination: attachment.deleteOnTermination,
  };
}

const describeOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const ids = texts(input, "NetworkInterfaceId");
    const page = describeInterfaces(ec2, { ids, filters: filtersIn(input), ...pageIn(input) });
    return {
      networkInterfaceSet: page.items.map((eni) => interfaceXml(ec2, eni)),
      nextToken: page.nextToken,
    };
  },
};

const createOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("CreateNetworkInterface"),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const eni = createInterface(ec2, {
      subnetId: requiredText(input, "SubnetId"),
      groupIds: texts(input, "SecurityGroupId"),
      description: text(input, "Description"),
      privateIpAddress: text(input, "PrivateIpAddress"),
      ipv6Addresses: structs(input, "Ipv6Addresses").flatMap((item) => text(item, "Ipv6Address") ?? []),
    });
    ec2.tags.put(eni.networkInterfaceId, tagSpecificationsIn(input, "network-interface"));
    return { networkInterface: interfaceXml(ec2, eni) };
  },
};

const modifyOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail((input) =>
    defined({
      networkInterfaceId: text(input, "NetworkInterfaceId"),
      groupSet: { items: texts(input, "SecurityGroupId").map((groupId) => ({ groupId })) },
    }),
  ),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const eni = interfaceById(ec2, requiredText(input, "NetworkInterfaceId"));
    checkNotManaged(eni);
    const groupIds = texts(input, "SecurityGroupId");
    if (groupIds.length > 0) setInterfaceGroups(ec2, eni, groupIds);
    const description = descriptionIn(input);
    if (description !== undefined)
      ec2.putInterface({ ...interfaceById(ec2, eni.networkInterfaceId), description });
    return { return: true };
  },
};

const descriptionIn = (input: FormStruct): string | undefined =>
  text(struct(input, "Description") ?? {}, "Value");

const detachOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail((input) => defined({ attachmentId: text(input, "AttachmentId") })),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const attachmentId = requiredText(input, "AttachmentId");
    const eni = ec2.interfaces
      .values()
      .find((candidate) => candidate.attachment?.attachmentId === attachmentId);
    if (eni === undefined) {
      const message = `The attachment ID '${attachmentId}' does not exist`;
      throw new AwsError("InvalidAttachmentID.NotFound", message);
    }
    if (eni.requesterManaged) {
      const message = "You are not allowed to manage 'ela-attach' attachments.";
      throw new AwsError("OperationNotPermitted", message);
    }
    const { attachment: _attachment, ...detached } = eni;
    ec2.putInterface({ ...detached, status: "available" });
    return { return: true };
  },
};

const deleteOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail((input) => defined({ networkInterfaceId: text(input, "NetworkInterfaceId") })),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const eni = interfaceById(ec2, requiredText(input, "NetworkInterfaceId"));
    checkNotManaged(eni);
    if (eni.status === "in-use") {
      const message = `Network interface '${eni.networkInterfaceId}' is currently in use.`;
      throw new AwsError("InvalidNetworkInterface.InUse", message);
    }
    ec2.removeInterface(eni.networkInterfaceId);
    return { return: true };
  },
};

/** Network interfaces. */
export const interfaceOperations: Readonly<Record<string, QueryOperation>> = {
  DescribeNetworkInterfaces: describeOperation,
  CreateNetworkInterface: createOperation,
  ModifyNetworkInterfaceAttribute: modifyOperation,
  DetachNetworkInterface: detachOperation,
  DeleteNetworkInterface: deleteOperation,
};
