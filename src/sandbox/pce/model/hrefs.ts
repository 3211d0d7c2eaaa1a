import { isList, isObject, type Json, type JsonObject } from "./json.ts";

/** `draft`, `active`, or a version number as text. */
export type PolicyVersionName = string;

const VERSIONED = /^(\/orgs\/\d+\/sec_policy\/)(draft|active|\d+)(\/.+)$/;

/** The same object in another policy version; hrefs of unversioned objects stay as they are. */
export function hrefIn(version: PolicyVersionName, href: string): string {
  return href.replace(
    VERSIONED,
    (_, start: string, _old: string, rest: string) => `${start}${version}${rest}`,
  );
}

/** The spelling under which the model keeps an object: versioned ones as `draft`. */
export const canonicalHref = (href: string): string => hrefIn("draft", href);

/**
 * The collection an href lies in, sub-collections included.
 *
 * @example collectionOf("/orgs/1/sec_policy/draft/rule_sets/5/sec_rules/9") // "sec_rules"
 */
export function collectionOf(href: string): string | undefined {
  return /^\/orgs\/\d+\/(?:sec_policy\/[^/]+\/)?(?:[^/]+\/[^/]+\/)*([a-z_]+)\/[^/]+$/.exec(href)?.[1];
}

/** The top-level collection of a versioned href, with the object's own href (rules give their rule set). */
export function policyObjectOf(
  href: string,
): { readonly collection: string; readonly href: string } | undefined {
  const match = /^(\/orgs\/\d+\/sec_policy\/[^/]+\/([a-z_]+)\/[^/]+)(?:\/.*)?$/.exec(href);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { collection: match[2], href: canonicalHref(match[1]) };
}

/** Rewrites each `href` in a document to one policy version. */
export function rewriteHrefs(version: PolicyVersionName, document: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [key, rewrite(version, key, value)]),
  );
}

function rewrite(version: PolicyVersionName, key: string, value: Json): Json {
  if (isList(value)) return value.map((item) => rewrite(version, key, item));
  if (isObject(value)) return rewriteHrefs(version, value);
  return key === "href" && typeof value === "string" ? hrefIn(version, value) : value;
}
