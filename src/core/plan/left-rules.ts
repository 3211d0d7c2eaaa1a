import { digest } from "../digest.ts";
import type { RuleContent, SecurityGroup, SecurityGroupRule, Tags } from "../inventory/model.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { ruleOrigin } from "../rule/rule-marks.ts";
import type { Step } from "./plan.ts";
import type { PlanSettings } from "./world.ts";

/** Tag on a managed group: the rules in it that RDS made for itself, so that this outlives the trail which told it. */
const LEFT_RULES_TAG = "moat:left-rules";
/** The tag goes on in `…-2` to `…-4`. IAM policies name the four, so there are no more. */
export const LEFT_RULES_TAGS: readonly string[] = [
  LEFT_RULES_TAG,
  ...[2, 3, 4].map((n) => `${LEFT_RULES_TAG}-${n}`),
];

// An entry is `sgr-<17 hex>:<16 hex>`, 38 characters and a blank; a value ends at 256, and takes blanks and colons:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const ENTRIES_PER_TAG = 6;
const MOST_ENTRIES = ENTRIES_PER_TAG * LEFT_RULES_TAGS.length;
const ENTRY = /^(sgr-[0-9a-f]+):([0-9a-f]{16})$/;
/** Stands in the last tag where more rules are left than the tags hold. */
const MORE = "more";

/** What the tags of a group remember. */
interface LeftMemory {
  /** Fingerprints of what the rules said, by the rules' ids. */
  readonly said: ReadonlyMap<string, string>;
  /** True: there were more than could be written down. */
  readonly more: boolean;
}

/** Reads the tags back. What is no entry is passed over. */
function leftMemory(tags: Tags): LeftMemory {
  const words = LEFT_RULES_TAGS.flatMap((key) => (tags[key] ?? "").split(" "));
  const entries = words.flatMap((word) => {
    const [, id, said] = ENTRY.exec(word) ?? [];
    return id === undefined || said === undefined ? [] : [[id, said] as const];
  });
  return { said: new Map(entries), more: words.includes(MORE) };
}

const fingerprint = (rule: RuleContent): string => digest(ruleKey(rule));

/**
 * Rules of a managed group that RDS made for its own needs: they stay although policy does not grant them. What a trail
 * tells of a rule comes first: it is left if RDS wrote it last, and not if anybody else did. Where the trail is silent,
 * because it keeps ninety days only or was not asked, the group's memory decides; a rule that says something else than
 * was remembered is no longer left. Where more rules were left than the memory holds, a rule of which nobody knows the
 * maker stays, too: it may be one of them.
 *
 * @param governsEgress whether policy has the group's egress in hand
 */
export function leftRules(
  { owner, ruleMakers }: Pick<PlanSettings, "owner" | "ruleMakers">,
  group: SecurityGroup,
  governsEgress = false,
): readonly SecurityGroupRule[] {
  const memory = leftMemory(group.tags);
  return group.rules.filter((rule) => {
    const id = rule.securityGroupRuleId;
    if (id === undefined || ruleOrigin(rule, owner) !== "added") return false;
    // Else egress is nobody's business of ours, and what is not looked after need not be spared.
    if (rule.direction === "egress" && !governsEgress) return false;
    const maker = ruleMakers?.get(id);
    if (maker === "other") return false;
    const said = memory.said.get(id);
    // The event of an edit may be late, so that RDS made a rule says nothing of one that was changed since.
    if (maker === "rdsEdited" || said === undefined) return maker !== undefined || memory.more;
    return said === fingerprint(rule);
  });
}

/** True where the group's memory does not hold all rules that are left, so that unknown ones have to stay, too. */
export const isMemoryFull = (group: SecurityGroup, left: readonly SecurityGroupRule[]): boolean =>
  left.length > MOST_ENTRIES || (left.length > 0 && leftMemory(group.tags).more);

/**
 * The step that writes down which rules of a group are left. A group that remembers them all already gets none. Entries
 * of rules that this read does not show are kept while there is room: a read may lag behind, and no id is given twice.
 */
export function rememberLeftRules(group: SecurityGroup, left: readonly SecurityGroupRule[]): readonly Step[] {
  const memory = leftMemory(group.tags);
  const seen = new Set(group.rules.flatMap((rule) => rule.securityGroupRuleId ?? []));
  const now = left.flatMap((rule) =>
    rule.securityGroupRuleId === undefined ? [] : [[rule.securityGroupRuleId, fingerprint(rule)] as const],
  );
  if (now.every(([id, said]) => memory.said.get(id) === said) && !memory.more) return [];
  const unseen = [...memory.said].filter(([id]) => !seen.has(id));
  const tags = leftRulesTags(
    group.tags,
    [...now.sort(byId), ...unseen.sort(byId)],
    now.length > MOST_ENTRIES,
  );
  if (Object.entries(tags).every(([key, value]) => group.tags[key] === value)) return [];
  return [
    {
      action: "tag",
      group: group.groupId,
      tags,
      why: "RDS made rules here for its own needs; once CloudTrail has forgotten that, they must not be taken for somebody's",
    },
  ];
}

const byId = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);

/** A tag that is needed no more is emptied: the right to take tags away is one that an unattended run goes without. */
function leftRulesTags(before: Tags, entries: readonly (readonly [string, string])[], more: boolean): Tags {
  const words = entries.slice(0, MOST_ENTRIES).map(([id, said]) => `${id}:${said}`);
  const tags = LEFT_RULES_TAGS.flatMap((key, i) => {
    const chunk = words.slice(i * ENTRIES_PER_TAG, (i + 1) * ENTRIES_PER_TAG);
    if (more && i === LEFT_RULES_TAGS.length - 1) chunk.push(MORE);
    return chunk.length === 0 && before[key] === undefined ? [] : [[key, chunk.join(" ")]];
  });
  return Object.fromEntries(tags);
}

/** The step that makes a group forget, when Moat leaves it to others. */
export function forgetLeftRules(group: SecurityGroup): readonly Step[] {
  const removeTags = LEFT_RULES_TAGS.filter((key) => group.tags[key] !== undefined);
  if (removeTags.length === 0) return [];
  return [
    {
      action: "tag",
      group: group.groupId,
      tags: {},
      removeTags,
      why: "Which rules are left alone matters to nobody once Moat leaves all of them alone",
    },
  ];
}
