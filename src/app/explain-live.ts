import type { Database } from "../core/inventory/model.ts";
import { isManagedGroupOf } from "../core/inventory/ownership.ts";
import { type AddressSet, intersect, isEmpty, isSubset, union } from "../core/net/address-set.ts";
import { attachedGroupIds } from "../core/plan/world.ts";
import { type Admission, admittingRules } from "../core/rule/admitting-rules.ts";
import { addressesOfSource, type PeerIndex } from "../core/rule/reach.ts";
import { portsText, sourceText } from "../core/rule/rule-text.ts";
import type { LiveAccess, LiveAnswer, LiveRule, Verdict } from "./access-explanation.ts";
import type { Planned } from "./plan-databases.ts";

/** The groups attached to a database now, and what of them could not be read. */
export interface LiveGroups {
  readonly attached: readonly string[];
  readonly admission: (addresses: AddressSet, port: number) => Admission;
  /** Attached groups that the inventory does not hold. */
  readonly unread: readonly string[];
}

/** Looks up the groups that are attached now. */
export function liveGroups(
  { inventory }: Pick<Planned, "inventory">,
  database: Database,
  peers: PeerIndex,
): LiveGroups {
  const attached = attachedGroupIds(database);
  const groups = inventory.securityGroups.filter((group) => attached.includes(group.groupId));
  const known = new Set<string>(groups.map((group) => group.groupId));
  return {
    attached,
    admission: (addresses, port) => admittingRules(groups, addresses, port, peers),
    unread: attached.filter((id) => !known.has(id)),
  };
}

/** Whether the groups let the addresses in. */
export function liveAnswer(live: LiveGroups, addresses: AddressSet, port: number | undefined): LiveAnswer {
  if (port === undefined) return "unknown";
  const { rules, unknown } = live.admission(addresses, port);
  const admitted = union(...rules.map((rule) => rule.admitted));
  if (!isEmpty(admitted)) return isSubset(addresses, admitted) ? "admitted" : "partly";
  return unknown.length > 0 || live.unread.length > 0 ? "unknown" : "notAdmitted";
}

/** What is in force for the addresses, against what policy says of them. */
export function explainLive(
  planned: Planned,
  about: {
    readonly database: Database;
    readonly owner: string;
    readonly live: LiveGroups;
    readonly peers: PeerIndex;
    readonly addresses: AddressSet;
    readonly port: number | undefined;
    readonly verdict: Verdict;
  },
): LiveAccess {
  const { database, live, addresses, port, verdict } = about;
  const answer = liveAnswer(live, addresses, port);
  const admission = port === undefined ? { rules: [], unknown: [] } : live.admission(addresses, port);
  const admittedBy = admission.rules.map(
    ({ group, rule }): LiveRule => ({
      group: group.groupId,
      groupName: group.groupName,
      ours: isManagedGroupOf(group, database, about.owner),
      ...(rule.securityGroupRuleId === undefined ? {} : { securityGroupRuleId: rule.securityGroupRuleId }),
      source: sourceText(rule.source),
      ports: portsText(rule),
    }),
  );
  const plan = planned.plan.databases.find((each) => each.arn === database.arn);
  const disagreement = disagreementOf(verdict, answer, admittedBy, expectation(plan));
  return {
    answer,
    attachedGroups: live.attached,
    compiled: port === database.port ? compiledFor(plan?.rules ?? [], addresses, about.peers) : [],
    admittedBy,
    unknownPeers: admission.unknown.map(({ group, source }) => ({
      group: group.groupId,
      source: sourceText(source),
    })),
    ...(disagreement === undefined ? {} : { disagreement }),
  };
}

function compiledFor(
  rules: Planned["plan"]["databases"][number]["rules"],
  addresses: AddressSet,
  peers: PeerIndex,
): readonly string[] {
  return rules
    .filter((rule) => {
      const of = addressesOfSource(rule.source, peers);
      return of !== undefined && !isEmpty(intersect(of, addresses));
    })
    .map((rule) => sourceText(rule.source));
}

function disagreementOf(
  verdict: Verdict,
  answer: LiveAnswer,
  admittedBy: readonly LiveRule[],
  next: string,
): string | undefined {
  if (verdict === "denied" && (answer === "admitted" || answer === "partly")) {
    return `policy denies, but ${groupsText(admittedBy)} it now; ${next}`;
  }
  if (verdict === "allowed" && (answer === "notAdmitted" || answer === "partly")) {
    return `policy allows, but no attached group admits ${answer === "partly" ? "all of it" : "it"} now; ${next}`;
  }
  return undefined;
}

function groupsText(rules: readonly LiveRule[]): string {
  const names = [
    ...new Set(rules.map((rule) => `${rule.group} (${rule.groupName}, ${rule.ours ? "ours" : "not ours"})`)),
  ];
  return names.length === 1 ? `the group ${names[0]} admits` : `the groups ${names.join(" and ")} admit`;
}

/** What will come of it. */
function expectation(plan: Planned["plan"]["databases"][number] | undefined): string {
  if (plan === undefined || plan.mode === "observe") {
    return "the database is only observed, so Moat leaves that as it is";
  }
  const gates = plan.refused.map((each) => each.gate);
  return gates.length === 0
    ? "the next apply brings the groups in line with policy"
    : `nothing is done about it while the plan is refused (${gates.join(", ")})`;
}
