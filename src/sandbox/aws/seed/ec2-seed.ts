import { authorize } from "../model/ec2/authorize.ts";
import { ec2State } from "../model/ec2/ec2-state.ts";
import { createInterface, type NewInterface, setInterfaceGroups } from "../model/ec2/interfaces.ts";
import { groupById, groupByName, interfaceById } from "../model/ec2/lookup.ts";
import type { NetworkInterface } from "../model/ec2/network-interface.ts";
import { peerings } from "../model/ec2/peerings.ts";
import type { Permission } from "../model/ec2/permission.ts";
import type { PrefixList } from "../model/ec2/prefix-list.ts";
import { createPrefixList, type NewPrefixList } from "../model/ec2/prefix-lists.ts";
import type { SecurityGroup, SecurityGroupRule } from "../model/ec2/security-group.ts";
import { createSecurityGroup } from "../model/ec2/security-groups.ts";
import type { Instance, Subnet, Vpc } from "../model/ec2/vpc.ts";
import {
  createInstance,
  createSubnet,
  createVpc,
  type NewInstance,
  type NewSubnet,
  type NewVpc,
} from "../model/ec2/vpcs.ts";
import type { RegionState } from "../model/region-state.ts";

/** Tags as a plain object. */
export type SeedTags = Readonly<Record<string, string>>;

/** A rule in few words: `{ protocol: "tcp", port: 5432, cidr: "10.0.0.0/16" }`. */
export interface SeedRule {
  readonly direction?: "ingress" | "egress";
  /** By default `tcp`. */
  readonly protocol?: string;
  readonly port?: number;
  readonly fromPort?: number;
  readonly toPort?: number;
  /** Exactly one of these three; a CIDR of either family. */
  readonly cidr?: string;
  readonly groupId?: string;
  readonly prefixListId?: string;
  readonly description?: string;
}

type Tagged<T> = Omit<T, "tags"> & { readonly tags?: SeedTags };

/** Creates EC2 objects in one account and region directly: no call is logged and no fault strikes. */
export interface Ec2Seed {
  /** By default 10.0.0.0/16. */
  vpc(input?: Partial<Tagged<NewVpc>>): Vpc;
  subnet(input: Tagged<NewSubnet>): Subnet;
  instance(input: Tagged<NewInstance>): Instance & { readonly eni: NetworkInterface };
  /** A bare interface with an address, as a Lambda function, a container or anything else has. */
  networkInterface(input: NewInterface & { readonly tags?: SeedTags }): NetworkInterface;
  setInterfaceGroups(networkInterfaceId: string, groupIds: readonly string[]): void;
  /** Starts with the default egress rules; `withoutEgress` starts with none. */
  securityGroup(input: {
    readonly groupId?: string;
    readonly groupName: string;
    readonly vpcId: string;
    readonly description?: string;
    readonly rules?: readonly SeedRule[];
    readonly withoutEgress?: boolean;
    readonly tags?: SeedTags;
  }): SecurityGroup;
  rules(groupId: string, rules: readonly SeedRule[]): readonly SecurityGroupRule[];
  defaultGroup(vpcId: string): SecurityGroup;
  prefixList(input: Omit<NewPrefixList, "tags"> & { readonly tags?: SeedTags }): PrefixList;
  /** A list that AWS manages, such as `com.amazonaws.eu-west-1.s3`. */
  awsPrefixList(prefixListName: string, cidrs: readonly string[]): PrefixList;
  /** A live peering with a VPC of the same region, by default of the same account. */
  peering(vpcId: string, peerVpcId: string, peerAccountId?: string): string;
}

/** The EC2 seeding functions of one account and region. */
export function ec2Seed(region: RegionState): Ec2Seed {
  const ec2 = region.part(ec2State);
  const rules: Ec2Seed["rules"] = (groupId, wanted) =>
    wanted.flatMap((rule) =>
      authorize(ec2, groupById(ec2, groupId), {
        isEgress: rule.direction === "egress",
        permissions: [permission(rule)],
        tags: [],
      }),
    );
  return {
    vpc: (input = {}) => createVpc(ec2, { cidrBlock: "10.0.0.0/16", ...input, tags: tagList(input.tags) }),
    subnet: (input) => createSubnet(ec2, { ...input, tags: tagList(input.tags) }),
    instance: (input) => createInstance(ec2, { ...input, tags: tagList(input.tags) }),
    networkInterface: ({ tags, ...input }) => {
      const eni = createInterface(ec2, input);
      ec2.tags.put(eni.networkInterfaceId, tagList(tags));
      return eni;
    },
    setInterfaceGroups: (id, groupIds) => setInterfaceGroups(ec2, interfaceById(ec2, id), groupIds),
    securityGroup: ({ groupId, groupName, vpcId, description, tags, rules: wanted, withoutEgress }) => {
      const input = { groupId, groupName, vpcId, description: description ?? groupName, tags: tagList(tags) };
      const created = createSecurityGroup(ec2, input);
      if (withoutEgress === true) ec2.putGroup({ ...created, rules: [] });
      rules(created.groupId, wanted ?? []);
      return groupById(ec2, created.groupId);
    },
    rules,
    defaultGroup: (vpcId) => groupByName(ec2, vpcId, "default") ?? fail(`VPC ${vpcId} has no default group`),
    prefixList: (input) => {
      const list = createPrefixList(ec2, { ...input, tags: tagList(input.tags) });
      ec2.putPrefixList({ ...list, state: "create-complete" });
      return list;
    },
    awsPrefixList: (prefixListName, cidrs) => {
      const entries = cidrs.map((cidr) => ({ cidr }));
      const list: PrefixList = {
        prefixListId: region.ids.ec2("pl"),
        prefixListName,
        family: cidrs[0]?.includes(":") === true ? "ipv6" : "ipv4",
        ownerId: "AWS",
        state: "create-complete",
        maxEntries: cidrs.length,
        version: 1,
        entries,
        history: new Map([[1, entries]]),
      };
      ec2.putPrefixList(list);
      return list;
    },
    peering: (vpcId, peerVpcId, peerAccountId = region.accountId) => {
      const vpcPeeringConnectionId = region.ids.ec2("pcx");
      const sides = [
        { accountId: region.accountId, vpcId },
        { accountId: peerAccountId, vpcId: peerVpcId },
      ] as const;
      region.world.part(peerings).add({ vpcPeeringConnectionId, region: region.region, sides });
      return vpcPeeringConnectionId;
    },
  };
}

const tagList = (tags: SeedTags = {}) => Object.entries(tags).map(([key, value]) => ({ key, value }));

function permission(rule: SeedRule): Permission {
  const { cidr, groupId, prefixListId, description } = rule;
  const isIpv6 = cidr?.includes(":") === true;
  const ranges = cidr === undefined ? [] : [{ cidr, ...(description === undefined ? {} : { description }) }];
  return {
    protocol: rule.protocol ?? "tcp",
    fromPort: rule.fromPort ?? rule.port,
    toPort: rule.toPort ?? rule.port,
    ipRanges: isIpv6 ? [] : ranges,
    ipv6Ranges: isIpv6 ? ranges : [],
    groups: groupId === undefined ? [] : [{ groupId, description }],
    prefixListIds:
      prefixListId === undefined
        ? []
        : [{ prefixListId, ...(description === undefined ? {} : { description }) }],
  };
}

function fail(message: string): never {
  throw new Error(message);
}
