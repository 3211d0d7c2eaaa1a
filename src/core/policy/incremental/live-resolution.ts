import type { Diagnostic } from "../../diagnostic.ts";
import { type Consumers, consumers } from "../consumer-set.ts";
import { type DatabaseMatch, type DatabaseNames, databaseNames, matchDatabase } from "../database-match.ts";
import { sortedFindings } from "../findings.ts";
import type { Href, Policy, RuleSet } from "../model.ts";
import { type PolicyIndex, policyIndex } from "../policy-index.ts";
import { type ProviderIndex, providerIndex } from "../provider-index.ts";
import type { DatabaseIdentity, Resolution, ResolveOptions } from "../resolution.ts";
import { resolveIndexed } from "../resolve-policy.ts";
import { affectedRuleSets } from "./affected-rule-sets.ts";
import type { Answer } from "./answer.ts";
import { answerAll, answerAnew } from "./answers.ts";
import { type ConsumerUpdate, updateConsumers } from "./consumer-update.ts";
import { affectedDatabases, type DatabaseKeys, databaseKeys, movedNames } from "./database-keys.ts";
import { type ChangeableIndex, changeableIndex, changedIndex, type WorkloadMove } from "./index-update.ts";
import { type LayerBook, updateLayers } from "./layer-update.ts";
import { changedPolicy, type PolicyChange } from "./policy-change.ts";
import { SetNumbers, type SetTable } from "./set-table.ts";

/** A resolution that can follow small changes of its policy. Immutable: a change gives another one. */
export interface LiveResolution {
  readonly databases: readonly DatabaseIdentity[];
  readonly index: PolicyIndex;
  readonly resolution: Resolution;
  /** Absent when the policy names an object twice: then each change is resolved from the beginning. */
  readonly parts?: LiveParts;
}

interface LiveParts {
  readonly changeable: ChangeableIndex;
  readonly lookups: Consumers;
  readonly table: SetTable;
  readonly keys: DatabaseKeys;
  readonly names: DatabaseNames;
  readonly providers: () => ProviderIndex;
  readonly book: LayerBook;
  readonly answers: readonly Answer[];
}

/** A resolution after a change. */
export interface AppliedChange {
  readonly live: LiveResolution;
  /** ARNs of the databases whose answers or reasons may be different; the others' answers are the same objects. */
  readonly databases: ReadonlySet<string>;
  /** `parts`: only what the change touches was resolved. `all`: everything was, from the beginning. */
  readonly resolved: "parts" | "all";
}

/** Resolves a policy so that changes of it can follow. Takes about twice as long as resolving it once. */
export function liveResolution(
  policy: Policy,
  databases: readonly DatabaseIdentity[],
  options: ResolveOptions = {},
): LiveResolution {
  const index = policyIndex(policy, options);
  const changeable = changeableIndex(index);
  if (changeable === undefined) return { databases, index, resolution: resolveIndexed(index, databases) };
  const names = databaseNames(index, databases);
  const matches = databases.map((database) => matchDatabase(index, names, database));
  const lookups = consumers(index);
  const providers = once(() => providerIndex(index, matches));
  const numbers = new SetNumbers();
  const book = updateLayers(
    { layers: matches.map(() => new Map()), told: new Map() },
    {
      lookups,
      providers,
      matches,
      numberOf: (set) => numbers.of(set),
      databases: new Set(),
      ruleSets: policy.ruleSets,
      removed: [],
      providerLists: true,
    },
  );
  const { answers, table } = answerAll(lookups, numbers, matches, book.layers);
  const keys = databaseKeys(databases);
  const parts = { changeable, lookups, table, keys, names, providers, book, answers };
  return { databases, index, resolution: resolutionOf(parts), parts };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Follows a change of the policy. Changes of workloads, IP lists, bindings and rule sets resolve only what they touch;
 * changes of labels, label groups, services and virtual services resolve everything. Either way the outcome has the
 * bytes of a resolution from the beginning.
 */
export function applyChange(live: LiveResolution, change: PolicyChange): AppliedChange {
  const { parts } = live;
  if (parts === undefined || isSweeping(change)) return resolveAll(live, change);
  const { to, moves } = changedIndex(parts.changeable, change);
  const updated = updateConsumers(parts.lookups, parts.table, to.index, moves, change);
  const lookups = updated.change.after;
  const names = movedNames(parts.names, parts.keys, moves);
  const matched = rematched(live, parts, { index: to.index, names, moves, updated });
  const numbers = new SetNumbers(updated.table);
  const ruleSets = ruleSetsToRun(parts, to.index.policy, change, updated);
  const book = updateLayers(parts.book, {
    ...matched,
    lookups,
    numberOf: (set) => numbers.of(set),
    ruleSets,
    removed: (change.ruleSets?.removed ?? []).filter((href) => !ruleSets.some((each) => each.href === href)),
    providerLists: providerListsChanged(parts, to.index.policy, change),
  });
  const { providers, matches } = matched;
  const made = answerAnew(parts.answers, {
    lookups,
    numbers,
    matches,
    layers: book.layers,
    before: parts.table,
    updated,
  });
  const { answers, table } = made;
  const next = { changeable: to, lookups, table, keys: parts.keys, names, providers, book, answers };
  const databases = new Set(made.touched.flatMap((at) => live.databases[at]?.arn ?? []));
  const resolution = resolutionOf(next, { live, parts });
  return {
    live: { databases: live.databases, index: to.index, resolution, parts: next },
    databases,
    resolved: "parts",
  };
}

const SWEEPING = ["labels", "labelGroups", "services", "virtualServices"] as const;

function isSweeping(change: PolicyChange): boolean {
  return SWEEPING.some((name) => (change[name]?.put?.length ?? 0) + (change[name]?.removed?.length ?? 0) > 0);
}

function resolveAll(live: LiveResolution, change: PolicyChange): AppliedChange {
  const { policy, options } = live.index;
  return {
    live: liveResolution(changedPolicy(policy, change), live.databases, options),
    databases: new Set(live.databases.map((database) => database.arn)),
    resolved: "all",
  };
}

interface MatchingChange {
  readonly index: PolicyIndex;
  readonly names: DatabaseNames;
  readonly moves: readonly WorkloadMove[];
  readonly updated: ConsumerUpdate;
}

/** Looks again for the objects that stand for databases, where they may be others. */
function rematched(
  live: LiveResolution,
  parts: LiveParts,
  { index, names, moves, updated }: MatchingChange,
): {
  readonly databases: ReadonlySet<number>;
  readonly matches: readonly DatabaseMatch[];
  readonly providers: () => ProviderIndex;
} {
  const before = parts.answers.map((answer) => answer.match);
  const { services } = updated.change;
  const databases = affectedDatabases(parts.keys, before, index, { moves, services });
  if (databases.size === 0) return { databases, matches: before, providers: parts.providers };
  const matches = before.map((match, at) =>
    databases.has(at) ? matchDatabase(index, names, live.databases[at] ?? match.database) : match,
  );
  return { databases, matches, providers: once(() => providerIndex(index, matches)) };
}

function ruleSetsToRun(
  { book }: LiveParts,
  policy: Policy,
  change: PolicyChange,
  updated: ConsumerUpdate,
): readonly RuleSet[] {
  const hrefs = new Set((change.ruleSets?.put ?? []).map((ruleSet) => ruleSet.href));
  for (const ruleSet of affectedRuleSets(policy.ruleSets, updated.change)) hrefs.add(ruleSet.href);
  if (updated.outsideChanged.size > 0) {
    for (const layers of book.layers) {
      for (const [href, layer] of layers) {
        if (layer.allowed.some(([set]) => updated.outsideChanged.has(set))) hrefs.add(href);
      }
    }
  }
  return policy.ruleSets.filter((ruleSet) => hrefs.has(ruleSet.href));
}

/** IP lists among providers are reported only; which of them hold a database depends on lists and rules. */
function providerListsChanged(parts: LiveParts, after: Policy, change: PolicyChange): boolean {
  if (change.ruleSets === undefined && change.ipLists === undefined) return false;
  const before = parts.changeable.index.policy;
  return [...before.ruleSets, ...after.ruleSets].some((ruleSet) =>
    ruleSet.rules.some((rule) => rule.providers.some((actor) => actor.kind === "ipList")),
  );
}

function resolutionOf(
  parts: Pick<LiveParts, "changeable" | "answers" | "book">,
  before?: { readonly live: LiveResolution; readonly parts: LiveParts },
): Resolution {
  const { answers, changeable, book } = parts;
  return {
    databases: new Map(answers.map(({ policy }) => [policy.arn, policy])),
    findings: sameFindings(parts, before?.parts)
      ? (before?.live.resolution.findings ?? [])
      : sortedFindings(allFindings(changeable.index, book.told)),
  };
}

function sameFindings(
  { changeable, book }: Pick<LiveParts, "changeable" | "book">,
  before: LiveParts | undefined,
): boolean {
  if (before === undefined) return false;
  const old = before.changeable.index;
  const { index } = changeable;
  if (old.findings !== index.findings || old.policy.problems !== index.policy.problems) return false;
  return before.book.told.size + book.told.size === 0;
}

function* allFindings(
  index: PolicyIndex,
  told: ReadonlyMap<Href, readonly Diagnostic[]>,
): Iterable<Diagnostic> {
  yield* index.policy.problems;
  yield* index.findings;
  for (const findings of told.values()) yield* findings;
}
