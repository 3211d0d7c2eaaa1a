import { parseAddress } from "../core/net/address.ts";
import { contains } from "../core/net/address-set.ts";
import type { Assertion } from "../core/policy/assertion/assertion.ts";
import { matchesQuery } from "../core/suggest/matches-query.ts";
import {
  type EarlierRule,
  type Observation,
  SUGGEST_DEFAULTS,
  type Suggestion,
  type Suggestions,
  type SuggestSettings,
} from "../core/suggest/model.ts";
import type { ProviderFacts } from "../core/suggest/rule-form.ts";
import { suggestRules } from "../core/suggest/suggest-rules.ts";
import { type SupersededRule, supersededRules } from "../core/suggest/superseded-rules.ts";
import { observeConsumers } from "./observe-consumers.ts";
import type { Planned } from "./plan-databases.ts";
import { type SuggestSource, suggestEstate } from "./suggest-estate.ts";

export interface SuggestPolicyRequest {
  readonly planned: SuggestSource;
  /** Tests of the policy, and those beside it: what must not reach is never suggested. */
  readonly assertions: readonly Assertion[];
  readonly settings?: SuggestSettings;
  /** What was suggested before, so that whoever joined since takes no rule away. */
  readonly earlier?: readonly EarlierRule[];
  /** As though no rule existed yet. */
  readonly afresh?: boolean;
}

/** What would cover the traffic that policy does not allow yet. */
export interface SuggestReport extends Suggestions {
  readonly policy: { readonly source: "pce" | "file"; readonly version: string };
  readonly observations: readonly Observation[];
  /** Rules that were suggested earlier and stand in the policy, and that nothing which was seen needs any more. */
  readonly superseded: readonly SupersededRule[];
}

/** From the flow logs behind a plan to label rules that cover them. Pure: everything has been read already. */
export function suggestPolicy({
  planned,
  assertions,
  settings = SUGGEST_DEFAULTS,
  afresh = false,
  earlier = [],
}: SuggestPolicyRequest): SuggestReport {
  const estate = suggestEstate(planned, assertions, afresh);
  const { observations, scanners } = observeConsumers(planned, estate);
  return {
    policy: planned.plan.policy,
    observations,
    superseded: supersededRules(planned.index.policy, estate, observations),
    ...suggestRules({ estate, observations, scanners, settings, earlier }),
  };
}

/** `moat suggest --json`. Fields may be added, never taken away. */
export function suggestDocument({ policy, suggestions, leftovers, totals, superseded }: SuggestReport) {
  return { version: 1, kind: "suggestions", policy, suggestions, leftovers, totals, superseded } as const;
}

/** How the rules of suggestions name the databases of a plan. */
export function providerFacts({
  inventory,
  resolution,
}: Pick<SuggestSource, "inventory" | "resolution">): ProviderFacts {
  const databases = new Map(inventory.databases.map((each) => [each.id, each]));
  return {
    port: (id) => databases.get(id)?.port,
    virtualServices: (id) =>
      resolution.databases
        .get(databases.get(id)?.arn ?? "")
        ?.matched.some(({ kind }) => kind === "virtualService") === true,
  };
}

/** What is not let in although a suggestion said that it would be. */
export interface Uncovered {
  readonly consumer: string;
  readonly database: string;
  readonly suggestion: string;
}

/**
 * The proof: of everything that the suggestions cover, what a policy with their rules would still not let in. Empty
 * when the rules do what was said of them; an override deny rule is the usual reason why not.
 *
 * @param before the plan the suggestions were made from
 * @param after a plan of the same inventory and the policy with the rules in it
 */
export function uncovered(
  before: SuggestSource,
  after: Pick<Planned, "resolution">,
  observations: readonly Observation[],
  suggestions: readonly Suggestion[],
): readonly Uncovered[] {
  const estate = suggestEstate(before, [], true);
  return observations.flatMap(({ workload = -1, database: at, address }) => {
    const database = before.inventory.databases[at];
    const labels = estate.workloads[workload]?.labels;
    const parsed = parseAddress(address);
    if (database === undefined || labels === undefined || !parsed.ok) return [];
    const rule = suggestions.find(
      ({ consumers, databases }) => databases.includes(database.id) && matchesQuery(labels, consumers),
    );
    const allowed = after.resolution.databases.get(database.arn)?.allowed;
    if (rule === undefined || (allowed !== undefined && contains(allowed, parsed.value))) return [];
    return [{ consumer: address, database: database.id, suggestion: rule.id }];
  });
}
