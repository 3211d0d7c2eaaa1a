import { databaseInterfaces } from "../../inventory/database-interfaces.ts";
import type { Database, Inventory, NetworkInterface, Subnet, Tags } from "../../inventory/model.ts";
import { formatAddress } from "../../net/address.ts";
import { type Cidr, cidrBlock, rangeOfBlock } from "../../net/cidr.ts";
import { interfaceKind, isDatabaseInterface } from "./interface-kind.ts";
import type { MappedKind } from "./model.ts";

/** Something in AWS that may open or take connections, with all that a mapping rule can ask about it. */
export interface AwsObject {
  readonly kind: MappedKind;
  /** Instance or interface id, or a database's ARN: what its workload's href ends with. */
  readonly id: string;
  readonly name: string;
  /** Whatever the object may be called in a rule. */
  readonly names: readonly string[];
  readonly tags: Tags;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly vpcs: readonly string[];
  readonly descriptions: readonly string[];
  readonly addresses: readonly string[];
  readonly engine?: string;
  readonly arn?: string;
  readonly hostname?: string;
}

const MOST_DELEGATED = 256;

interface Names {
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly groups: ReadonlyMap<string, string>;
}

/** Databases and proxies, instances, and the interfaces that belong to neither, each list in its own order. */
export function awsObjects(inventory: Inventory, owner: string): readonly AwsObject[] {
  const names: Names = {
    subnets: new Map((inventory.subnets ?? []).map((s) => [s.subnetId, s])),
    groups: new Map(inventory.securityGroups.map((g) => [g.groupId, g.groupName])),
  };
  const ofDatabases = databaseInterfaces(inventory, owner).certain;
  const taken = new Set([...ofDatabases.values()].flat().map((i) => i.networkInterfaceId));
  const others = inventory.networkInterfaces.filter(
    (i) => !taken.has(i.networkInterfaceId) && !isDatabaseInterface(i),
  );
  return [
    ...inventory.databases.map((d) => databaseObject(names, d, ofDatabases.get(d.arn) ?? [])),
    ...instanceObjects(names, inventory, others),
    ...others.filter((i) => i.instanceId === undefined).map((i) => interfaceObject(names, i)),
  ];
}

function databaseObject(
  names: Names,
  database: Database,
  interfaces: readonly NetworkInterface[],
): AwsObject {
  const { id, arn, kind, engine, tags, endpoints, memberships } = database;
  const [hostname] = endpoints;
  const placed = place(names, interfaces);
  const subnetIds = [...database.subnetIds, ...interfaces.map((i) => i.subnetId)];
  return {
    ...placed,
    kind: kind === "proxy" || kind === "proxyEndpoint" ? "proxy" : "database",
    id: arn,
    name: id,
    names: [id, arn],
    tags,
    subnets: subnetNames(names, subnetIds),
    securityGroups: groupNames(names, [...memberships.map((m) => m.groupId), ...groupIds(interfaces)]),
    vpcs: unique([...(database.vpcId === undefined ? [] : [database.vpcId]), ...placed.vpcs]),
    engine,
    arn,
    ...(hostname === undefined ? {} : { hostname }),
  };
}

/** Instances with the interfaces that hang on them; an interface may name one that was not described. */
function instanceObjects(
  names: Names,
  inventory: Inventory,
  interfaces: readonly NetworkInterface[],
): readonly AwsObject[] {
  const byInstance = Map.groupBy(interfaces, (i) => i.instanceId);
  const described = new Map((inventory.instances ?? []).map((i) => [i.instanceId, i]));
  const ids = unique([...described.keys(), ...[...byInstance.keys()].flatMap((id) => id ?? [])]).sort();
  return ids.map((id) => {
    const own = byInstance.get(id) ?? [];
    const tags = described.get(id)?.tags ?? own[0]?.tags ?? {};
    const name = tags.Name === undefined || tags.Name === "" ? id : tags.Name;
    return { ...place(names, own), kind: "instance", id, name, names: unique([id, name]), tags };
  });
}

function interfaceObject(names: Names, own: NetworkInterface): AwsObject {
  const id = own.networkInterfaceId;
  const tags = own.tags ?? {};
  const name = tags.Name === undefined || tags.Name === "" ? id : tags.Name;
  return {
    ...place(names, [own]),
    kind: interfaceKind(own),
    id,
    name,
    names: unique([id, name]),
    tags,
  };
}

function place(names: Names, interfaces: readonly NetworkInterface[]) {
  return {
    subnets: subnetNames(
      names,
      interfaces.map((i) => i.subnetId),
    ),
    securityGroups: groupNames(names, groupIds(interfaces)),
    vpcs: unique(interfaces.map((i) => i.vpcId).filter((id) => id !== "")),
    descriptions: unique(interfaces.map((i) => i.description)),
    addresses: unique(
      interfaces.flatMap((i) => [...i.addresses, ...(i.prefixes ?? []).flatMap(eachAddress)]),
    ),
  };
}

/** Every address of a delegated block; EC2 delegates sixteen at a time, a longer list is not one of them. */
function eachAddress(prefix: Cidr): readonly string[] {
  const range = rangeOfBlock(cidrBlock(prefix));
  if (range.family === 6 || range.hi - range.lo > MOST_DELEGATED) return [];
  return Array.from({ length: range.hi - range.lo + 1 }, (_, i) =>
    formatAddress({ family: 4, value: range.lo + i }),
  );
}

const groupIds = (interfaces: readonly NetworkInterface[]): readonly string[] =>
  interfaces.flatMap((i) => i.groupIds);

const subnetNames = ({ subnets }: Names, ids: readonly string[]): readonly string[] =>
  unique(ids.flatMap((id) => [id, subnets.get(id)?.tags.Name ?? id])).filter((id) => id !== "");

const groupNames = ({ groups }: Names, ids: readonly string[]): readonly string[] =>
  unique(ids.flatMap((id) => [id, groups.get(id) ?? id]));

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
