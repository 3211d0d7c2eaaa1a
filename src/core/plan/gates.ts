import type { Diagnostic } from "../diagnostic.ts";
import { digest } from "../digest.ts";
import { isOwnRule } from "../inventory/ownership.ts";
import {
  type AddressSet,
  addressSetOfCidrs,
  countAddresses,
  isEmpty,
  subtract,
  union,
} from "../net/address-set.ts";
import type { DatabasePolicy } from "../policy/resolution.ts";
import type { Overflow } from "../rule/fit-rules.ts";
import type { Reach } from "../rule/reach.ts";
import { ruleOrigin } from "../rule/rule-marks.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import { mayBeAdmitted } from "./losses.ts";
import { overflowText } from "./overflow-text.ts";
import { reachAsGranted } from "./own-references.ts";
import type { Gate, LostConsumer, Refusal, Step } from "./plan.ts";
import type { Change, LiveDatabase } from "./plan-change.ts";
import { peerText, unseenPeersThatGo } from "./unseen-peers.ts";
import type { World } from "./world.ts";

/** What the gates look at for one database. */
export interface GateContext {
  readonly world: World;
  readonly live: LiveDatabase;
  readonly policy: DatabasePolicy;
  readonly policyComplete: boolean;
  readonly port: number | undefined;
  readonly now: Reach;
  readonly change: Change | undefined;
  /** Set when the group to adopt cannot be. */
  readonly adoption?: Refusal;
  /** Set when the rules do not fit into the quotas. */
  readonly overflow?: Overflow;
  readonly losses: readonly LostConsumer[];
  /** Keys of what stood when the database was last in order; absent where nobody kept watch. */
  readonly memory: ReadonlySet<string> | undefined;
  /** `undefined` when no flow history was given. */
  readonly observedClients: number | undefined;
  /** Set when a flow history was named and cannot be read. */
  readonly historyProblem: Diagnostic | undefined;
}

// States in which AWS is known to take a change of groups; in any other it may refuse or delay it.
const READY = new Set(["available", "backing-up", "storage-optimization"]);

/** All gates, in the order in which a person should read them. Each refuses or stays silent. */
const GATES: readonly ((context: GateContext) => Refusal | undefined)[] = [
  notSupported,
  ({ adoption }) => adoption,
  unreadGroups,
  noPort,
  noPolicyObject,
  incompletePolicy,
  emptyPolicy,
  quota,
  busy,
  shrink,
  losesAccess,
  unseenPeers,
  unreadHistory,
  sharedGroup,
];

/** Refusals that stand, and those that a person has acknowledged. */
export function refusals(context: GateContext): {
  readonly refused: readonly Refusal[];
  readonly overruled: readonly Refusal[];
} {
  const { acknowledged } = context.world.settings;
  const all = GATES.flatMap((gate) => gate(context) ?? []);
  const isOverruled = (r: Refusal): boolean => r.acknowledge !== undefined && acknowledged.has(r.acknowledge);
  return { refused: all.filter((r) => !isOverruled(r)), overruled: all.filter(isOverruled) };
}

const idOf = (context: GateContext): string => context.live.database.id;

/** Names gate, database and the exact circumstances, so that it never covers a later, different case. */
function token(context: GateContext, gate: Gate, circumstances: string): string {
  return `${gate}:${idOf(context)}:${digest(`${context.live.database.arn}|${circumstances}`).slice(0, 8)}`;
}

const acknowledgeFix = (acknowledge: string): string => `or overrule with "--acknowledge ${acknowledge}"`;

function notSupported(context: GateContext): Refusal | undefined {
  const problem = context.live.database.unsupported;
  return problem === undefined
    ? undefined
    : { gate: "notReady", what: problem.what, why: problem.why, fix: problem.fix };
}

function unreadGroups(context: GateContext): Refusal | undefined {
  const { unread } = context.live;
  if (unread.length === 0) return undefined;
  return {
    gate: "notReady",
    what: `Database "${idOf(context)}" carries ${unread.join(", ")}, which the inventory does not hold`,
    why: "What an unread group admits is unknown, and detaching it could cut a client",
    fix: "Allow ec2:DescribeSecurityGroups for them, or have the account that shared them share them again; if deleted, set other groups",
  };
}

function noPort(context: GateContext): Refusal | undefined {
  if (context.port !== undefined || context.live.database.unsupported !== undefined) return undefined;
  return {
    gate: "notReady",
    what: `Database "${idOf(context)}" has no endpoint yet (status "${context.live.database.status}")`,
    why: "Its port is known only once AWS has created the endpoint",
    fix: "Run again when the database is available",
  };
}

function noPolicyObject(context: GateContext): Refusal | undefined {
  if (context.policy.matched.length > 0) return undefined;
  const acknowledge = token(context, "noPolicyObject", "");
  return {
    gate: "noPolicyObject",
    what: `Policy knows no workload or virtual service that stands for database "${idOf(context)}"`,
    why: "Without one no rule can name it, and enforcing would cut every client",
    fix: `Create an unmanaged workload with external_data_reference "${context.live.database.arn}", ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

function incompletePolicy(context: GateContext): Refusal | undefined {
  const reasons = context.policy.incomplete;
  if (context.policyComplete && reasons.length === 0) return undefined;
  const first = reasons[0];
  const acknowledge = token(context, "incompletePolicy", reasons.map((r) => r.what).join("\n"));
  return {
    gate: "incompletePolicy",
    what: first?.what ?? "The policy answer may be cut short",
    why: first?.why ?? "Rules that are missing from it would be revoked although policy still grants them",
    fix: `${first?.fix ?? "Run again when the policy source answers in full"}, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

function emptyPolicy(context: GateContext): Refusal | undefined {
  const { policy, observedClients } = context;
  if (policy.matched.length === 0 || !isEmpty(policy.allowed)) return undefined;
  if (observedClients === 0 && isEmpty(granted(context))) return undefined;
  const acknowledge = token(context, "emptyPolicy", "");
  const clients =
    observedClients === undefined
      ? "no flow history says that it has no clients"
      : `${observedClients} clients were seen`;
  return {
    gate: "emptyPolicy",
    what: `Policy allows nobody to reach database "${idOf(context)}"`,
    why: `Enforcing would cut every client, and ${clients}`,
    fix: `Add a rule for its clients, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

function quota(context: GateContext): Refusal | undefined {
  const { change, overflow, world } = context;
  const { rulesPerSecurityGroup, securityGroupsPerInterface } = world.inventory.quotas;
  const tooManyGroups = change !== undefined && change.targetGroups.length > securityGroupsPerInterface;
  if (overflow === undefined && !tooManyGroups && !egressOverflows(context)) return undefined;
  const placed = change?.slots.flatMap((s) => s.placed.filter((r) => r.direction === "ingress")) ?? [];
  const weight = totalWeight(placed, world.peers.prefixLists);
  return {
    gate: "quota",
    what: `Policy for database "${idOf(context)}" takes ${weight.v4} IPv4 and ${weight.v6} IPv6 rules`,
    why: `${overflow === undefined ? "" : `${overflowText(overflow)}. `}The account allows ${rulesPerSecurityGroup} rules a group and family, and ${securityGroupsPerInterface} ${securityGroupsPerInterface === 1 ? "group" : "groups"} an interface: ${rulesPerSecurityGroup * securityGroupsPerInterface} rules in all`,
    fix: `Raise quota L-0EA8095F (rules per group) or L-2AFB9258 (groups per interface), let policy name whole ranges${slackHelps(overflow) ? ", or allow slack in moat.yaml" : ""}`,
  };
}

/** Slack is of no use where even the cheapest cover takes more rules than there is room for. */
const slackHelps = (overflow: Overflow | undefined): boolean =>
  overflow !== undefined && overflow.cover.rules <= overflow.room;

/** Egress that is copied must fit in one new group. */
function egressOverflows(context: GateContext): boolean {
  const limit = context.world.inventory.quotas.rulesPerSecurityGroup;
  const copied = (context.change?.steps ?? []).filter(
    (s) => s.action === "authorize" && s.rules[0]?.direction === "egress",
  );
  return copied.some((s) => {
    const weight = totalWeight(s.action === "authorize" ? s.rules : [], context.world.peers.prefixLists);
    return weight.v4 > limit || weight.v6 > limit;
  });
}

function busy(context: GateContext): Refusal | undefined {
  const { database } = context.live;
  const changesMembership = context.change?.steps.some((s) => s.action === "setDatabaseGroups") ?? false;
  // While AWS still carries out an earlier change of groups, "modifying" says no more than that, and the steps begin
  // with waiting for it: a run that takes up where another died need not be run again.
  const isReady = (status: string): boolean =>
    READY.has(status) || (status === "modifying" && context.live.inTransition);
  const blocking = [database, ...database.members].find((d) => !isReady(d.status));
  if (!changesMembership || blocking === undefined || database.unsupported !== undefined) return undefined;
  return {
    gate: "notReady",
    what: `${blocking === database ? "Database" : "Member"} "${blocking.id}" has status "${blocking.status}"`,
    why: "AWS refuses or delays a change of groups in this state",
    fix: `Run again when its status is "available"`,
  };
}

function shrink(context: GateContext): Refusal | undefined {
  const before = granted(context);
  const total = countAddresses(before);
  const lost = countAddresses(subtract(before, context.policy.allowed));
  const { shrinkPercent } = context.world.settings;
  if (lost === 0n || (lost * 100n <= total * BigInt(shrinkPercent) && lost < total)) return undefined;
  const acknowledge = token(context, "shrink", `${total}|${lost}|${countAddresses(context.policy.allowed)}`);
  return {
    gate: "shrink",
    what: `${lost} of ${total} addresses that policy granted to database "${idOf(context)}" would go`,
    why: `More than ${shrinkPercent} % at once, or all of them, more often means a broken policy answer than a wish`,
    fix: `Check the policy source, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

/**
 * What policy had granted, as the managed groups show it. Rules that Moat authorised carry its tag, so a rule added or
 * edited by hand is not counted, nor is a lease, and taking it out is no shrinking. Where no rule carries the tag (a
 * snapshot without rule tags), all count but those open to a whole family.
 */
function granted(context: GateContext): AddressSet {
  const { live, port, world } = context;
  if (port === undefined) return addressSetOfCidrs([]);
  const rules = live.managed.flatMap((g) => g.rules).filter((r) => r.direction === "ingress");
  const { owner } = world.settings;
  const counted = rules.some((r) => isOwnRule(r, owner))
    ? rules.filter((r) => ruleOrigin(r, owner) === "granted")
    : rules.filter((r) => !(r.source.kind === "cidr" && r.source.cidr.endsWith("/0")));
  return union(reachAsGranted(world, counted, port, context.memory).admitted);
}

function losesAccess(context: GateContext): Refusal | undefined {
  const losses = losesWhatWasMeant(context);
  if (losses.length === 0) return undefined;
  const consumers = losses.map((l) => l.consumer);
  const acknowledge = token(context, "losesAccess", consumers.join(" "));
  const shown =
    consumers.slice(0, 3).join(", ") + (consumers.length > 3 ? ` and ${consumers.length - 3} more` : "");
  return {
    gate: "losesAccess",
    what: `${consumers.length} consumer${consumers.length === 1 ? "" : "s"} seen at database "${idOf(context)}" would lose access: ${shown}`,
    why: "Their connections were accepted lately and policy does not allow them",
    fix: `Allow them in policy, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

/**
 * Losses without those who got in only by a rule of a managed group that policy did not grant: one that somebody added
 * or edited by hand, which to take out is repair and must not wait for the intruder's leave; or a lease, whose end was
 * agreed from the start.
 */
function losesWhatWasMeant({ losses, live, port, world, memory }: GateContext): readonly LostConsumer[] {
  if (port === undefined) return losses;
  const managed = new Set(live.managed.map((g) => g.groupId));
  const marked = live.managed.some((g) => g.rules.some((r) => isOwnRule(r, world.settings.owner)));
  const meant = live.attached
    .flatMap((g) =>
      g.rules.map((rule) => ({
        rule,
        byHand: marked && managed.has(g.groupId) && ruleOrigin(rule, world.settings.owner) !== "granted",
      })),
    )
    .filter(({ rule, byHand }) => !(byHand && rule.direction === "ingress"))
    .map(({ rule }) => rule);
  const reach = reachAsGranted(world, meant, port, memory);
  return losses.filter(({ consumer }) => mayBeAdmitted(reach, consumer));
}

/** What is behind a group that cannot be seen is not known, and so it stays until a person has looked. */
function unseenPeers(context: GateContext): Refusal | undefined {
  const { live, change, port, world } = context;
  if (change === undefined || port === undefined) return undefined;
  const peers = unseenPeersThatGo(live, change, port, world.peers).map(peerText);
  if (peers.length === 0) return undefined;
  const acknowledge = token(context, "losesAccess", `unseen ${peers.join(" ")}`);
  return {
    gate: "losesAccess",
    what: `Nobody can say who would lose access to database "${idOf(context)}": clients behind ${peers.join(", ")} are let in now`,
    why: "The group is another account's, shared or peered, or may not be described, so its members are not all known",
    fix: `Name those clients' addresses in policy, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

/** A plan that only adds cuts nobody, whoever was seen; any other waits until somebody can say who was. */
function unreadHistory(context: GateContext): Refusal | undefined {
  const { historyProblem, change } = context;
  if (historyProblem === undefined || change === undefined) return undefined;
  if (!change.steps.some((step) => takesAway(step, context))) return undefined;
  const acknowledge = token(context, "unreadHistory", historyProblem.what);
  return {
    gate: "unreadHistory",
    what: `Nobody can say who would lose access to database "${idOf(context)}": ${historyProblem.what}`,
    why: "A flow history was named, and access is not taken away while it cannot be read",
    fix: `${historyProblem.fix}, ${acknowledgeFix(acknowledge)}`,
    acknowledge,
  };
}

/** Taking out what somebody put in by hand, or a lease that ended, is held for nobody, as in {@link losesWhatWasMeant}. */
function takesAway(step: Step, { live, world }: GateContext): boolean {
  if (step.action === "deleteSecurityGroup") return true;
  if (step.action === "setDatabaseGroups") return live.attachedIds.some((id) => !step.groups.includes(id));
  if (step.action !== "revoke") return false;
  const marked = live.managed.some((g) => g.rules.some((r) => isOwnRule(r, world.settings.owner)));
  return !marked || step.rules.some(({ was }) => was === undefined || was === "granted" || was === "widened");
}

function sharedGroup(context: GateContext): Refusal | undefined {
  const { world, live, change } = context;
  if (change === undefined) return undefined;
  const leaving = live.attachedIds.filter((id) => !change.targetGroups.includes(id));
  for (const id of leaving) {
    for (const referrer of world.referrers.get(id) ?? []) {
      const other = (world.carriers.get(referrer.groupId) ?? []).find((d) => d.arn !== live.database.arn);
      if (other === undefined) continue;
      const acknowledge = token(context, "sharedGroup", `${id}|${referrer.groupId}`);
      return {
        gate: "sharedGroup",
        what: `Group "${id}" would be detached from "${idOf(context)}", and ${referrer.groupId} of database "${other.id}" admits members of it`,
        why: `"${idOf(context)}" would no longer be a member, so it could no longer open connections to "${other.id}"`,
        fix: `Name the database's address in ${referrer.groupId} instead, ${acknowledgeFix(acknowledge)}`,
        acknowledge,
      };
    }
  }
  return undefined;
}
