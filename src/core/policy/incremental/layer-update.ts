import type { Diagnostic } from "../../diagnostic.ts";
import { membersOf } from "../../label/bit-set.ts";
import { select } from "../../label/select.ts";
import type { ConsumerSet, Consumers } from "../consumer-set.ts";
import type { DatabaseMatch } from "../database-match.ts";
import type { Actor, Href, RuleSet } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { type ProviderIndex, providerIndex } from "../provider-index.ts";
import { scopesOf } from "../scope.ts";
import { type Layer, type Layers, layerMaker } from "./layer.ts";

/** The layers of one database, by rule set. */
export type LayersOf = ReadonlyMap<Href, Layer>;

/** Stands for all rules together where their providers are IP lists. */
const PROVIDER_LISTS: Href = "";

/** What rule sets say, put together by database. */
export interface LayerBook {
  readonly layers: readonly LayersOf[];
  /** What each rule set says of itself. */
  readonly told: ReadonlyMap<Href, readonly Diagnostic[]>;
}

/** What has to be made anew. */
export interface LayerWork {
  readonly lookups: Consumers;
  /** The objects that stand for databases, made only when they are needed. */
  readonly providers: () => ProviderIndex;
  readonly matches: readonly DatabaseMatch[];
  readonly numberOf: (set: ConsumerSet) => number;
  /** Databases (by position) of which every rule set may say something else. */
  readonly databases: ReadonlySet<number>;
  /** Rule sets that may say something else of every database. */
  readonly ruleSets: readonly RuleSet[];
  /** Rule sets that are gone. */
  readonly removed: readonly Href[];
  /** IP lists among providers may say something else. */
  readonly providerLists: boolean;
}

/** Makes anew what may be different, and keeps the rest. */
export function updateLayers(before: LayerBook, work: LayerWork): LayerBook {
  const layers = [...before.layers];
  const told = new Map(before.told);
  for (const [at, of] of databaseLayers(work)) layers[at] = of;
  const put = (href: Href, made: Layers): void => {
    for (const [at, of] of layers.entries()) {
      const layer = made.databases.get(at);
      if (layer !== undefined || of.has(href)) layers[at] = withLayer(of, href, layer);
    }
    if (made.findings.length > 0) told.set(href, made.findings);
    else told.delete(href);
  };
  for (const href of work.removed) put(href, NOTHING);
  if (work.ruleSets.length === 0 && !work.providerLists) return { layers, told };
  const maker = layerMaker(work.lookups, work.providers(), work.matches, work.numberOf);
  for (const ruleSet of work.ruleSets) put(ruleSet.href, maker.ofRuleSet(ruleSet));
  if (work.providerLists) put(PROVIDER_LISTS, maker.ofProviderIpLists());
  return { layers, told };
}

const NOTHING: Layers = { databases: new Map(), findings: [] };

function withLayer(layers: LayersOf, href: Href, layer: Layer | undefined): LayersOf {
  const all = new Map(layers);
  if (layer === undefined) all.delete(href);
  else all.set(href, layer);
  return all;
}

/** All layers of some databases. What rule sets say of themselves does not depend on databases. */
function databaseLayers(work: LayerWork): ReadonlyMap<number, LayersOf> {
  const { lookups, databases } = work;
  if (databases.size === 0) return new Map();
  const { index } = lookups;
  const matches = [...databases].flatMap((at) => work.matches[at] ?? []);
  const providers = providerIndex(index, matches);
  const maker = layerMaker(lookups, providers, matches, work.numberOf);
  const made = matches.map(() => new Map<Href, Layer>());
  const put = (href: Href, { databases: of }: Layers): void => {
    for (const [at, layer] of of) made[at]?.set(href, layer);
  };
  for (const ruleSet of index.policy.ruleSets) {
    if (mayConcern(index, providers, ruleSet)) put(ruleSet.href, maker.ofRuleSet(ruleSet));
  }
  put(PROVIDER_LISTS, maker.ofProviderIpLists());
  return new Map([...databases].map((at, place) => [at, made[place] ?? new Map()]));
}

/** False only when no object that stands for a database lies in a scope of the rule set, and none is named. */
function mayConcern(index: PolicyIndex, providers: ProviderIndex, ruleSet: RuleSet): boolean {
  if (!ruleSet.enabled) return false;
  if (ruleSet.denyRules.length > 0 || index.options.directActorsIgnoreScope === true) return true;
  if (ruleSet.rules.some((rule) => rule.providers.some(isDirect))) return true;
  const objects = [providers.workloads.labels, providers.virtualServices.labels];
  return scopesOf(index, ruleSet).some((scope) =>
    objects.some((among) => membersOf(select(among, scope, "narrow")).length > 0),
  );
}

function isDirect({ kind }: Actor): boolean {
  return kind === "workload" || kind === "virtualService";
}
