import { digest } from "../digest.ts";
import type { RuleContent, SecurityGroupRule, Tags } from "../inventory/model.ts";
import { isOwnRule, OWNER_TAG } from "../inventory/ownership.ts";
import { LEASE_UNTIL_TAG } from "./lease.ts";
import { ruleKey } from "./rule-key.ts";

/** Tag on each rule that Moat makes: fingerprints of all rules that the same call made. */
const GRANTED_TAG = "moat:granted";

const HEX_DIGITS = 6;
// 256 characters a value: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const MARKS_PER_TAG = Math.floor(256 / HEX_DIGITS);

const markOf = (rule: RuleContent): string => digest(ruleKey(rule)).slice(0, HEX_DIGITS);

/**
 * The tags of rules that one call authorises. An edit by hand keeps a rule's tags, so what it said when Moat made it is
 * written down beside it: the marks tell an edited rule from one that policy granted, and that a sister is missing.
 */
export function grantTags(owner: string, rules: readonly RuleContent[]): Tags {
  const marks = [...new Set(rules.map(markOf))].sort();
  const tags: Record<string, string> = { [OWNER_TAG]: owner };
  for (let i = 0; i * MARKS_PER_TAG < marks.length; i += 1) {
    const key = i === 0 ? GRANTED_TAG : `${GRANTED_TAG}-${i + 1}`;
    tags[key] = marks.slice(i * MARKS_PER_TAG, (i + 1) * MARKS_PER_TAG).join("");
  }
  return tags;
}

/** Marks that a rule carries; `undefined` for one that was made before marks were. */
function marksOf(tags: Tags): ReadonlySet<string> | undefined {
  const texts: string[] = [];
  for (let i = 1; ; i += 1) {
    const text = tags[i === 1 ? GRANTED_TAG : `${GRANTED_TAG}-${i}`];
    if (text === undefined) break;
    texts.push(text);
  }
  if (texts.length === 0) return undefined;
  return new Set(texts.flatMap((text) => text.match(new RegExp(`.{${HEX_DIGITS}}`, "g")) ?? []));
}

/** Whether a rule's marks name another rule, as those of its sisters of one call do. */
export const hasMarkOf = (rule: SecurityGroupRule, other: RuleContent): boolean =>
  marksOf(rule.tags)?.has(markOf(other)) ?? false;

/**
 * How a rule of a managed group came to be as it is. `granted`: Moat made it for policy and nobody touched it.
 * `lease`: Moat made it for a limited time. `edited`: Moat made it, and somebody changed what it says. `added`: Moat did
 * not make it.
 */
export type RuleOrigin = "granted" | "lease" | "edited" | "added";

/** Reads a rule's origin off its tags. */
export function ruleOrigin(rule: SecurityGroupRule, owner: string): RuleOrigin {
  if (!isOwnRule(rule, owner)) return "added";
  const marks = marksOf(rule.tags);
  if (marks !== undefined && !marks.has(markOf(rule))) return "edited";
  return rule.tags[LEASE_UNTIL_TAG] === undefined ? "granted" : "lease";
}
