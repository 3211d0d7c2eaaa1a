import { newestRecord } from "./database-traffic.ts";
import { ACCEPTED, linkColumns, NEVER, REJECTED, VERDICTS, wordsOf, wordTable } from "./link-columns.ts";
import type { MapData } from "./map-data.ts";
import { HAPPENED, type MapState } from "./map-state.ts";
import { searchedEnds } from "./searched-ends.ts";

/** What passes the filters of a state. */
export interface SiftedLinks {
  /** Positions of the links that pass, in their order. */
  readonly passed: Int32Array;
  /**
   * Links that pass search and time, whatever the filters on words say: by verdict, and for each of those by the bits of
   * what happened. Every view's counts follow from it.
   */
  readonly tally: Int32Array;
}

/** Numbers by the bits of what happened. */
const BITS = 8;

/** Goes once through all links. */
export function siftLinks(data: MapData, state: MapState): SiftedLinks {
  const { verdict, happened } = linkColumns(data);
  const happens = maskOf(HAPPENED, state.happened);
  const wanted = wantedVerdicts(state);
  const isShown = shownBy(data, state);
  const passed = new Int32Array(verdict.length);
  const tally = new Int32Array(VERDICTS * BITS);
  let size = 0;
  for (let link = 0; link < verdict.length; link += 1) {
    if (isShown !== undefined && !isShown(link)) continue;
    const says = verdict[link] ?? 0;
    const bits = happened[link] ?? NEVER;
    tally[says * BITS + bits] = (tally[says * BITS + bits] ?? 0) + 1;
    if ((bits & happens) === 0 || wanted[says] === 0) continue;
    passed[size] = link;
    size += 1;
  }
  return { passed: passed.subarray(0, size), tally };
}

/** What would pass if one of the filters were not there. */
export interface SiftCounts {
  /** Links by the number of the view's word, without the filter on those words. */
  readonly says: Int32Array;
  /** Links that were accepted, rejected, never seen, without the filter on those. */
  readonly accepted: number;
  readonly rejected: number;
  readonly never: number;
}

/** The counts beside the filters of a state, in its view. */
export function siftCounts(tally: Int32Array, state: MapState): SiftCounts {
  const words = wordTable(state.view);
  const wanted = wantedVerdicts(state);
  const happens = maskOf(HAPPENED, state.happened);
  const says = new Int32Array(wordsOf(state.view).length);
  const byBits = new Int32Array(BITS);
  for (const [at, count] of tally.entries()) {
    const [verdict, bits] = [Math.floor(at / BITS), at % BITS];
    const word = words[verdict] ?? 0;
    if ((bits & happens) !== 0) says[word] = (says[word] ?? 0) + count;
    if (wanted[verdict] === 1) byBits[bits] = (byBits[bits] ?? 0) + count;
  }
  return {
    says,
    accepted: countOf(byBits, ACCEPTED),
    rejected: countOf(byBits, REJECTED),
    never: countOf(byBits, NEVER),
  };
}

/** Links with this bit, from the numbers of links by all of their bits. */
const countOf = (byBits: Int32Array, bit: number): number =>
  byBits.reduce((sum, each, bits) => ((bits & bit) === 0 ? sum : sum + each), 0);

/** By verdict: 1 where its word is wanted. */
function wantedVerdicts({ view, says }: MapState): Uint8Array {
  const mask = maskOf(wordsOf(view), says);
  return wordTable(view).map((word) => (mask >> word) & 1);
}

/** A bit for each word that is wanted; all of them when nothing is chosen. */
function maskOf(words: readonly string[], chosen: readonly string[]): number {
  const mask = words.reduce((bits, word, at) => (chosen.includes(word) ? bits | (1 << at) : bits), 0);
  return mask === 0 ? -1 : mask;
}

/**
 * The search and the range of time. What was never seen has no time, and no range hides it.
 *
 * @returns `undefined` where neither leaves anything out
 */
function shownBy(data: MapData, { search, last: span, ...range }: MapState) {
  const { from = span === undefined ? 0 : newestRecord(data.links) - span, to = Number.MAX_SAFE_INTEGER } =
    range;
  const { consumer, database, first, last } = linkColumns(data);
  const found = searchedEnds(data, search);
  const isAlways = from <= 0 && to === Number.MAX_SAFE_INTEGER;
  if (found === undefined && isAlways) return undefined;
  const isFound = (link: number): boolean =>
    found === undefined ||
    ((found.consumers[consumer[link] ?? 0] ?? 0) | (found.databases[database[link] ?? 0] ?? 0)) ===
      found.every;
  const isTimely = (link: number): boolean => {
    const end = last[link] ?? 0;
    return end === 0 || (end >= from && (first[link] ?? 0) <= to);
  };
  return (link: number): boolean => (isAlways || isTimely(link)) && isFound(link);
}
