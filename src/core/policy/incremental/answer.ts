import type { Diagnostic } from "../../diagnostic.ts";
import { type AddressSet, equals, isEmpty, subtract, union } from "../../net/address-set.ts";
import { type DatabaseDraft, databaseDraft } from "../database-draft.ts";
import type { DatabaseMatch } from "../database-match.ts";
import { databasePolicy } from "../database-policy.ts";
import { type FindingTexts, sortedFindings } from "../findings.ts";
import type { Grants } from "../grants.ts";
import type { Href } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { Reasons, ReasonsWithin } from "../reasons.ts";
import type { DatabasePolicy, Grant } from "../resolution.ts";
import { databaseLabels } from "../resolve-policy.ts";
import type { SetUnions } from "../set-unions.ts";
import type { Layer } from "./layer.ts";
import { clip, minus, patch } from "./patch-address-set.ts";
import type { SetTable } from "./set-table.ts";

/** What reasons are made from. */
interface ReasonBase {
  readonly grants: Grants;
  readonly reasons: Reasons;
  readonly table: SetTable;
}

/**
 * Where the reasons of an answer come from. It moves on with the policy for as long as the answer holds, so that an
 * answer does not keep the index that it was first made from.
 */
export class ReasonSource {
  #base: ReasonBase;
  #within: ReasonsWithin | undefined;

  constructor(base: ReasonBase) {
    this.#base = base;
  }

  moveOn(base: ReasonBase): void {
    this.#base = base;
    this.#within = undefined;
  }

  grants(of: Fresh, denied: AddressSet): readonly Grant[] {
    return this.#base.grants(draftOf(of, this.#base.table), denied);
  }

  within(of: Fresh, denied: AddressSet): ReasonsWithin {
    this.#within ??= this.#base.reasons(draftOf(of, this.#base.table), denied);
    return this.#within;
  }
}

/** What is known of one database, in parts that can be replaced. */
export interface Answer {
  readonly match: DatabaseMatch;
  /** By rule set. */
  readonly layers: ReadonlyMap<Href, Layer>;
  /** Numbers of the consumer sets that the layers name, ascending. */
  readonly sets: readonly number[];
  readonly granted: AddressSet;
  readonly denied: AddressSet;
  readonly policy: DatabasePolicy;
  readonly reasons: ReasonSource;
}

/** What answers are put together from. */
export interface Ingredients extends ReasonBase {
  readonly texts: FindingTexts;
  readonly index: PolicyIndex;
  readonly denied: SetUnions;
}

/** What is new of a database. */
export interface Fresh {
  readonly match: DatabaseMatch;
  readonly layers: ReadonlyMap<Href, Layer>;
}

/** Numbers of the consumer sets that the layers name, ascending. */
export function setsOf(layers: Fresh["layers"]): readonly number[] {
  const sets = new Set<number>();
  for (const layer of layers.values()) for (const [set] of layer.allowed) sets.add(set);
  return [...sets].sort((a, b) => a - b);
}

/** The sets that override denies take from a database. */
export function deniedSets(layers: Fresh["layers"]): readonly AddressSet[] {
  return [...layers.values()].flatMap((layer) => layer.denied);
}

/** Gives the addresses of consumer sets together. */
export type GrantedBy = (sets: readonly number[]) => AddressSet;

/** Puts an answer together from the beginning. */
export function freshAnswer(
  { match, layers }: Fresh,
  from: Ingredients,
  grantedBy: GrantedBy,
  before?: Answer,
): Answer {
  const sets = setsOf(layers);
  const granted = grantedBy(sets);
  const denied = from.denied(deniedSets(layers));
  const allowed = isEmpty(denied) ? granted : subtract(granted, denied);
  return answerOf({ match, layers, sets, granted, denied, allowed }, from, before);
}

/** The addresses of consumer sets, set by set. */
export function addressesIn({ sets }: SetTable, numbers: readonly number[]): readonly AddressSet[] {
  return numbers.flatMap((number) => sets[number]?.addresses ?? []);
}

/** The addresses of some consumer sets within the addresses that may have changed. */
export type ContentOf = (sets: readonly number[]) => AddressSet;

/** What may be different of the consumer sets of a database. */
export interface SetsChange {
  /** Numbers of the sets that it has now, ascending. */
  readonly sets: readonly number[];
  /** All addresses that may have come to any of its sets, or gone. */
  readonly delta: AddressSet;
  readonly contentOf: ContentOf;
}

/** Brings an answer up to date without putting together what stays. */
export function patchedAnswer(before: Answer, fresh: Fresh, from: Ingredients, change: SetsChange): Answer {
  const { sets, delta } = change;
  const { match, layers } = fresh;
  const granted = patch(before.granted, delta, change.contentOf(sets));
  const denied = layers === before.layers ? before.denied : deniedNow(before, fresh, from);
  const allowed = allowedNow(before, granted, denied, delta);
  return answerOf({ match, layers, sets, granted, denied, allowed }, from, before);
}

function deniedNow(before: Answer, { layers }: Fresh, from: Ingredients): AddressSet {
  const denied = from.denied(deniedSets(layers));
  return equals(denied, before.denied) ? before.denied : denied;
}

function allowedNow(before: Answer, granted: AddressSet, denied: AddressSet, delta: AddressSet): AddressSet {
  if (isEmpty(denied)) return granted;
  const all =
    denied === before.denied
      ? delta
      : union(delta, minus(denied, before.denied), minus(before.denied, denied));
  return patch(before.policy.allowed, all, minus(clip(granted, all), denied));
}

interface Parts extends Fresh {
  readonly sets: readonly number[];
  readonly granted: AddressSet;
  readonly denied: AddressSet;
  readonly allowed: AddressSet;
}

function answerOf({ allowed, ...parts }: Parts, from: Ingredients, before?: Answer): Answer {
  const { match, layers, denied } = parts;
  const sameMatch = before?.match === match;
  const told = sameMatch && before.layers === layers ? before.policy : toldBy(parts, from.texts, before);
  const { grants, reasons, table } = from;
  const source = new ReasonSource({ grants, reasons, table });
  const policy = databasePolicy(
    {
      arn: match.database.arn,
      matched: match.matched,
      labels: sameMatch ? before.policy.labels : databaseLabels(from.index, match),
      allowed,
      overrideDenied: denied,
      incomplete: told.incomplete,
      findings: told.findings,
    },
    { grants: () => source.grants(parts, denied), within: () => source.within(parts, denied) },
  );
  return { ...parts, policy, reasons: source };
}

function toldBy(
  { match, layers }: Fresh,
  texts: FindingTexts,
  before: Answer | undefined,
): Pick<DatabasePolicy, "findings" | "incomplete"> {
  const base = databaseDraft(match);
  const all = (of: "findings" | "incomplete"): Diagnostic[] => [
    ...base[of],
    ...[...layers.values()].flatMap((layer) => layer[of]),
  ];
  return {
    findings: sameTold("findings", layers, before, match)
      ? (before?.policy.findings ?? [])
      : sortedFindings(all("findings"), texts),
    incomplete: sortedFindings(all("incomplete"), texts),
  };
}

/** Whether the layers tell what they told before, so that a long list need not be sorted again. */
function sameTold(
  of: "findings",
  layers: Fresh["layers"],
  before: Answer | undefined,
  match: DatabaseMatch,
): boolean {
  if (before === undefined || before.match !== match || before.layers.size !== layers.size) return false;
  for (const [href, layer] of layers) {
    const old = before.layers.get(href);
    if (old === layer) continue;
    if (old === undefined || JSON.stringify(old[of]) !== JSON.stringify(layer[of])) return false;
  }
  return true;
}

/** The database as the grants want it. */
function draftOf({ match, layers }: Fresh, { sets }: SetTable): DatabaseDraft {
  const draft = databaseDraft(match);
  for (const layer of layers.values()) {
    for (const [number, rules] of layer.allowed) {
      const set = sets[number];
      if (set === undefined) continue;
      const known = draft.allowed.get(set) ?? new Set();
      draft.allowed.set(set, known);
      for (const rule of rules) known.add(rule);
    }
  }
  return draft;
}
