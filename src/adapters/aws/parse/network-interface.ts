import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { NetworkInterface } from "../../../core/inventory/model.ts";
import { formatAddress, parseAddress } from "../../../core/net/address.ts";
import { type Cidr, canonicalCidr } from "../../../core/net/cidr.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { list, optional, readShape, unreadable } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  NetworkInterfaceId: z.string().min(1),
  VpcId: optional(z.string()),
  SubnetId: optional(z.string()),
  Description: optional(z.string()),
  RequesterId: optional(z.string()),
  RequesterManaged: optional(z.boolean()),
  Status: optional(z.string()),
  PrivateIpAddress: optional(z.string()),
  PrivateIpAddresses: list(
    z.object({ PrivateIpAddress: optional(z.string()), Primary: optional(z.boolean()) }),
  ),
  Ipv6Addresses: list(z.object({ Ipv6Address: optional(z.string()) })),
  Ipv4Prefixes: list(z.object({ Ipv4Prefix: z.string() })),
  Ipv6Prefixes: list(z.unknown()),
  OwnerId: optional(z.string()),
  SourceDestCheck: optional(z.boolean()),
  Groups: list(z.object({ GroupId: z.string().min(1) })),
  Attachment: optional(z.object({ InstanceId: optional(z.string()) })),
  InterfaceType: optional(z.string()),
  TagSet: TagItems,
  Tags: TagItems,
});
type Shape = z.infer<typeof Schema>;

/** Reads one entry of `NetworkInterfaces`, also of an instance's (`instanceId` then names it). */
export function readNetworkInterface(
  json: unknown,
  at: string,
  instanceId?: string,
): Result<NetworkInterface, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok) return read;
  const shape = read.value;
  const addresses = addressesOf(shape);
  if (!addresses.ok) return err(unreadable(json, at, addresses.error));
  const prefixes = prefixesOf(shape);
  if (!prefixes.ok) return err(unreadable(json, at, prefixes.error));
  const instance = shape.Attachment?.InstanceId ?? instanceId;
  return ok({
    networkInterfaceId: shape.NetworkInterfaceId,
    vpcId: shape.VpcId ?? "",
    subnetId: shape.SubnetId ?? "",
    description: shape.Description ?? "",
    ...(shape.RequesterId ? { requesterId: shape.RequesterId } : {}),
    requesterManaged: shape.RequesterManaged ?? false,
    status: shape.Status ?? "unknown",
    addresses: addresses.value,
    groupIds: shape.Groups.map((g) => g.GroupId),
    ...(instance ? { instanceId: instance } : {}),
    interfaceType: shape.InterfaceType ?? "interface",
    ...prefixes.value,
    ...ownerOf(shape),
    ...tagsOf(shape),
  });
}

/** What tells whether a reference to a group means this interface, and the way there. */
function ownerOf({ OwnerId, SourceDestCheck, Ipv6Prefixes }: Shape): Partial<NetworkInterface> {
  return {
    ...(OwnerId ? { ownerId: OwnerId } : {}),
    ...(SourceDestCheck === undefined ? {} : { sourceDestCheck: SourceDestCheck }),
    ...(Ipv6Prefixes.length === 0 ? {} : { delegatesIpv6: true }),
  };
}

/** DescribeNetworkInterfaces says TagSet where the rest of EC2 says Tags. */
function tagsOf({ TagSet, Tags }: Shape): Pick<NetworkInterface, "tags"> {
  const tags = [...TagSet, ...Tags];
  return tags.length === 0 ? {} : { tags: toTags(tags) };
}

function prefixesOf({ Ipv4Prefixes }: Shape): Result<Pick<NetworkInterface, "prefixes">, string> {
  const prefixes: Cidr[] = [];
  for (const { Ipv4Prefix } of Ipv4Prefixes) {
    const prefix = canonicalCidr(Ipv4Prefix);
    if (!prefix.ok) return err(prefix.error.what);
    prefixes.push(prefix.value);
  }
  return ok(prefixes.length === 0 ? {} : { prefixes });
}

function addressesOf(shape: Shape): Result<readonly string[], string> {
  const primaryFirst = shape.PrivateIpAddresses.toSorted(
    (a, b) => Number(b.Primary === true) - Number(a.Primary === true),
  );
  const texts = [
    shape.PrivateIpAddress,
    ...primaryFirst.map((p) => p.PrivateIpAddress),
    ...shape.Ipv6Addresses.map((a) => a.Ipv6Address),
  ];
  const found = new Set<string>();
  for (const text of texts) {
    if (text === undefined || text === "") continue;
    const address = parseAddress(text);
    if (!address.ok) return err(address.error.what);
    found.add(formatAddress(address.value));
  }
  return ok([...found]);
}
