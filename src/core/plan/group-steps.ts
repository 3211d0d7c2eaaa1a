import type {
  Database,
  Direction,
  RuleContent,
  SecurityGroup,
  SecurityGroupRule,
  Tags,
} from "../inventory/model.ts";
import { DATABASE_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { type AddressSet, intersect, isSubset, union } from "../net/address-set.ts";
import { formatCidr } from "../net/cidr.ts";
import { type Destination, openInBoth, opensNoMore } from "../net/destinations.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import { leaseTags } from "../rule/lease.ts";
import { EGRESS_MARK, outboundReach } from "../rule/outbound-rules.ts";
import { addressesOfSource, coversTcpPort, type PeerIndex } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { grantTags, ruleOrigin } from "../rule/rule-marks.ts";
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
  /** Set where `desired` holds egress rules, too: what they and all else let out together. */
  readonly egress?: GroupEgress | undefined;
}

/** The egress of a database as policy wants it. */
export interface GroupEgress {
  readonly after: readonly Destination[];
  /** Policy has had it in hand before: a rule that it did not grant is somebody's. */
  readonly settled: boolean;
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
  const live = change.group.rules.filter((r) => r.direction === "ingress" || change.egress !== undefined);
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

function originOf({ owner, widened, egress }: GroupChange, rule: SecurityGroupRule): RevokedRule["was"] & {} {
  const origin = ruleOrigin(rule, owner);
  if (rule.direction === "egress" && egress?.settled === false) return "found";
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
    const fitting = (["ingress", "egress"] as const).flatMap((direction) => this.#fittingOf(direction));
    const taken = new Set(fitting);
    this.#missing = this.#missing.filter((rule) => !taken.has(rule));
    this.#standing = [...this.#standing, ...fitting];
    return fitting;
  }

  /** EC2 counts the two directions apart. */
  #fittingOf(direction: Direction): readonly DesiredRule[] {
    const standing = this.#standing.filter((r) => r.direction === direction);
    const fitting: DesiredRule[] = [];
    for (const rule of this.#missing.filter((r) => r.direction === direction)) {
      const weight = totalWeight([...standing, ...fitting, rule], this.#peers.prefixLists);
      if (weight.v4 > this.#change.limit || weight.v6 > this.#change.limit) break;
      fitting.push(rule);
    }
    return fitting;
  }

  #takeSafe(): readonly RevokedRule[] {
    const surplusKeys = new Set(this.#surplus.map(ruleKey));
    const kept = this.#standing.filter((r) => !surplusKeys.has(ruleKey(r)));
    const admitting = kept.filter((r) => r.direction === "ingress");
    const covered = union(...admitting.flatMap((r) => addressesOfSource(r.source, this.#peers) ?? []));
    const open = outboundReach(kept, this.#peers).open;
    const safe = this.#surplus.filter((r) =>
      r.direction === "ingress" ? this.#isSafe(r, covered) : this.#isSafeOutwards(r, open),
    );
    const safeKeys = new Set(safe.map(ruleKey));
    this.#surplus = this.#surplus.filter((r) => !safeKeys.has(ruleKey(r)));
    this.#standing = this.#standing.filter((r) => !safeKeys.has(ruleKey(r)));
    return safe;
  }

  /** No destination that stays open depends on it. */
  #isSafeOutwards(rule: RuleContent, open: readonly Destination[]): boolean {
    const { open: own, unknown } = outboundReach([rule], this.#peers);
    const { after = [] } = this.#change.egress ?? {};
    return unknown.length === 0 && opensNoMore(openInBoth(own, after), open);
  }

  #isSafe(rule: RuleContent, covered: AddressSet): boolean {
    if (!coversTcpPort(rule, this.#change.port)) return true;
    const addresses = addressesOfSource(rule.source, this.#peers);
    return addresses !== undefined && isSubset(intersect(addresses, this.#change.after), covered);
  }
}

const authorizeStep = (change: GroupChange, rules: readonly DesiredRule[]): readonly Step[] => [
  ...authorizeSteps(
    change.group.groupId,
    rules.filter((r) => r.direction === "ingress"),
    change.owner,
    (n) => `${count(n, "consumer range")} that policy allows and the group does not admit yet`,
  ),
  ...authorizeSteps(
    change.group.groupId,
    rules.filter((r) => r.direction === "egress"),
    change.owner,
    (n) => `${count(n, "range")} that policy lets the database open connections to`,
  ),
];

/** The call that says that policy has the egress in hand: made last, when nothing else is open any more. */
export const egressMarkStep = (group: string, owner: string): Step => ({
  action: "authorize",
  group,
  rules: [EGRESS_MARK],
  ruleTags: grantTags(owner, [EGRESS_MARK]),
  why: "It lets nothing out, and says that from now on whatever policy does not grant here is somebody's edit",
});

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
  return (["ingress", "egress"] as const).flatMap((direction): readonly Step[] => {
    const some = rules.filter((r) => r.direction === direction);
    if (some.length === 0) return [];
    const why = `${count(some.length, direction === "ingress" ? "rule" : "egress rule")} ${purpose}`;
    return [{ action: "revoke", group: change.group.groupId, rules: some, why }];
  });
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

/** The calls on the egress of a new group where policy has the egress in hand: it gets what policy puts there. */
export function managedEgressSteps(
  group: string,
  rules: readonly DesiredRule[],
  ipv6Vpc: boolean,
  owner: string,
): readonly Step[] {
  const wanted = new Set(rules.map(ruleKey));
  const born = [defaultEgress(4), ...(ipv6Vpc ? [defaultEgress(6)] : [])];
  const standing = new Set(born.map(ruleKey));
  const missing = rules.filter((rule) => !standing.has(ruleKey(rule)));
  const surplus = born.filter((rule) => !wanted.has(ruleKey(rule)));
  const closed = "EC2 lets a new group open connections everywhere, and policy does not let the database";
  const opened = "What policy lets the database open stands before the group is attached";
  return [
    // First, because what a group is born with takes room.
    ...(surplus.length === 0 ? [] : [{ action: "revoke" as const, group, rules: surplus, why: closed }]),
    ...authorizeSteps(group, missing, owner, () => opened),
  ];
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
 *
 * @param exact true takes out of a group that stands, too, what an open rule makes needless, for it takes room
 */
export function egressChange(
  attached: readonly SecurityGroup[],
  ipv6Vpc: boolean,
  stands?: SecurityGroup,
  exact = false,
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
    .filter(([key, rule]) => !rules.has(key) && (exact || isOpen(key) || !isImplied(rule, open, ipv6Vpc)))
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
