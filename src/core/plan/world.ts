import type { RuleMaker } from "../drift/rule-makers.ts";
import type { ModeSettings } from "../inventory/mode.ts";
import type { Database, Inventory, SecurityGroup } from "../inventory/model.ts";
import { isManagedGroupOf } from "../inventory/ownership.ts";
import { type CidrSources, cidrSources } from "../rule/cidr-sources.ts";
import type { SlackLimit } from "../rule/fit-rules.ts";
import { type PeerIndex, peerIndex } from "../rule/reach.ts";
import { type ReferableGroup, referableGroups } from "../rule/referable-groups.ts";
import { groupNamer } from "./managed-group-name.ts";

/** What the owner of the installation decides. */
export interface PlanSettings {
  /** Name of this installation, as the tag `moat:owner` carries it. */
  readonly owner: string;
  readonly modes: ModeSettings;
  /** Tokens of refusals that a person has overruled. */
  readonly acknowledged: ReadonlySet<string>;
  /** Share of the granted addresses, in percent, that may go at once without a person's word. */
  readonly shrinkPercent: number;
  /** What rules may admit beyond policy where the quotas leave no room for them. Absent: nothing. */
  readonly slack?: SlackLimit;
  /** Seconds since 1970 by which leases end. Absent: none ends. */
  readonly nowSeconds?: number;
  /** Groups whose rules Moat owns while somebody else attaches them, by database id. */
  readonly adopt?: Readonly<Record<string, string>>;
  /** What happens to groups that RDS's connect feature attached. Absent: `leave`. */
  readonly rdsConnect?: "leave" | "remove";
  /**
   * Whether one rule may name a group instead of its members' addresses, where both mean the same. Absent: `off`. With
   * `exact` the owner vouches that no such group is shared with other accounts.
   */
  readonly groupReferences?: "off" | "exact";
  /** Of which databases policy says what they may open themselves. Absent: of none. */
  readonly egress?: EgressSettings;
  /** Who wrote rules of managed groups last, by the rules' ids, where a trail told. */
  readonly ruleMakers?: ReadonlyMap<string, RuleMaker>;
}

/** `leave`: a managed group has the egress that the groups had which it replaced. `managed`: policy says what is open. */
export type EgressMode = "leave" | "managed";

/** The choice for each database. */
export interface EgressSettings {
  readonly default: EgressMode;
  /** By database id. */
  readonly databases: Readonly<Record<string, EgressMode>>;
}

/** Whether policy says what a database may open. */
export const managesEgress = ({ egress }: Pick<PlanSettings, "egress">, databaseId: string): boolean =>
  egress !== undefined &&
  (Object.hasOwn(egress.databases, databaseId) ? egress.databases[databaseId] : egress.default) === "managed";

/** A consumer seen talking to a database, from flow history. */
export interface ObservedConsumer {
  /** ARN of the database. */
  readonly database: string;
  readonly consumer: string;
  readonly records: number;
  /** RFC 3339, UTC. */
  readonly lastSeen?: string;
}

/** The inventory with the lookups that planning needs, and the counter that names new groups. */
export interface World {
  readonly inventory: Inventory;
  readonly settings: PlanSettings;
  readonly peers: PeerIndex;
  /** Groups that a rule may name, by VPC; empty where the owner wants no references. */
  readonly referable: ReadonlyMap<string, readonly ReferableGroup[]>;
  /** The peers of rules, remembered from one database to the next. */
  readonly cidrSources: CidrSources;
  readonly groups: ReadonlyMap<string, SecurityGroup>;
  readonly managed: ReadonlyMap<string, readonly SecurityGroup[]>;
  /** Databases that carry a group, by group id. */
  readonly carriers: ReadonlyMap<string, readonly Database[]>;
  /** Groups with an ingress rule that names a group as its peer, by the named group's id. */
  readonly referrers: ReadonlyMap<string, readonly SecurityGroup[]>;
  /** VPCs that carry IPv6, as far as groups and interfaces show. */
  readonly ipv6Vpcs: ReadonlySet<string>;
  /** Gives a free name for a managed group in a VPC, and takes it. */
  readonly takeGroupName: (vpcId: string, databaseId: string) => string;
  /** The next name for a group that the plan creates: `new-1`, `new-2`, … unique in the plan. */
  readonly nextNewGroup: () => string;
}

/** Indexes an inventory for planning. */
export function planningWorld(inventory: Inventory, settings: PlanSettings, firstNewGroup = 1): World {
  let counter = firstNewGroup - 1;
  const carriers = new Map<string, Database[]>();
  for (const database of inventory.databases) {
    for (const groupId of attachedGroupIds(database)) push(carriers, groupId, database);
  }
  const referable = settings.groupReferences === "exact" ? referableGroups(inventory) : [];
  const completeGroups = new Set(referable.map((g) => g.groupId));
  return {
    inventory,
    settings,
    peers: { ...peerIndex(inventory), completeGroups },
    referable: Map.groupBy(referable, (g) => g.vpcId),
    cidrSources: cidrSources(),
    groups: new Map(inventory.securityGroups.map((g) => [g.groupId, g])),
    managed: managedGroups(inventory, settings.owner),
    carriers,
    referrers: referrers(inventory.securityGroups),
    ipv6Vpcs: ipv6Vpcs(inventory),
    takeGroupName: groupNamer(inventory.securityGroups),
    nextNewGroup: () => {
      counter += 1;
      return `new-${counter}`;
    },
  };
}

/** Groups on the database that count as attached: all but those on their way out. */
export function attachedGroupIds(database: Pick<Database, "memberships">): readonly string[] {
  return [...new Set(database.memberships.filter((m) => m.status !== "removing").map((m) => m.groupId))];
}

function managedGroups(inventory: Inventory, owner: string): ReadonlyMap<string, readonly SecurityGroup[]> {
  const byArn = new Map(inventory.databases.map((d) => [d.arn as string, d]));
  const map = new Map<string, SecurityGroup[]>();
  for (const group of inventory.securityGroups) {
    const database = byArn.get(group.tags["moat:database"] ?? "");
    if (database !== undefined && isManagedGroupOf(group, database, owner)) push(map, database.arn, group);
  }
  return map;
}

function referrers(groups: readonly SecurityGroup[]): ReadonlyMap<string, readonly SecurityGroup[]> {
  const map = new Map<string, SecurityGroup[]>();
  for (const group of groups) {
    const named = new Set(
      group.rules.flatMap((r) =>
        r.direction === "ingress" && r.source.kind === "securityGroup" ? [r.source.groupId] : [],
      ),
    );
    for (const id of named) push(map, id, group);
  }
  return map;
}

function ipv6Vpcs(inventory: Inventory): ReadonlySet<string> {
  const vpcs = new Set<string>();
  for (const group of inventory.securityGroups) {
    if (
      group.rules.some(
        (r) => r.direction === "egress" && r.source.kind === "cidr" && r.source.cidr.includes(":"),
      )
    )
      vpcs.add(group.vpcId);
  }
  for (const networkInterface of inventory.networkInterfaces) {
    if (networkInterface.addresses.some((a) => a.includes(":"))) vpcs.add(networkInterface.vpcId);
  }
  return vpcs;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
