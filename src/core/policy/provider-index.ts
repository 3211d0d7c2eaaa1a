import { hasBit, keepAll, membersOf } from "../label/bit-set.ts";
import type { LabelTerms } from "../label/label-terms.ts";
import { type Reading, select } from "../label/select.ts";
import { type Universe, universe } from "../label/universe.ts";
import type { DatabaseMatch } from "./database-match.ts";
import type { Bound, PolicyIndex } from "./policy-index.ts";
import type { RuleSide } from "./rule-side.ts";

/**
 * The few objects that stand for databases, as universes of their own: whether a rule serves any database is then
 * told without looking at the rest of the inventory. Databases are numbers: positions in the list that was given.
 */
export interface ProviderIndex {
  readonly workloads: ProviderObjects;
  /** Virtual services that reach a database through a binding. */
  readonly served: ReadonlyMap<number, readonly ServedDatabase[]>;
  readonly virtualServices: ProviderObjects;
  readonly all: readonly number[];
}

/** A database that a virtual service reaches, and the binding through which it does. */
interface ServedDatabase {
  readonly database: number;
  readonly bound: Bound;
}

interface ProviderObjects {
  /** Positions in the policy index, by position here. */
  readonly objects: readonly number[];
  readonly positionOf: ReadonlyMap<number, number>;
  readonly labels: Universe;
  readonly databases: readonly (readonly number[])[];
}

/** Collects the objects that stand for databases. */
export function providerIndex(index: PolicyIndex, matches: readonly DatabaseMatch[]): ProviderIndex {
  const byWorkload = new Map<number, number[]>();
  const byService = new Map<number, number[]>();
  const served = new Map<number, ServedDatabase[]>();
  for (const [database, match] of matches.entries()) {
    for (const at of match.workloads) append(byWorkload, at, database);
    for (const at of match.virtualServices) append(byService, at, database);
    for (const bound of match.bindings) append(served, bound.virtualService, { database, bound });
  }
  return {
    workloads: providerObjects(byWorkload, (objects) =>
      universe(
        index.catalog,
        objects.flatMap((at) => index.workloads[at] ?? []),
      ),
    ),
    virtualServices: providerObjects(byService, (objects) =>
      universe(
        index.catalog,
        objects.flatMap((at) => index.virtualServices[at] ?? []),
      ),
    ),
    served,
    all: matches.map((_, database) => database),
  };
}

function append<V>(into: Map<number, V[]>, key: number, value: V): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [value]);
  else known.push(value);
}

function providerObjects(
  byObject: ReadonlyMap<number, readonly number[]>,
  labelsOf: (objects: readonly number[]) => Universe,
): ProviderObjects {
  const objects = [...byObject.keys()];
  return {
    objects,
    positionOf: new Map(objects.map((object, at) => [object, at])),
    labels: labelsOf(objects),
    databases: [...byObject.values()],
  };
}

/**
 * Positions (in `among`) of the objects that the label terms of a side select within the scope; anywhere without one.
 */
export function labelledProviders(
  among: ProviderObjects,
  side: RuleSide,
  scope: LabelTerms | undefined,
  reading: Reading,
): readonly number[] {
  if (side.terms === undefined) return [];
  const selected = select(among.labels, side.terms, reading);
  if (scope !== undefined) keepAll(selected, select(among.labels, scope, reading));
  return membersOf(selected);
}

/** The direct actors that stand for a database, in the scope and outside it; positions in `among`. */
interface DirectProviders {
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

/** Looks up direct actors (positions in the policy index). Without a scope all of them are in it. */
export function directProviders(
  among: ProviderObjects,
  direct: readonly number[],
  scope: LabelTerms | undefined,
  ignoreScope: boolean,
): DirectProviders {
  const known = direct.flatMap((object) => among.positionOf.get(object) ?? []);
  if (known.length === 0 || ignoreScope || scope === undefined) return { inside: known, outside: [] };
  const inScope = select(among.labels, scope, "narrow");
  return {
    inside: known.filter((at) => hasBit(inScope, at)),
    outside: known.filter((at) => !hasBit(inScope, at)),
  };
}
