import { EMPTY_SET } from "../../net/address-set.ts";
import type { Consumers } from "../consumer-set.ts";
import type { DatabaseMatch } from "../database-match.ts";
import { grants } from "../grants.ts";
import { reasons } from "../reasons.ts";
import { setUnions } from "../set-unions.ts";
import {
  type Answer,
  addressesIn,
  deniedSets,
  type Fresh,
  freshAnswer,
  type Ingredients,
  patchedAnswer,
  type SetsChange,
  setsOf,
} from "./answer.ts";
import type { ConsumerUpdate } from "./consumer-update.ts";
import type { LayersOf } from "./layer-update.ts";
import { lostAddresses } from "./lost-addresses.ts";
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
  const from = ingredients(lookups, table, databases);
  const allowedBy = setUnions(databases.map((each) => addressesIn(table, setsOf(each.layers))));
  return { answers: databases.map((each) => freshAnswer(each, from, allowedBy)), table };
}

/** @param relayered databases of which rule sets say something else */
function ingredients(lookups: Consumers, table: SetTable, relayered: readonly Fresh[]): Ingredients {
  return {
    index: lookups.index,
    table,
    grants: grants(lookups),
    reasons: reasons(lookups),
    denied: setUnions(relayered.map(({ layers }) => deniedSets(layers))),
  };
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
  const relaid = answers.some((answer, at) => change.layers[at] !== answer.layers);
  const table = relaid ? change.numbers.table(new Set(sets.flat())) : change.updated.table;
  const touched = answers.flatMap((answer, at) => touchedDatabase(answer, at, sets[at] ?? [], change) ?? []);
  const relayered = touched.filter((each) => each.layers !== each.before.layers);
  const from = ingredients(change.lookups, table, relayered);
  const setsChange = setsChanges(change, table);
  const out = [...answers];
  for (const each of touched) out[each.at] = patchedAnswer(each.before, each, from, setsChange(each));
  for (const [at, answer] of answers.entries()) {
    if (out[at] === answer) answer.reasons.moveOn({ grants: from.grants, reasons: from.reasons, table });
  }
  return { answers: out, table, touched: touched.map((each) => each.at) };
}

function touchedDatabase(
  before: Answer,
  at: number,
  sets: readonly number[],
  change: AnswerChange,
): Touched | undefined {
  const match = change.matches[at] ?? before.match;
  const layers = change.layers[at] ?? before.layers;
  const { changed } = change.updated;
  const same = match === before.match && layers === before.layers;
  if (same && !sets.some((number) => changed.has(number))) return undefined;
  return { at, before, match, layers, sets };
}

function setsChanges(change: AnswerChange, table: SetTable): (touched: Touched) => SetsChange {
  const { delta } = change.updated;
  const contentOf = sharedContent(table, delta);
  const lostOf = lostAddresses(change.before, table);
  return ({ before, sets }) => {
    const common = { sets, delta, contentOf };
    if (before.sets === sets) return { ...common, lost: EMPTY_SET, come: [] };
    const same = (number: number): boolean =>
      change.before.sets[number]?.signature === table.sets[number]?.signature;
    const had = new Set(before.sets);
    const has = new Set(sets);
    const gone = before.sets.filter((number) => !has.has(number) || !same(number));
    const come = sets.filter((number) => !had.has(number) || !same(number));
    return { ...common, lost: lostOf(gone, sets), come: addressesIn(table, come) };
  };
}
