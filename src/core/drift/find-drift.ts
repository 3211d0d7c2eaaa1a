import type { RuleContent, SecurityGroup, SecurityGroupRule } from "../inventory/model.ts";
import { DATABASE_TAG, isOwnRule, ORIGINAL_GROUPS_TAG, OWNER_TAG } from "../inventory/ownership.ts";
import { isRdsConnectGroup } from "../inventory/rds-connect.ts";
import { type AddressSet, countAddresses, isEmpty, subtract, toCidrs } from "../net/address-set.ts";
import { addressesOfSource, type PeerIndex, reachOfRules } from "../rule/reach.ts";
import { rememberedMembers } from "../rule/reference-members.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { hasMarkOf, ruleOrigin } from "../rule/rule-marks.ts";
import { portsText, sourceText } from "../rule/rule-text.ts";
import type { Drift, DriftKind } from "./drift.ts";

/** What a keeper remembers of a database from the last time it was in sync. */
export interface Remembered {
  readonly managedGroups: readonly string[];
  /** Keys of the rules that stood, and who carried the groups that they name: see `membersKey`. */
  readonly ruleKeys: ReadonlySet<string>;
}

/** One database as it is live, and as it should be. */
export interface DriftInput {
  readonly databaseId: string;
  readonly databaseArn: string;
  readonly owner: string;
  readonly port: number;
  readonly attached: readonly SecurityGroup[];
  readonly managed: readonly SecurityGroup[];
  readonly groups: ReadonlyMap<string, SecurityGroup>;
  /** Ids of groups that the database carries and that cannot be seen: they are there. */
  readonly unread: readonly string[];
  readonly peers: PeerIndex;
  /** Every rule that should stand in some managed group. */
  readonly desired: readonly RuleContent[];
  /** Everybody who may come in: by policy, or by a running lease. */
  readonly allowed: AddressSet;
  readonly keptGroups: readonly SecurityGroup[];
  readonly keptRules: ReadonlySet<string>;
  /** True when Moat is to attach and detach groups; false where it owns only the rules. */
  readonly ownsAttachment: boolean;
  /** True when policy has the egress of managed groups in hand, so that `desired` holds egress rules, too. */
  readonly governsEgress?: boolean;
  readonly remembered?: Remembered;
}

/**
 * What was changed on a database's groups by somebody who is neither Moat nor policy. A rule that policy granted and no
 * longer grants is no drift, nor is one that policy has come to grant. A database that Moat never touched has none.
 */
export function findDrift(input: DriftInput): readonly Drift[] {
  const deleted = deletedGroups(input);
  if (input.managed.length === 0) return [...lostMarks(input), ...deleted];
  return [
    ...changedRules(input),
    ...joinedMembers(input),
    ...missingTags(input),
    ...lostMarks(input),
    ...attachments(input),
    ...deleted,
  ];
}

function changedRules(input: DriftInput): readonly Drift[] {
  const wanted = new Set(input.desired.map(ruleKey));
  const governed = governedRules(input);
  const standing = new Set(governed.map(({ rule }) => ruleKey(rule)));
  const lost = input.desired.filter((rule) => !standing.has(ruleKey(rule)));
  const made = governed
    .filter(({ rule }) => !wanted.has(ruleKey(rule)) && isSomebodys(rule, input.owner))
    .map(({ group, rule }) => ruleDrift(input, group, rule, lost));
  // A group that is being adopted holds what its owner wrote: that is where Moat begins, not what somebody did to it.
  if (!input.ownsAttachment && !ingressOf(input.managed).some(({ rule }) => isOwnRule(rule, input.owner)))
    return [];
  const before = new Set(made.flatMap((d) => (d.before === undefined ? [] : [ruleKey(d.before)])));
  const removed = lost.filter((rule) => !before.has(ruleKey(rule)));
  return [...made, ...removed.flatMap((rule) => removedRule(input, rule))];
}

/** A snapshot without rule ids has no tags of rules either: nothing tells whose such a rule is. */
function isSomebodys(rule: SecurityGroupRule, owner: string): boolean {
  const origin = ruleOrigin(rule, owner);
  return rule.securityGroupRuleId !== undefined && (origin === "added" || origin === "edited");
}

const ingressOf = (groups: readonly SecurityGroup[]) =>
  groups.flatMap((group) =>
    group.rules.flatMap((rule) => (rule.direction === "ingress" ? [{ group, rule }] : [])),
  );

const governedRules = ({ managed, governsEgress }: DriftInput) =>
  governsEgress === true
    ? managed.flatMap((group) => group.rules.map((rule) => ({ group, rule })))
    : ingressOf(managed);

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

function ruleDrift(
  input: DriftInput,
  group: SecurityGroup,
  rule: SecurityGroupRule,
  lost: readonly RuleContent[],
): Drift {
  const edited = ruleOrigin(rule, input.owner) === "edited";
  const before = edited ? onlyOne(lost.filter((other) => hasMarkOf(rule, other))) : undefined;
  const id = rule.securityGroupRuleId ?? "";
  const said = before === undefined ? "" : ` (before: ${ruleWords(before)})`;
  return {
    kind: edited ? "ruleEdited" : "ruleAdded",
    group: group.groupId,
    rule: contentOf(rule),
    securityGroupRuleId: id,
    ...(before === undefined ? {} : { before: contentOf(before) }),
    ...letsIn(input, [rule]),
    left: input.keptRules.has(id),
    what: `Rule ${ruleWords(rule)} was ${edited ? `edited${said}` : "added by hand"} in ${group.groupId}`,
    resources: [id, group.groupId],
  };
}

/** A desired rule is missing: somebody took it away only if it is known to have stood. */
function removedRule(input: DriftInput, rule: RuleContent): readonly Drift[] {
  const sister = governedRules(input).find(({ rule: other }) => hasMarkOf(other, rule));
  const stood = sister !== undefined || input.remembered?.ruleKeys.has(ruleKey(rule)) === true;
  const group = sister?.group ?? input.managed[0];
  if (!stood || group === undefined) return [];
  return [
    {
      kind: "ruleRemoved",
      group: group.groupId,
      rule: contentOf(rule),
      left: false,
      what: `Rule ${ruleWords(rule)} was removed from ${group.groupId}`,
      resources: [group.groupId],
    },
  ];
}

/** Somebody whom policy does not allow has joined a group that a rule of Moat's names since it was last in order. */
function joinedMembers(input: DriftInput): readonly Drift[] {
  return ingressOf(input.managed).flatMap(({ group, rule }) => {
    if (rule.source.kind !== "securityGroup" || ruleOrigin(rule, input.owner) !== "granted") return [];
    const before = rememberedMembers(input.remembered?.ruleKeys, rule.source.groupId);
    const members = addressesOfSource(rule.source, input.peers);
    if (before === undefined || members === undefined) return [];
    const joined = subtract(subtract(members, before), input.allowed);
    if (isEmpty(joined)) return [];
    const id = rule.securityGroupRuleId ?? "";
    return [
      {
        kind: "memberJoined",
        group: group.groupId,
        rule: contentOf(rule),
        securityGroupRuleId: id,
        letsIn: countAddresses(joined).toString(),
        left: false,
        what: `${shortList(toCidrs(joined))} joined ${rule.source.groupId}, which ${group.groupId} admits as a whole`,
        resources: [rule.source.groupId],
      },
    ];
  });
}

const shortList = (cidrs: readonly string[]): string =>
  cidrs.length <= 3 ? cidrs.join(", ") : `${cidrs.slice(0, 3).join(", ")} and ${cidrs.length - 3} more`;

function missingTags(input: DriftInput): readonly Drift[] {
  if (!input.ownsAttachment) return [];
  return input.managed
    .filter((group) => group.tags[ORIGINAL_GROUPS_TAG] === undefined)
    .map((group) =>
      groupDrift("tagsChanged", group.groupId, `Group ${group.groupId} lost its tag ${ORIGINAL_GROUPS_TAG}`),
    );
}

/** A group with one of the two marks only: Moat no longer takes it for its own. */
function lostMarks(input: DriftInput): readonly Drift[] {
  return input.attached.flatMap((group) => {
    const owned = group.tags[OWNER_TAG] === input.owner;
    const bound = group.tags[DATABASE_TAG] === input.databaseArn;
    if (owned === bound) return [];
    const lost = owned ? DATABASE_TAG : OWNER_TAG;
    return [groupDrift("tagsChanged", group.groupId, `Group ${group.groupId} lost its tag ${lost}`)];
  });
}

function attachments(input: DriftInput): readonly Drift[] {
  const managed = new Set(input.managed.map((g) => g.groupId));
  const attached = new Set(input.attached.map((g) => g.groupId));
  const detached = input.managed
    .filter((g) => !attached.has(g.groupId) && g.rules.some((r) => r.direction === "ingress"))
    .map((g) => ({
      ...groupDrift(
        "groupDetached",
        g.groupId,
        `Group ${g.groupId} is not attached to "${input.databaseId}"`,
      ),
      resources: [input.databaseArn, g.groupId],
    }));
  // Where none of Moat's is attached, the others are what the database had before, or has again.
  const enforced = input.attached.some((g) => managed.has(g.groupId));
  const foreign = enforced ? input.attached.filter((g) => !managed.has(g.groupId)) : [];
  return [...detached, ...foreign.map((g) => foreignGroup(input, g))];
}

function foreignGroup(input: DriftInput, group: SecurityGroup): Drift {
  const beyond = letsIn(input, group.rules);
  const whose = isRdsConnectGroup(group, input.groups) ? "Group of RDS's connect feature" : "Group";
  const reach = beyond.letsIn === undefined ? "" : ` and lets in ${beyond.letsIn} addresses beyond policy`;
  return {
    ...groupDrift(
      "groupAttached",
      group.groupId,
      `${whose} ${group.groupId} (${group.groupName}) is attached to "${input.databaseId}"${reach}`,
    ),
    ...beyond,
    left: !input.ownsAttachment || input.keptGroups.includes(group),
    resources: [input.databaseArn, group.groupId],
  };
}

function deletedGroups(input: DriftInput): readonly Drift[] {
  return (input.remembered?.managedGroups ?? [])
    .filter((id) => !input.groups.has(id) && !input.unread.includes(id))
    .map((id) => groupDrift("groupDeleted", id, `Group ${id} was deleted`));
}

const groupDrift = (kind: DriftKind, group: string, what: string): Drift => ({
  kind,
  group,
  left: false,
  what,
  resources: [group],
});

function letsIn(input: DriftInput, rules: readonly RuleContent[]): Pick<Drift, "letsIn"> {
  const reach = reachOfRules(rules, input.port, input.peers);
  const beyond = countAddresses(subtract(reach.admitted, input.allowed));
  return beyond === 0n ? {} : { letsIn: beyond.toString() };
}

/** A rule in words, as `10.0.1.10/32 tcp 3306`, or `to 10.0.1.10/32 tcp 5432` for egress. */
const ruleWords = (rule: RuleContent): string =>
  `${rule.direction === "egress" ? "to " : ""}${sourceText(rule.source)} ${portsText(rule)}`;

const contentOf = (rule: RuleContent): RuleContent => ({
  direction: rule.direction,
  protocol: rule.protocol,
  ...(rule.fromPort === undefined ? {} : { fromPort: rule.fromPort }),
  ...(rule.toPort === undefined ? {} : { toPort: rule.toPort }),
  source: rule.source,
});
