import type { Diagnostic } from "../diagnostic.ts";
import { digest } from "../digest.ts";
import type { RuleContent } from "../inventory/model.ts";
import { countAddresses, isEmpty, union } from "../net/address-set.ts";
import { type Destination, destinationsLost } from "../net/destinations.ts";
import type { OutboundPolicy } from "../policy/outbound/outbound-policy.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import type { OutboundReach } from "../rule/outbound-rules.ts";
import type { Reach } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { textOf } from "./egress-losses.ts";
import type { ConsumerLabels } from "./losses.ts";
import type { ObservedDestination } from "./observed-destinations.ts";
import type { EgressGate, LostDestination, Refusal } from "./plan.ts";
import type { LiveDatabase } from "./plan-change.ts";
import type { World } from "./world.ts";

/** What is known of a database as one that opens connections itself. */
export interface EgressKnowledge {
  readonly outbound: OutboundPolicy;
  readonly policyComplete: boolean;
  /** Whom it was seen connecting to; `undefined` where nothing that was read can say so. */
  readonly destinations: readonly ObservedDestination[] | undefined;
  readonly labelsOf: ConsumerLabels;
  readonly historyProblem: Diagnostic | undefined;
  /** What the attached groups admit. */
  readonly now: Reach;
}

/** What speaks for or against closing what policy does not allow. */
export interface HoldContext extends EgressKnowledge {
  /** Policy has the egress in hand already. */
  readonly settled: boolean;
  readonly fits: boolean;
  readonly rules: readonly CompiledRule[];
  /** What is open now by rules that nobody wrote by hand. */
  readonly stood: OutboundReach;
  /** What is to be open in the end. */
  readonly wanted: readonly Destination[];
  readonly losesAccess: readonly LostDestination[];
  /** Rules that would go. */
  readonly surplus: readonly RuleContent[];
}

type Draft = Omit<Refusal, "acknowledge" | "gate"> & {
  readonly gate: EgressGate;
  /** What a token covers; absent where no acknowledgement could help. */
  readonly circumstances?: string;
};

const HOLDS: readonly ((id: string, context: HoldContext, percent: number) => Draft | undefined)[] = [
  unknownDatabase,
  incomplete,
  quota,
  unseen,
  untracked,
  shrink,
  loses,
];

/** Why nothing is closed, and what of that a person has overruled. Where nothing would be closed, nothing is held. */
export function egressHolds(
  world: World,
  live: LiveDatabase,
  context: HoldContext,
): { readonly held: readonly Refusal[]; readonly overruled: readonly Refusal[] } {
  const { acknowledged, shrinkPercent } = world.settings;
  const { id, arn } = live.database;
  const closes = context.surplus.length > 0 || !context.settled;
  const drafts = HOLDS.flatMap((hold) => hold(id, context, shrinkPercent) ?? []);
  const all = drafts.filter(({ gate }) => closes || gate === "egressQuota").map((d) => withToken(d, id, arn));
  const isOverruled = (r: Refusal): boolean => r.acknowledge !== undefined && acknowledged.has(r.acknowledge);
  return { held: all.filter((r) => !isOverruled(r)), overruled: all.filter(isOverruled) };
}

/** Names gate, database and the exact circumstances, so that it never covers a later, different case. */
function withToken({ circumstances, fix, ...draft }: Draft, id: string, arn: string): Refusal {
  if (circumstances === undefined) return { ...draft, fix };
  const acknowledge = `${draft.gate}:${id}:${digest(`${arn}|${circumstances}`).slice(0, 8)}`;
  return { ...draft, fix: `${fix}, or overrule with "--acknowledge ${acknowledge}"`, acknowledge };
}

function unknownDatabase(id: string, { outbound }: HoldContext): Draft | undefined {
  if (outbound.matched.length > 0) return undefined;
  return {
    gate: "egressUnknownDatabase",
    what: `Policy knows no object that stands for database "${id}", so it says nothing of what "${id}" may open`,
    why: "Closing its egress would cut off whatever it opens",
    fix: `Create an unmanaged workload with external_data_reference "${outbound.arn}"`,
    circumstances: "",
  };
}

function incomplete(_: string, { outbound, policyComplete }: HoldContext): Draft | undefined {
  const [first] = outbound.incomplete;
  if (policyComplete && first === undefined) return undefined;
  return {
    gate: "egressIncomplete",
    what: first?.what ?? "The policy answer may be cut short",
    why: first?.why ?? "Ways out that are missing from it would be closed although policy still grants them",
    fix: first?.fix ?? "Run again when the policy source answers in full",
    circumstances: outbound.incomplete.map((d) => d.what).join("\n"),
  };
}

function quota(id: string, { fits, rules }: HoldContext): Draft | undefined {
  if (fits) return undefined;
  return {
    gate: "egressQuota",
    what: `What policy lets database "${id}" open takes ${rules.length + 1} egress rules`,
    why: "An interface carries so many groups, and a group so many egress rules of each address family",
    fix: "Raise quota L-0EA8095F (rules per group) or L-2AFB9258 (groups per interface), or let policy name whole ranges",
  };
}

/** Before policy takes the egress in hand, somebody must know what the database opens. */
function unseen(id: string, context: HoldContext): Draft | undefined {
  const { settled, destinations, historyProblem, rules } = context;
  const circumstances = `${settled} ${rules.map(ruleKey).join(" ")}`;
  if (historyProblem !== undefined)
    return {
      gate: "egressUnseen",
      what: `Nobody can say what database "${id}" opens: ${historyProblem.what}`,
      why: "A flow history was named, and nothing is closed while it cannot be read",
      fix: historyProblem.fix,
      circumstances,
    };
  if (settled || destinations !== undefined) return undefined;
  return {
    gate: "egressUnseen",
    what: `No flow log tells what database "${id}" opens itself`,
    why: "Replicas, linked servers, S3 and Lambda calls, mail and directories would be cut off without a warning",
    fix: `Add "--flows" or a history that covers its interfaces`,
    circumstances,
  };
}

/** Answers of sessions that EC2 does not track pass by the very egress rule that would go. */
function untracked(id: string, { now, settled, rules }: HoldContext): Draft | undefined {
  if (settled || isEmpty(now.untracked)) return undefined;
  return {
    gate: "egressUntracked",
    what: `Database "${id}" is open to every address in both directions, so EC2 does not track its sessions`,
    why: "Answers of open sessions pass by its egress rules: they would die at once, those of allowed clients too",
    fix: "Let policy name its clients more narrowly",
    circumstances: rules.map(ruleKey).join(" "),
  };
}

/** What policy had granted, as the marked rules show it, against what it grants now, counted by address. */
function shrink(id: string, { settled, stood, wanted }: HoldContext, percent: number): Draft | undefined {
  if (!settled) return undefined;
  const total = countAddresses(union(...stood.open.map((d) => d.addresses)));
  const lost = countAddresses(destinationsLost(stood.open, wanted));
  if (lost === 0n || (lost * 100n <= total * BigInt(percent) && lost < total)) return undefined;
  return {
    gate: "egressShrink",
    what: `${lost} of ${total} addresses that policy let database "${id}" open connections to would be closed`,
    why: `More than ${percent} % at once, or all of them, more often means a broken policy answer than a wish`,
    fix: "Check the policy source",
    circumstances: `${total}|${lost}`,
  };
}

function loses(id: string, { losesAccess }: HoldContext): Draft | undefined {
  if (losesAccess.length === 0) return undefined;
  const all = losesAccess.map(textOf);
  const shown = all.slice(0, 3).join(", ") + (all.length > 3 ? ` and ${all.length - 3} more` : "");
  return {
    gate: "egressLoses",
    what: `Database "${id}" was seen connecting to ${all.length} ${all.length === 1 ? "destination" : "destinations"} that would be closed: ${shown}`,
    why: "Those connections were let through lately and policy does not allow them",
    fix: "Allow them in policy, with the database as consumer",
    circumstances: all.join(" "),
  };
}
