import { newestRecord } from "./database-traffic.ts";
import { ACCEPTED, linkColumns, NEVER, REJECTED, wordsOf } from "./link-columns.ts";
import type { MapData } from "./map-data.ts";
import { HAPPENED, type MapState } from "./map-state.ts";
import { searchedEnds } from "./searched-ends.ts";

/** What passes the filters of a state, and what would if one of them were not there. */
export interface SiftedLinks {
  /** Positions of the links that pass, in their order. */
  readonly passed: Int32Array;
  /** Links by the number of the view's word, without the filter on those words. */
  readonly says: Int32Array;
  /** Links that were accepted, rejected, never seen, without the filter on those. */
  readonly accepted: number;
  readonly rejected: number;
  readonly never: number;
}

/** Goes once through all links. */
export function siftLinks(data: MapData, state: MapState): SiftedLinks {
  const columns = linkColumns(data);
  const words = wordsOf(state.view);
  const says = columns.says[state.view];
  const wanted = { says: maskOf(words, state.says), happened: maskOf(HAPPENED, state.happened) };
  const isShown = shownBy(data, state);
  const passed = new Int32Array(says.length);
  const counts = new Int32Array(words.length);
  const byBits = new Int32Array(8);
  let size = 0;
  for (let link = 0; link < says.length; link += 1) {
    if (!isShown(link)) continue;
    const word = says[link] ?? 0;
    const bits = columns.happened[link] ?? NEVER;
    const happens = (bits & wanted.happened) !== 0;
    if (happens) countOne(counts, word);
    if (((wanted.says >> word) & 1) === 0) continue;
    countOne(byBits, bits);
    if (!happens) continue;
    passed[size] = link;
    size += 1;
  }
  return {
    passed: passed.subarray(0, size),
    says: counts,
    accepted: countOf(byBits, ACCEPTED),
    rejected: countOf(byBits, REJECTED),
    never: countOf(byBits, NEVER),
  };
}

function countOne(counts: Int32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** Links with this bit, from the numbers of links by all of their bits. */
const countOf = (byBits: Int32Array, bit: number): number =>
  byBits.reduce((sum, each, bits) => ((bits & bit) === 0 ? sum : sum + each), 0);

/** A bit for each word that is wanted; all of them when nothing is chosen. */
function maskOf(words: readonly string[], chosen: readonly string[]): number {
  const mask = words.reduce((bits, word, at) => (chosen.includes(word) ? bits | (1 << at) : bits), 0);
  return mask === 0 ? -1 : mask;
}

/** The search and the range of time. What was never seen has no time, and no range hides it. */
function shownBy(data: MapData, { search, last: span, ...range }: MapState) {
  const { from = span === undefined ? 0 : newestRecord(data.links) - span, to = Number.MAX_SAFE_INTEGER } =
    range;
  const { consumer, database, first, last } = linkColumns(data);
  const found = searchedEnds(data, search);
  const isFound = (link: number): boolean =>
    found === undefined ||
    ((found.consumers[consumer[link] ?? 0] ?? 0) | (found.databases[database[link] ?? 0] ?? 0)) ===
      found.every;
  const isTimely = (link: number): boolean => {
    const end = last[link] ?? 0;
    return end === 0 || (end >= from && (first[link] ?? 0) <= to);
  };
  return (link: number): boolean => isTimely(link) && isFound(link);
}
