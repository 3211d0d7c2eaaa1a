import { type BitSet, hasBit, isNoBit, membersOf, removeAll } from "../label/bit-set.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { type Cover, smallestCover } from "./cover.ts";
import { labelHull } from "./label-hull.ts";
import { queryKey } from "./query-key.ts";
import { matching, type WorkloadClasses } from "./workload-classes.ts";

/** Where the number of ways to join labels is too large to look at all of them, the best of the first so many count. */
const MOST_HULLS = 256;
const MOST_TRIES = 2_000;

/**
 * Share of the combinations of its values that a query must find carried by somebody. One that names two roles and two
 * applications for the sake of two consumers would let in, on the day they come, two more that nobody ever looked at.
 */
const DENSE = 0.8;

/**
 * The fewest label queries that mean every required class and nobody outside `may`. Each is as narrow as it can be:
 * it has every key that all whom it covers have, with only their values; a key of which it would list every value in
 * use, four or more, is left out where that means nobody else. Nearly all combinations of its values are carried.
 *
 * The answer is a smallest one wherever fewer than a few hundred joins are possible, which is what a database has;
 * beyond that it is a good one. It depends on the sets alone, not on any order.
 *
 * @param required positions of classes, ascending; each must have a label, and what its own labels mean lies in `may`
 */
export function fewestQueries(
  classes: WorkloadClasses,
  required: readonly number[],
  may: BitSet,
): readonly LabelQuery[] {
  if (required.length === 0) return [];
  const search = newSearch(classes, required, may);
  const all = candidate(search, search.tight.reduce<LabelQuery | undefined>(hullOfAll, search.tight[0]));
  if (all?.dense === true) return [widened(search, all.query)];
  const greedy = required.map((_, start) => grown(search, start));
  const quick = smallestCover(maximal(greedy), required.length);
  // One query was shown not to do, so two are the fewest.
  const chosen =
    quick.length <= 2 ? quick : smallestCover(maximal([...greedy, ...joins(search)]), required.length);
  return chosen
    .map(({ query }) => widened(search, query))
    .toSorted((a, b) => (queryKey(a) < queryKey(b) ? -1 : 1));
}

interface Search {
  readonly classes: WorkloadClasses;
  readonly required: readonly number[];
  readonly tight: readonly LabelQuery[];
  readonly may: BitSet;
  readonly known: Map<string, Candidate | undefined>;
}

/** `covers` are positions in `required`. */
interface Candidate extends Cover {
  readonly query: LabelQuery;
  /** Whether enough combinations of its values are carried; one that is not may still lead to one that is. */
  readonly dense: boolean;
}

const hullOfAll = (hull: LabelQuery | undefined, query: LabelQuery): LabelQuery | undefined =>
  hull === undefined ? undefined : labelHull(hull, query);

function newSearch(classes: WorkloadClasses, required: readonly number[], may: BitSet): Search {
  const tight = required.map((at) => tightQuery(classes, at));
  return { classes, required, tight, may, known: new Map() };
}

/** What a class's own labels mean; of several values of one key the first will do. */
export function tightQuery({ classes }: WorkloadClasses, at: number): LabelQuery {
  const labels = classes[at]?.labels ?? {};
  return Object.fromEntries(Object.entries(labels).map(([key, values]) => [key, values.slice(0, 1)]));
}

/** The query as a candidate; `undefined` when it means somebody outside. */
function candidate(search: Search, query: LabelQuery | undefined): Candidate | undefined {
  if (query === undefined) return undefined;
  const text = queryKey(query);
  if (search.known.has(text)) return search.known.get(text);
  const matched = matching(search.classes, query);
  const dense = isDense(search.classes, query, matched);
  const covers = search.required.flatMap((at, position) => (hasBit(matched, at) ? [position] : []));
  removeAll(matched, search.may);
  const made = isNoBit(matched) ? { query, covers, text, dense } : undefined;
  search.known.set(text, made);
  return made;
}

function isDense({ classes }: WorkloadClasses, query: LabelQuery, matched: BitSet): boolean {
  const combinations = Object.values(query).reduce((product, values) => product * values.length, 1);
  if (combinations === 1) return true;
  const carried = new Set(
    membersOf(matched).map((at) => {
      const labels = classes[at]?.labels ?? {};
      return JSON.stringify(
        Object.entries(query).map(([key, values]) => labels[key]?.find((value) => values.includes(value))),
      );
    }),
  );
  return carried.size >= combinations * DENSE;
}

/** One class, joined with every other that still fits, in their order and round from the first. */
function grown(search: Search, start: number): Candidate {
  let best = candidate(search, search.tight[start]);
  if (best === undefined) throw new Error("A required class lies outside of what may be meant");
  for (let step = 1; step < search.required.length; step += 1) {
    const next = joined(search, best, (start + step) % search.required.length);
    if (next?.dense === true) best = next;
  }
  return best;
}

function joined(search: Search, from: Candidate, position: number): Candidate | undefined {
  const other = search.tight[position];
  if (other === undefined || from.covers.includes(position)) return undefined;
  return candidate(search, labelHull(from.query, other));
}

/** Every narrowest query that means several required classes and nobody outside, up to a limit. */
function joins(search: Search): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  const queue: Candidate[] = [];
  const add = (each: Candidate | undefined): void => {
    if (each === undefined || found.has(each.text)) return;
    found.set(each.text, each);
    queue.push(each);
  };
  for (const query of search.tight) add(candidate(search, query));
  let tries = 0;
  for (const from of queue) {
    for (let position = 0; position < search.tight.length; position += 1) {
      if (found.size >= MOST_HULLS || tries >= MOST_TRIES) return denseOf(found);
      tries += 1;
      add(joined(search, from, position));
    }
  }
  return denseOf(found);
}

const denseOf = (found: ReadonlyMap<string, Candidate>): readonly Candidate[] =>
  [...found.values()].filter(({ dense }) => dense);

/** Without those that cover only what another covers, too. */
function maximal(candidates: readonly Candidate[]): readonly Candidate[] {
  const unique = [...new Map(candidates.map((each) => [each.text, each])).values()];
  const sorted = unique.toSorted((a, b) => b.covers.length - a.covers.length || (a.text < b.text ? -1 : 1));
  const kept: Candidate[] = [];
  for (const each of sorted) {
    if (!kept.some(({ covers }) => each.covers.every((at) => covers.includes(at)))) kept.push(each);
  }
  return kept;
}

/** As many values of one key are a list that nobody reads; two or three say more than their absence would. */
const LONG_LIST = 4;

/** Leaves keys out that would list every value in use at length, where nobody else is meant then. */
function widened(search: Search, query: LabelQuery): LabelQuery {
  let wide = query;
  for (const [key, values] of Object.entries(query)) {
    const inUse = search.classes.carriers.get(key)?.size ?? 0;
    const { [key]: _, ...rest } = wide;
    if (values.length < LONG_LIST || values.length < inUse || Object.keys(rest).length === 0) continue;
    const matched = matching(search.classes, rest);
    removeAll(matched, search.may);
    if (isNoBit(matched)) wide = rest;
  }
  return wide;
}
