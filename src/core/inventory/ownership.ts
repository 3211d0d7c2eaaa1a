import type { Database, SecurityGroup, SecurityGroupId, SecurityGroupRule, Tags } from "./model.ts";

/** Tag that names the installation which owns a group or a rule. IAM conditions hang on it. */
export const OWNER_TAG = "moat:owner";
/** Tag that holds the ARN of the database a managed group belongs to. */
export const DATABASE_TAG = "moat:database";
/** Tag that remembers the groups a database had before, so that a rollback needs nothing but AWS itself. */
export const ORIGINAL_GROUPS_TAG = "moat:original-groups";
/**
 * All tags that hold that list. An interface carries at most sixteen groups, and one tag holds twelve:
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups. IAM policies name
 * them, so a longer list than they hold is one that a group is born with.
 */
export const ORIGINAL_GROUPS_TAGS: readonly string[] = [ORIGINAL_GROUPS_TAG, `${ORIGINAL_GROUPS_TAG}-2`];
/** Tag by which the owner of a group gives its ingress into Moat's hands; attaching it stays the owner's. */
export const ADOPT_TAG = "moat:adopt";
/** Tag by which a database's owner consents to enforcement. */
export const MODE_TAG = "moat:mode";

/** The owner of an installation that was given no name. */
export const DEFAULT_OWNER = "moat";

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const MAX_TAG_VALUE = 256;

/** A group is ours only if both marks say so: the installation's and the database's. */
export function isManagedGroupOf(
  group: SecurityGroup,
  database: Pick<Database, "arn">,
  owner: string,
): boolean {
  return group.tags[OWNER_TAG] === owner && group.tags[DATABASE_TAG] === database.arn;
}

/** True for a rule that this installation authorised itself. */
export const isOwnRule = (rule: SecurityGroupRule, owner: string): boolean => rule.tags[OWNER_TAG] === owner;

/**
 * The tags that remember a list of groups. One tag holds twelve ids; further ones go to `…-2`, `…-3`, because a tag's
 * value ends at 256 characters.
 */
export function originalGroupsTags(groupIds: readonly string[]): Tags {
  const chunks: string[] = [""];
  for (const id of groupIds) {
    const last = chunks.at(-1) ?? "";
    const longer = last === "" ? id : `${last} ${id}`;
    if (longer.length <= MAX_TAG_VALUE) chunks[chunks.length - 1] = longer;
    else chunks.push(id);
  }
  return Object.fromEntries(
    chunks.map((chunk, i) => [i === 0 ? ORIGINAL_GROUPS_TAG : `${ORIGINAL_GROUPS_TAG}-${i + 1}`, chunk]),
  );
}

/** Reads back {@link originalGroupsTags}; `undefined` when the group remembers nothing. */
export function originalGroups(tags: Tags): readonly SecurityGroupId[] | undefined {
  const first = tags[ORIGINAL_GROUPS_TAG];
  if (first === undefined) return undefined;
  const texts = [first];
  for (let i = 2; ; i += 1) {
    const next = tags[`${ORIGINAL_GROUPS_TAG}-${i}`];
    if (next === undefined) break;
    texts.push(next);
  }
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter((id) => id !== "") as SecurityGroupId[];
}
