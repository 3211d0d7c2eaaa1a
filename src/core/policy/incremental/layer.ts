import type { Diagnostic } from "../../diagnostic.ts";
import type { AddressSet } from "../../net/address-set.ts";
import { type Resolving, resolveAllowRules } from "../allow-rules.ts";
import type { ConsumerSet, Consumers } from "../consumer-set.ts";
import type { DatabaseDraft } from "../database-draft.ts";
import type { DatabaseMatch } from "../database-match.ts";
import type { Href, RuleSet } from "../model.ts";
import { resolveOverrideDenies } from "../override-denies.ts";
import type { ProviderIndex } from "../provider-index.ts";
import { noteProviderIpLists } from "../provider-ip-lists.ts";

/** What one rule set says of one database. */
export interface Layer {
  /** Numbers of consumer sets, and the rules that open the listener to them. */
  readonly allowed: readonly (readonly [set: number, rules: readonly Href[]])[];
  readonly denied: readonly AddressSet[];
  readonly findings: readonly Diagnostic[];
  readonly incomplete: readonly Diagnostic[];
}

/** What one rule set says: of some databases (by position), and of itself. */
export interface Layers {
  readonly databases: ReadonlyMap<number, Layer>;
  readonly findings: readonly Diagnostic[];
}

/** Runs one rule set after another against the same databases. */
export interface LayerMaker {
  readonly ofRuleSet: (ruleSet: RuleSet) => Layers;
  /** What the IP lists among the providers of all rules say. */
  readonly ofProviderIpLists: () => Layers;
}

/**
 * Prepares to run rule sets.
 *
 * @param numberOf gives each consumer set its number
 */
export function layerMaker(
  lookups: Consumers,
  providers: ProviderIndex,
  matches: readonly DatabaseMatch[],
  numberOf: (set: ConsumerSet) => number,
): LayerMaker {
  const to: Resolving = { lookups, providers, drafts: matches.map(blankDraft), findings: new Set() };
  const run = (work: () => void): Layers => {
    work();
    const databases = new Map<number, Layer>();
    for (const [at, draft] of to.drafts.entries()) {
      const layer = taken(draft, numberOf);
      if (layer !== undefined) databases.set(at, layer);
    }
    const findings = [...to.findings];
    to.findings.clear();
    return { databases, findings };
  };
  return {
    ofRuleSet: (ruleSet) =>
      run(() => {
        if (!ruleSet.enabled) return;
        resolveAllowRules(to, ruleSet);
        resolveOverrideDenies(to, ruleSet);
      }),
    ofProviderIpLists: () => run(() => noteProviderIpLists(to)),
  };
}

function blankDraft(match: DatabaseMatch): DatabaseDraft {
  return {
    match,
    port: match.database.port,
    allowed: new Map(),
    denied: new Set(),
    findings: new Set(),
    incomplete: new Set(),
  };
}

/** Takes out of a draft what it holds, so that it is blank again. */
function taken(draft: DatabaseDraft, numberOf: (set: ConsumerSet) => number): Layer | undefined {
  const { allowed, denied, findings, incomplete } = draft;
  if (allowed.size + denied.size + findings.size + incomplete.size === 0) return undefined;
  const layer: Layer = {
    allowed: [...allowed].map(([set, rules]) => [numberOf(set), [...rules]]),
    denied: [...denied],
    findings: [...findings],
    incomplete: [...incomplete],
  };
  allowed.clear();
  denied.clear();
  findings.clear();
  incomplete.clear();
  return layer;
}
