import type { Database, RuleContent, SecurityGroup, SecurityGroupRule, Tags } from "../inventory/model.ts";
import { DATABASE_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { type AddressSet, intersect, isSubset, union } from "../net/address-set.ts";
import { formatCidr } from "../net/cidr.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import { leaseTags } from "../rule/lease.ts";
import { addressesOfSource, coversTcpPort, type PeerIndex } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { grantTags, type RuleOrigin, ruleOrigin } from "../rule/rule-marks.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import type { RevokedRule, Step } from "./plan.ts";

/** A rule that should stand, perhaps for a limited time only. */
type DesiredRule = RuleContent & Pick<CompiledRule, "lease">;

/** A live managed group and what should stand in it. */
export interface GroupChange {
  readonly group: SecurityGroup;
  readonly attached: boolean;
  readonly desired: readonly DesiredRule[];
  /** Everything that the database's rules grant together, in whatever group. */
  readonly after: AddressSet;
  readonly port: number;
  readonly limit: number;
  readonly owner: string;
  /** Ids of rules that stay although nobody wants them here. */
  readonly kept?: ReadonlySet<string>;
  /** Groups that a granted rule names and that others have joined. */
  readonly widened?: ReadonlySet<string> | undefined;
}

/** The calls on one group: those that grant come before, those that only take away after every group has granted. */
export interface GroupSteps {
  readonly grant: readonly Step[];
  readonly revoke: readonly Step[];
}

/**
 * The calls that turn a live group's ingress into what it should be, so that at each step every address allowed both
 * before and after is admitted, and nothing else is let in. Rules that stand already are never touched.
 *
 * @returns `undefined` when the group is so full that no such order exists; then it must be replaced by another
 */
export function groupSteps(change: GroupChange, peers: PeerIndex): GroupSteps | undefined {
  const wanted = new Map(change.desired.map((r) => [ruleKey(r), r]));
  const live = change.group.rules.filter((r) => r.direction === "ingress");
  const standing = new Set(live.map(ruleKey));
  const missing = [...wanted].flatMap(([key, rule]) => (standing.has(key) ? [] : [rule]));
  const surplus = live
    .filter((r) => !wanted.has(ruleKey(r)) && !isKept(change, r))
    .map((r) => ({ ...contentOf(r), ...idOf(r), was: originOf(change, r) }));
  const inOrder = new RoomSearch(change, peers, live, missing, surplus).steps();
  if (inOrder === undefined || change.attached) return inOrder;
  // Before the group is attached, what is surplus has to go. The order is the same even so: another run, or a person,
  // may attach the group at any moment.
  return { grant: [...inOrder.grant, ...inOrder.revoke], revoke: [] };
}

function originOf({ owner, widened }: GroupChange, rule: SecurityGroupRule): RuleOrigin | "widened" {
  const origin = ruleOrigin(rule, owner);
  const isWidened = rule.source.kind === "securityGroup" && widened?.has(rule.source.groupId) === true;
  return origin === "granted" && isWidened ? "widened" : origin;
}

const isKept = (change: GroupChange, { securityGroupRuleId }: RevokedRule): boolean =>
  securityGroupRuleId !== undefined && change.kept?.has(securityGroupRuleId) === true;

const idOf = ({
  securityGroupRuleId,
}: Pick<RevokedRule, "securityGroupRuleId">): Pick<RevokedRule, "securityGroupRuleId"> =>
  securityGroupRuleId === undefined ? {} : { securityGroupRuleId };

/**
 * Grants before it revokes. Only where the rule quota leaves no room does it first revoke rules that no allowed client
 * depends on, then grant what fits, and so on.
 */
class RoomSearch {
  readonly #change: GroupChange;
  readonly #peers: PeerIndex;
  #standing: readonly RuleContent[];
  #missing: readonly DesiredRule[];
  #surplus: readonly RevokedRule[];

  constructor(
    change: GroupChange,
    peers: PeerIndex,
    live: readonly RuleContent[],
    missing: readonly DesiredRule[],
    surplus: readonly RevokedRule[],
  ) {
    this.#change = change;
    this.#peers = peers;
    this.#standing = live;
    this.#missing = missing;
    this.#surplus = surplus;
  }

  steps(): GroupSteps | undefined {
    const grant: Step[] = [];
    while (this.#missing.length > 0) {
      const fitting = this.#takeFitting();
      grant.push(...authorizeStep(this.#change, fitting));
      if (this.#missing.length === 0) break;
      const safe = this.#takeSafe();
      if (fitting.length === 0 && safe.length === 0) return undefined;
      grant.push(...revokeStep(this.#change, safe, "to make room, as no allowed client depends on them"));
    }
    return { grant, revoke: revokeStep(this.#change, this.#surplus) };
  }

  #takeFitting(): readonly DesiredRule[] {
    const fitting: DesiredRule[] = [];
    for (const rule of this.#missing) {
      const weight = totalWeight([...this.#standing, ...fitting, rule], this.#peers.prefixLists);
      if (weight.v4 > this.#change.limit || weight.v6 > this.#change.limit) break;
      fitting.push(rule);
    }
    this.#missing = this.#missing.slice(fitting.length);
    this.#standing = [...this.#standing, ...fitting];
    return fitting;
  }

  #takeSafe(): readonly RevokedRule[] {
    const surplusKeys = new Set(this.#surplus.map(ruleKey));
    const kept = this.#standing.filter((r) => !surplusKeys.has(ruleKey(r)));
    const covered = union(...kept.flatMap((r) => addressesOfSource(r.source, this.#peers) ?? []));
    const safe = this.#surplus.filter((r) => this.#isSafe(r, covered));
    const safeKeys = new Set(safe.map(ruleKey));
    this.#surplus = this.#surplus.filter((r) => !safeKeys.has(ruleKey(r)));
    this.#standing = this.#standing.filter((r) => !safeKeys.has(ruleKey(r)));
    return safe;
  }

  #isSafe(rule: RuleContent, covered: AddressSet): boolean {
    if (!coversTcpPort(rule, this.#change.port)) return true;
    const addresses = addressesOfSource(rule.source, this.#peers);
    return addresses !== undefined && isSubset(intersect(addresses, this.#change.after), covered);
  }
}

const authorizeStep = (change: GroupChange, rules: readonly DesiredRule[]): readonly Step[] =>
  authorizeSteps(
    change.group.groupId,
    rules,
    change.owner,
    (n) => `${count(n, "consumer range")} that policy allows and the group does not admit yet`,
  );

/** Tags of a call apply to every rule of it, so each lease has a call of its own. */
function authorizeSteps(
  group: string,
  rules: readonly DesiredRule[],
  owner: string,
  why: (rules: number) => string,
): readonly Step[] {
  const granted = rules.filter((r) => r.lease === undefined);
  const steps: Step[] = rules.flatMap((r) =>
    r.lease === undefined
      ? []
      : [
          {
            action: "authorize",
            group,
            rules: [r],
            ruleTags: { ...grantTags(owner, [r]), ...leaseTags(r.lease.until, r.lease.reason) },
            why: `A lease until ${r.lease.until} goes on`,
          },
        ],
  );
  if (granted.length === 0) return steps;
  return [
    {
      action: "authorize",
      group,
      rules: granted,
      ruleTags: grantTags(owner, granted),
      why: why(granted.length),
    },
    ...steps,
  ];
}

function revokeStep(
  change: GroupChange,
  rules: readonly RevokedRule[],
  purpose = "that policy does not grant",
): readonly Step[] {
  if (rules.length === 0) return [];
  return [
    {
      action: "revoke",
      group: change.group.groupId,
      rules,
      why: `${count(rules.length, "rule")} ${purpose}`,
    },
  ];
}

/** The calls that make a group which does not exist yet: its rules stand before it is attached to anything. */
export function newGroupSteps(input: {
  readonly ref: string;
  readonly name: string;
  readonly database: Database;
  readonly owner: string;
  readonly vpcId: string;
  readonly rules: readonly DesiredRule[];
  readonly originalGroups: Tags;
  readonly egress: EgressChange;
}): readonly Step[] {
  const steps: Step[] = [
    {
      action: "createSecurityGroup",
      group: input.ref,
      name: input.name,
      description: `Managed by Moat for ${input.database.kind} ${input.database.id}`,
      vpcId: input.vpcId,
      tags: { [OWNER_TAG]: input.owner, [DATABASE_TAG]: input.database.arn, ...input.originalGroups },
      why: `A group of its own for ${input.database.kind} "${input.database.id}"; it remembers the groups it replaces`,
    },
  ];
  const before = "Every consumer that policy allows is admitted before the group is attached";
  steps.push(...authorizeSteps(input.ref, input.rules, input.owner, () => before));
  return [...steps, ...egressSteps(input.ref, input.egress, input.owner)];
}

/** The calls on the egress of a group that is attached to nothing yet. */
export function egressSteps(group: string, egress: EgressChange, owner: string): readonly Step[] {
  const steps: Step[] = [];
  if (egress.revoke.length > 0) {
    const why =
      "The groups it replaces do not let the database open connections everywhere; a new group would";
    steps.push({ action: "revoke", group, rules: egress.revoke, why });
  }
  if (egress.authorize.length > 0) {
    const why = "Egress stays as the groups it replaces have it";
    const ruleTags = { [OWNER_TAG]: owner };
    steps.push({ action: "authorize", group, rules: egress.authorize, ruleTags, why });
  }
  return steps;
}

/** What makes a group's egress equal to that of the groups it replaces. */
export interface EgressChange {
  readonly authorize: readonly RuleContent[];
  readonly revoke: readonly RuleContent[];
}

const DEFAULT_EGRESS = {
  4: formatCidr({ family: 4, base: 0, length: 0 }),
  6: formatCidr({ family: 6, base: 0n, length: 0 }),
};

/**
 * A new group opens egress everywhere, in IPv6 too where the VPC has it:
 * https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 * Moat does not manage egress, so the new group gets what the attached ones have, no more and no less. So does one that
 * `stands` already without being attached: the run that made it may have died before it came to this. Where egress is
 * not known it stays: taking it away on a guess could cut the database off from what it needs.
 */
export function egressChange(
  attached: readonly SecurityGroup[],
  ipv6Vpc: boolean,
  stands?: SecurityGroup,
): EgressChange {
  if ([...attached, ...(stands === undefined ? [] : [stands])].some(hidesEgress))
    return { authorize: [], revoke: [] };
  const rules = egressOf(attached.flatMap((g) => g.rules));
  const standing = egressOf(
    stands?.rules ?? [defaultEgress(4), ...(ipv6Vpc || rules.has(OPEN_EGRESS[6]) ? [defaultEgress(6)] : [])],
  );
  const open = { 4: rules.has(OPEN_EGRESS[4]), 6: rules.has(OPEN_EGRESS[6]) };
  const isOpen = (key: string): boolean => key === OPEN_EGRESS[4] || key === OPEN_EGRESS[6];
  const authorize = [...rules]
    .filter(([key, rule]) => !standing.has(key) && (isOpen(key) || !isImplied(rule, open, ipv6Vpc)))
    .map(([, rule]) => contentOf(rule));
  const revoke = [...standing]
    .filter(([key, rule]) => !rules.has(key) && (isOpen(key) || !isImplied(rule, open, ipv6Vpc)))
    .map(([, rule]) => ({ ...contentOf(rule), ...idOf(rule) }));
  return { authorize, revoke };
}

const hidesEgress = (group: SecurityGroup): boolean =>
  group.egressUnknown === true && !group.rules.some((r) => r.direction === "egress");

const egressOf = (
  rules: readonly (RuleContent & Pick<RevokedRule, "securityGroupRuleId">)[],
): ReadonlyMap<string, RuleContent & Pick<RevokedRule, "securityGroupRuleId">> =>
  new Map(rules.flatMap((r) => (r.direction === "egress" ? [[ruleKey(r), r] as const] : [])));

function isImplied(
  rule: RuleContent,
  open: { readonly 4: boolean; readonly 6: boolean },
  ipv6Vpc: boolean,
): boolean {
  if (rule.source.kind === "cidr") return rule.source.cidr.includes(":") ? open[6] : open[4];
  return open[4] && (open[6] || !ipv6Vpc);
}

const defaultEgress = (family: 4 | 6): RuleContent => ({
  direction: "egress",
  protocol: "-1",
  source: { kind: "cidr", cidr: DEFAULT_EGRESS[family] },
});

const OPEN_EGRESS = { 4: ruleKey(defaultEgress(4)), 6: ruleKey(defaultEgress(6)) };

function contentOf(rule: RuleContent): RuleContent {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ...(rule.fromPort === undefined ? {} : { fromPort: rule.fromPort }),
    ...(rule.toPort === undefined ? {} : { toPort: rule.toPort }),
    source: rule.source,
  };
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
