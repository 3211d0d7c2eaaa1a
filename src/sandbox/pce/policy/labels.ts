import { hrefOf, hrefsOf, type JsonObject } from "../model/json.ts";
import type { LabelsByKey, World } from "./world.ts";

/**
 * How uncertainty is read. `narrow` is for what grants: doubt means no match. `wide` is for override-denies: doubt
 * means a match.
 */
export type Reading = "narrow" | "wide";

/** One demand on the label of one key. */
interface LabelTerm {
  readonly key: string;
  readonly hrefs: ReadonlySet<string>;
  readonly exclusion: boolean;
}

/** What an entry of a scope or of an actor list demands; `unreadable` when its label or group is not there. */
type ReadTerm = LabelTerm | "unreadable";

/** True for an entry that selects by label. */
export const isLabelEntry = (entry: JsonObject): boolean => "label" in entry || "label_group" in entry;

function readTerm(world: World, entry: JsonObject): ReadTerm {
  const exclusion = entry.exclusion === true;
  const label = hrefOf(entry.label);
  if (label !== undefined) {
    const key = world.labelKeys.get(label);
    return key === undefined ? "unreadable" : { key, hrefs: new Set([label]), exclusion };
  }
  const group = world.labelGroups.get(hrefOf(entry.label_group) ?? "");
  if (group === undefined) return "unreadable";
  const members = flatten(world, group);
  // A missing member of an included group only takes itself away; of an excluded one it might have excluded anything.
  if (exclusion && members.missing) return "unreadable";
  return { key: String(group.key), hrefs: members.hrefs, exclusion };
}

function flatten(
  world: World,
  start: JsonObject,
): { readonly hrefs: ReadonlySet<string>; readonly missing: boolean } {
  const hrefs = new Set<string>();
  let missing = false;
  const groups = new Set([String(start.href)]);
  for (const href of groups) {
    const group = world.labelGroups.get(href);
    missing ||= group === undefined;
    for (const label of hrefsOf(group?.labels)) {
      if (world.labelKeys.has(label)) hrefs.add(label);
      else missing = true;
    }
    for (const inner of hrefsOf(group?.sub_groups)) groups.add(inner);
  }
  return { hrefs, missing };
}

/** One scope: every entry must hold. An empty scope holds for all. */
export function matchesScope(
  world: World,
  scope: readonly JsonObject[],
  labels: LabelsByKey,
  reading: Reading,
): boolean {
  return scope.every((entry) => {
    const term = readTerm(world, entry);
    return term === "unreadable" ? reading === "wide" : holds(term, labels, reading);
  });
}

/**
 * The label entries of one side of a rule: same key OR, different keys AND.
 *
 * @param ams true when "all workloads" stands beside them: it absorbs the plain labels, exclusions stay
 */
export function matchesLabelEntries(
  world: World,
  entries: readonly JsonObject[],
  ams: boolean,
  labels: LabelsByKey,
  reading: Reading,
): boolean {
  const read = entries.map((entry) => readTerm(world, entry));
  if (read.includes("unreadable") && reading === "narrow") return false;
  const terms = read.filter((term) => term !== "unreadable");
  const excluded = terms.filter((term) => term.exclusion);
  const included = Map.groupBy(
    ams || terms.length < read.length ? [] : terms.filter((term) => !term.exclusion),
    (term) => term.key,
  );
  return (
    excluded.every((term) => holds(term, labels, reading)) &&
    [...included.values()].every((sameKey) => sameKey.some((term) => holds(term, labels, reading)))
  );
}

function holds(term: LabelTerm, labels: LabelsByKey, reading: Reading): boolean {
  const own = labels.get(term.key);
  if (!term.exclusion) return own !== undefined && term.hrefs.has(own);
  // "Everything of this label type except X": an object without the type is in doubt.
  return own === undefined ? reading === "wide" : !term.hrefs.has(own);
}
