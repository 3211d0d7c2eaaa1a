import { partKey } from "../parts.ts";
import { type VpcQuotas, vpcQuotas } from "../quotas.ts";
import type { RegionState } from "../region-state.ts";
import { s3Store } from "../s3/store.ts";
import { VersionedMap } from "../versioned-map.ts";
import type { FlowLog } from "./flow-log.ts";
import { addressesOf, type NetworkInterface } from "./network-interface.ts";
import type { PrefixList } from "./prefix-list.ts";
import type { SecurityGroup } from "./security-group.ts";
import { TagStore } from "./tags.ts";
import type { Instance, Subnet, Vpc } from "./vpc.ts";

/** How long asynchronous EC2 changes take, and what is left open by AWS. */
export interface Ec2Behaviour {
  /** From `create-in-progress` to `create-complete`, and the same for modify and delete. */
  prefixListDelayMs: number;
  /** Buckets that flow logs may be delivered to: those of the sandbox's S3. */
  bucketExists: (bucketName: string) => boolean;
}

/** Everything EC2 knows of one account in one region. Objects are replaced, never changed in place. */
export class Ec2State {
  readonly region: RegionState;
  readonly quotas: VpcQuotas;
  readonly tags: TagStore;
  readonly vpcs: VersionedMap<string, Vpc>;
  readonly subnets: VersionedMap<string, Subnet>;
  readonly instances: VersionedMap<string, Instance>;
  readonly groups: VersionedMap<string, SecurityGroup>;
  readonly interfaces: VersionedMap<string, NetworkInterface>;
  readonly prefixLists: VersionedMap<string, PrefixList>;
  readonly flowLogs: VersionedMap<string, FlowLog>;
  readonly behaviour: Ec2Behaviour;
  readonly #groupOfRule = new Map<string, string>();
  readonly #interfacesOfGroup = new Map<string, Set<string>>();
  readonly #interfaceAt = new Map<string, string>();

  constructor(region: RegionState) {
    const time = region.world.readTime;
    this.region = region;
    this.behaviour = {
      prefixListDelayMs: 1_000,
      bucketExists: (bucketName) => region.world.part(s3Store).hasBucket(bucketName),
    };
    this.quotas = region.part(vpcQuotas);
    this.tags = new TagStore(time);
    this.vpcs = new VersionedMap(time);
    this.subnets = new VersionedMap(time);
    this.instances = new VersionedMap(time);
    this.groups = new VersionedMap(time);
    this.interfaces = new VersionedMap(time);
    this.prefixLists = new VersionedMap(time);
    this.flowLogs = new VersionedMap(time);
  }

  /** Stores a new or changed group and tells the observers. */
  putGroup(group: SecurityGroup): void {
    for (const rule of group.rules) this.#groupOfRule.set(rule.securityGroupRuleId, group.groupId);
    this.groups.set(group.groupId, group);
    this.region.changed("securityGroup", group.groupId);
  }

  removeGroup(groupId: string): void {
    for (const rule of this.groups.get(groupId)?.rules ?? []) this.tags.drop(rule.securityGroupRuleId);
    this.groups.delete(groupId);
    this.tags.drop(groupId);
    this.region.changed("securityGroup", groupId);
  }

  /** The group that a rule id was ever in; the rule may be gone. */
  groupIdOfRule(securityGroupRuleId: string): string | undefined {
    return this.#groupOfRule.get(securityGroupRuleId);
  }

  /** Stores a new or changed interface and tells the observers. */
  putInterface(eni: NetworkInterface): void {
    const before = this.interfaces.get(eni.networkInterfaceId);
    if (before !== undefined) this.#unindex(before);
    for (const groupId of eni.groupIds) {
      const members = this.#interfacesOfGroup.get(groupId) ?? new Set();
      this.#interfacesOfGroup.set(groupId, members.add(eni.networkInterfaceId));
    }
    for (const address of addressesOf(eni))
      this.#interfaceAt.set(`${eni.vpcId}|${address}`, eni.networkInterfaceId);
    this.interfaces.set(eni.networkInterfaceId, eni);
    this.region.changed("networkInterface", eni.networkInterfaceId);
  }

  removeInterface(networkInterfaceId: string): void {
    const eni = this.interfaces.get(networkInterfaceId);
    if (eni === undefined) return;
    this.#unindex(eni);
    this.interfaces.delete(networkInterfaceId);
    this.tags.drop(networkInterfaceId);
    this.region.changed("networkInterface", networkInterfaceId);
  }

  /** The interfaces that a group is on now. */
  interfacesOfGroup(groupId: string): readonly string[] {
    return [...(this.#interfacesOfGroup.get(groupId) ?? [])];
  }

  /** The interface that has this canonical private or IPv6 address in the VPC now. */
  interfaceAt(vpcId: string, address: string): NetworkInterface | undefined {
    const id = this.#interfaceAt.get(`${vpcId}|${address}`);
    return id === undefined ? undefined : this.interfaces.get(id);
  }

  /** Stores a new or changed prefix list and tells the observers. */
  putPrefixList(list: PrefixList): void {
    this.prefixLists.set(list.prefixListId, list);
    this.region.changed("prefixList", list.prefixListId);
  }

  #unindex(eni: NetworkInterface): void {
    for (const groupId of eni.groupIds) this.#interfacesOfGroup.get(groupId)?.delete(eni.networkInterfaceId);
    for (const address of addressesOf(eni)) this.#interfaceAt.delete(`${eni.vpcId}|${address}`);
  }
}

/** EC2 in one account and region: `region.part(ec2State)`. */
export const ec2State = partKey("ec2", (region: RegionState) => new Ec2State(region));
