import { type AddressSet, union } from "../../net/address-set.ts";
import type { Consumers } from "../consumer-set.ts";
import type { DatabaseMatch } from "../database-match.ts";
import { grants } from "../grants.ts";
import { setUnions } from "../set-unions.ts";
import {
  type Answer,
  type ContentOf,
  deniedSets,
  type Fresh,
  freshAnswer,
  type Ingredients,
  patchedAnswer,
  setsOf,
} from "./answer.ts";
import type { ConsumerUpdate } from "./consumer-update.ts";
import type { LayersOf } from "./layer-update.ts";
import { clip } from "./patch-address-set.ts";
import type { SetNumbers, SetTable } from "./set-table.ts";
import { sharedContent } from "./shared-content.ts";

/** The answers for all databases, and the consumer sets they use. */
export interface Answers {
  readonly answers: readonly Answer[];
  readonly table: SetTable;
}

/** Answers for every database from the beginning. */
export function answerAll(
  lookups: Consumers,
  numbers: SetNumbers,
  matches: readonly DatabaseMatch[],
  layers: readonly LayersOf[],
): Answers {
  const databases = matches.map((match, at) => ({ match, layers: layers[at] ?? new Map() }));
  const table = numbers.table(new Set(databases.flatMap((each) => setsOf(each.layers))));
  const from = ingredients(lookups, table, databases, databases);
  return { answers: databases.map((each) => freshAnswer(each, from)), table };
}

function ingredients(
  lookups: Consumers,
  table: SetTable,
  fresh: readonly Fresh[],
  relayered: readonly Fresh[],
): Ingredients {
  return {
    index: lookups.index,
    table,
    grants: grants(lookups),
    allowed: setUnions(fresh.map(({ layers }) => addressesIn(table, setsOf(layers)))),
    denied: setUnions(relayered.map(({ layers }) => deniedSets(layers))),
  };
}

function addressesIn(table: SetTable, numbers: readonly number[]): readonly AddressSet[] {
  return numbers.flatMap((number) => table.sets[number]?.addresses ?? []);
}

/** What answers are brought up to date with. */
export interface AnswerChange {
  readonly lookups: Consumers;
  readonly numbers: SetNumbers;
  readonly matches: readonly DatabaseMatch[];
  readonly layers: readonly LayersOf[];
  /** The consumer sets before the change. */
  readonly before: SetTable;
  readonly updated: ConsumerUpdate;
}

/** A database that the change touches. */
interface Touched extends Fresh {
  readonly at: number;
  readonly before: Answer;
  readonly sets: readonly number[];
  /** Addresses that may have come or gone beyond those of the sets that it keeps; absent when they are too many. */
  readonly own: AddressSet | undefined;
}

/** Brings the answers of the databases that the change touches up to date. */
export function answerAnew(
  answers: readonly Answer[],
  change: AnswerChange,
): Answers & { readonly touched: readonly number[] } {
  const sets = answers.map((answer, at) => {
    const layers = change.layers[at] ?? answer.layers;
    return layers === answer.layers ? answer.sets : setsOf(layers);
  });
  const table = change.numbers.table(new Set(sets.flat()));
  const touched = answers.flatMap((answer, at) => touchedDatabase(answer, at, sets[at] ?? [], table, change) ?? []);
  const fresh = touched.filter((each) => each.own === undefined);
  const relayered = touched.filter((each) => each.layers !== each.before.layers);
  const from = ingredients(change.lookups, table, fresh, relayered);
  const { delta } = change.updated;
  const contentOf = sharedContent(table, delta);
  const out = [...answers];
  for (const each of touched) out[each.at] = answerTo(each, from, delta, contentOf);
  for (const [at, answer] of answers.entries()) {
    if (out[at] === answer) answer.reasons.current = { grants: from.grants, table };
  }
  return { answers: out, table, touched: touched.map((each) => each.at) };
}

function touchedDatabase(
  before: Answer,
  at: number,
  sets: readonly number[],
  table: SetTable,
  change: AnswerChange,
): Touched | undefined {
  const match = change.matches[at] ?? before.match;
  const layers = change.layers[at] ?? before.layers;
  const { changed } = change.updated;
  const same = match === before.match && layers === before.layers;
  if (same && !sets.some((number) => changed.has(number))) return undefined;
  return { at, before, match, layers, sets, own: ownDelta(before.sets, sets, change.before, table) };
}

/** More intervals than this are not worth patching. */
const FEW = 2_000;

/** The addresses of sets that are used now and were not, or the other way round. */
function ownDelta(
  old: readonly number[],
  now: readonly number[],
  before: SetTable,
  after: SetTable,
): AddressSet | undefined {
  if (old === now) return union();
  const [had, has] = [new Set(old), new Set(now)];
  const gone = old.filter((number) => !has.has(number) || before.sets[number]?.query !== after.sets[number]?.query);
  const come = now.filter((number) => !had.has(number) || gone.includes(number));
  const parts = [...addressesIn(before, gone), ...addressesIn(after, come)];
  const intervals = parts.reduce((sum, { v4, v6 }) => sum + v4.length + v6.length, 0);
  return intervals > FEW ? undefined : union(...parts);
}

function answerTo(each: Touched, from: Ingredients, delta: AddressSet, contentOf: ContentOf): Answer {
  const { before, own, sets } = each;
  if (own === undefined) return freshAnswer(each, from, before);
  const kept = { ...before, sets };
  if (own.v4.length + own.v6.length === 0) return patchedAnswer(kept, each, from, delta, contentOf);
  const all = union(delta, own);
  const within: ContentOf = (numbers) => union(...addressesIn(from.table, numbers).map((set) => clip(set, all)));
  return patchedAnswer(kept, each, from, all, within);
}
