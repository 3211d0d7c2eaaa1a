import { formatUtc } from "../flow/utc-time.ts";
import type { SecurityGroup, SecurityGroupRule } from "../inventory/model.ts";
import { isRdsConnectGroup } from "../inventory/rds-connect.ts";
import { type AddressSet, intersect, isEmpty, union } from "../net/address-set.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import {
  isLeaseTime,
  LEASE_REASON_TAG,
  LEASE_UNTIL_TAG,
  type Lease,
  LONGEST_LEASE_S,
} from "../rule/lease.ts";
import { isEgressSettled } from "../rule/outbound-rules.ts";
import { addressesOfSource, coversTcpPort, reachOf, reachOfRules } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { ruleOrigin } from "../rule/rule-marks.ts";
import { sourceText } from "../rule/rule-text.ts";
import { isMemoryFull, leftRules, rememberLeftRules } from "./left-rules.ts";
import type { Step } from "./plan.ts";
import type { Kept, LiveDatabase } from "./plan-change.ts";
import { managesEgress, type World } from "./world.ts";

/** What stays at a database although policy does not say so. */
export interface Exceptions extends Kept {
  /** The group whose rules are Moat's while somebody else attaches it; then every other group stays. */
  readonly adopted?: SecurityGroup;
  readonly leases: readonly Lease[];
  /** What is to be written down of the rules that stay. */
  readonly remember: readonly Step[];
  /** Groups that cannot remember all rules that stay in them. */
  readonly full: readonly string[];
  /** Everybody whom these let in. */
  readonly reach: AddressSet;
}

/** Reads leases off the rules, and finds what AWS itself attached and added. */
export function exceptionsOf(
  world: World,
  live: LiveDatabase,
  port: number | undefined,
  denied: AddressSet,
  adopted?: SecurityGroup,
): Exceptions {
  const leases = live.managed.flatMap((group) => leasesOf(world, group, denied));
  const keptGroups =
    adopted === undefined ? connectGroups(world, live) : live.attached.filter((g) => g !== adopted);
  const governed = managesEgress(world.settings, live.database.id) && isEgressSettled(live.managed);
  const left = live.managed.map((group) => ({ group, rules: leftRules(world.settings, group, governed) }));
  const kept = left.flatMap(({ rules }) => rules);
  const running = leases.filter((l) => l.state === "running").map((l) => l.rule);
  const keptRules = new Set(kept.flatMap((r) => r.securityGroupRuleId ?? []));
  const shared = {
    leases,
    keptGroups,
    keptRules,
    remember: left.flatMap(({ group, rules }) => rememberLeftRules(group, rules)),
    full: left.flatMap(({ group, rules }) => (isMemoryFull(group, rules) ? [group.groupId as string] : [])),
    ...(adopted === undefined ? {} : { adopted }),
  };
  if (port === undefined) return { ...shared, reach: union() };
  const reach = union(
    reachOfRules([...running, ...kept], port, world.peers).admitted,
    reachOf(keptGroups, port, world.peers).admitted,
  );
  return { ...shared, reach };
}

/** Groups of RDS's connect feature, unless the owner wants them gone. */
function connectGroups(world: World, live: LiveDatabase): readonly SecurityGroup[] {
  if (world.settings.rdsConnect === "remove") return [];
  return live.attached.filter((group) => isRdsConnectGroup(group, world.groups));
}

function leasesOf(world: World, group: SecurityGroup, denied: AddressSet): readonly Lease[] {
  return group.rules.flatMap((rule) => {
    const until = rule.tags[LEASE_UNTIL_TAG];
    if (until === undefined || ruleOrigin(rule, world.settings.owner) !== "lease") return [];
    const reason = rule.tags[LEASE_REASON_TAG];
    const state = stateOf(world, rule, until, denied);
    return [{ group: group.groupId, rule, until, ...(reason === undefined ? {} : { reason }), state }];
  });
}

/** Without a clock no lease has ended, and none is too long: only what is certain is taken away. */
function stateOf(world: World, rule: SecurityGroupRule, until: string, denied: AddressSet): Lease["state"] {
  const { nowSeconds } = world.settings;
  if (!isLeaseTime(until)) return "tooLong";
  if (nowSeconds !== undefined && until <= formatUtc(nowSeconds)) return "ended";
  if (nowSeconds !== undefined && until > formatUtc(nowSeconds + LONGEST_LEASE_S)) return "tooLong";
  const addresses = addressesOfSource(rule.source, world.peers);
  const isDenied = addresses !== undefined && !isEmpty(intersect(addresses, denied));
  return isDenied ? "denied" : "running";
}

/** Policy's rules with the running leases beside them; a lease that policy has come to grant is one rule, policy's. */
export function withLeases(
  rules: readonly CompiledRule[],
  leases: readonly Lease[],
  port: number,
): readonly CompiledRule[] {
  const granted = new Set(rules.map(ruleKey));
  const added = leases.filter(
    ({ state, rule }) => state === "running" && coversTcpPort(rule, port) && !granted.has(ruleKey(rule)),
  );
  return [...rules, ...unique(added).map(leaseRule)];
}

const unique = (leases: readonly Lease[]): readonly Lease[] => [
  ...new Map([...leases].sort(byEnd).map((lease) => [ruleKey(lease.rule), lease])).values(),
];

const byEnd = (a: Lease, b: Lease): number => (a.until < b.until ? -1 : Number(a.until > b.until));

function leaseRule({ rule, until, reason }: Lease): CompiledRule {
  const { direction, protocol, fromPort, toPort, source } = rule;
  return {
    direction,
    protocol,
    ...(fromPort === undefined ? {} : { fromPort }),
    ...(toPort === undefined ? {} : { toPort }),
    source,
    because: [{ rule: `a lease until ${until}${reason === undefined ? "" : ` (${reason})`}` }],
    lease: { until, ...(reason === undefined ? {} : { reason }) },
  };
}

/** A lease in words. */
export const leaseText = (lease: Lease): string =>
  `${sourceText(lease.rule.source)} until ${lease.until}${lease.reason === undefined ? "" : `: ${lease.reason}`}`;
