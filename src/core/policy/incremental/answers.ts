import { type AddressSet, isEmpty, union } from "../../net/address-set.ts";
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
  type GrantedBy,
  type Ingredients,
  patchedAnswer,
  type SetsChange,
  setsOf,
} from "./answer.ts";
import type { ConsumerUpdate } from "./consumer-update.ts";
import type { LayersOf } from "./layer-update.ts";
import { grantedByWorkloads, replacedSets } from "./replaced-sets.ts";
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
  const sets = databases.map((each) => setsOf(each.layers));
  const table = numbers.table(sets);
  const from = ingredients(lookups, table, databases);
  const granted = grantedTogether(table, sets);
  return { answers: databases.map((each) => freshAnswer(each, from, granted)), table };
}

/** @param relayered databases of which rule sets say something else */
function ingredients(lookups: Consumers, table: SetTable, relayered: readonly Fresh[]): Ingredients {
  return {
    index: lookups.index,
    table,
    texts: new Map(),
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
  const table = relaid ? change.numbers.table(sets) : change.updated.table;
  const touched = answers.flatMap((answer, at) => touchedDatabase(answer, at, sets[at] ?? [], change) ?? []);
  const relayered = touched.filter((each) => each.layers !== each.before.layers);
  const from = ingredients(change.lookups, table, relayered);
  const changeOf = setsChanges(change, table);
  const out = [...answers];
  const others: Touched[] = [];
  for (const each of touched) {
    const setsChange = changeOf(each);
    if (setsChange === undefined) others.push(each);
    else out[each.at] = patchedAnswer(each.before, each, from, setsChange);
  }
  const granted = grantedAnew(change.lookups, table, others);
  for (const each of others) out[each.at] = freshAnswer(each, from, granted, each.before);
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

/** Prepares to say how a touched database can be patched; `undefined` where it cannot. */
function setsChanges(change: AnswerChange, table: SetTable): (touched: Touched) => SetsChange | undefined {
  const { delta } = change.updated;
  const contentOf = sharedContent(table, delta);
  const known = new Map<AddressSet, Omit<SetsChange, "sets">>();
  const moreOf = replacedSets(change.before, table, change.lookups);
  return ({ before, sets }) => {
    if (before.sets === sets) return { sets, delta, contentOf };
    const more = moreOf(before.sets, sets);
    if (more === undefined) return undefined;
    if (isEmpty(more)) return { sets, delta, contentOf };
    const wider = known.get(more) ?? widened(table, union(delta, more));
    known.set(more, wider);
    return { sets, ...wider };
  };
}

function widened(table: SetTable, delta: AddressSet): Omit<SetsChange, "sets"> {
  return { delta, contentOf: sharedContent(table, delta) };
}

/** From so many databases on, what their sets have in common is worth uniting once. */
const MANY = 20;

function grantedAnew(lookups: Consumers, table: SetTable, touched: readonly Touched[]): GrantedBy {
  return touched.length < MANY
    ? (numbers) => grantedByWorkloads(lookups, table, numbers)
    : grantedTogether(
        table,
        touched.map((each) => each.sets),
      );
}

function grantedTogether(table: SetTable, selections: readonly (readonly number[])[]): GrantedBy {
  const unions = setUnions(selections.map((numbers) => addressesIn(table, numbers)));
  return (numbers) => unions(addressesIn(table, numbers));
}
