import type { LabelQuery } from "../policy/source/consumer-source.ts";
import type { Suggestion } from "./model.ts";
import { queryKey } from "./query-key.ts";

/** A suggestion as a rule of a rule set: the same meaning in the words of the policy model. */
export interface LabelRule {
  readonly id: string;
  /** Labels that providers carry, and consumers too unless they are unscoped; empty means everything. */
  readonly scope: LabelQuery;
  readonly providers: LabelQuery;
  readonly consumers: LabelQuery;
  readonly unscopedConsumers: boolean;
  readonly databases: readonly string[];
  readonly description: string;
}

/** The key that says what an object does; the others say where it belongs, which is what a scope is for. */
const DUTY = "role";

/** Puts a suggestion as a rule: labels that databases and consumers share become its scope. */
export function labelRule({ id, databases, providers, consumers, evidence }: Suggestion): LabelRule {
  const keys = Object.keys(providers);
  const duty = keys.includes(DUTY) ? DUTY : keys[0];
  const scope = pick(providers, (key) => key !== duty);
  const inScope =
    Object.keys(scope).length > 0 &&
    Object.entries(scope).every(([key, values]) => same(consumers[key], values));
  const outside = pick(consumers, (key) => !inScope || scope[key] === undefined);
  // A rule needs consumers: where the scope says all of them, one label is said again.
  const named =
    Object.keys(outside).length > 0 ? outside : pick(consumers, (key) => key === Object.keys(consumers)[0]);
  const since = evidence.firstSeen === undefined ? "" : ` since ${evidence.firstSeen.slice(0, 10)}`;
  return {
    id,
    scope,
    providers: pick(providers, (key) => key === duty),
    consumers: named,
    unscopedConsumers: !inScope,
    databases,
    description: `suggestion ${id}, ${evidence.workloads === 1 ? "one workload" : `${evidence.workloads} workloads`} seen${since}`,
  };
}

/** Rules with the same scope, which go into one rule set. */
export function byScope(rules: readonly LabelRule[]): readonly (readonly LabelRule[])[] {
  return [...Map.groupBy(rules, ({ scope }) => queryKey(scope)).values()];
}

/** `orders prod`: what a rule set of this scope is called. */
export function ruleSetName(scope: LabelQuery): string {
  const values = Object.values(scope).flat();
  return `suggested: ${values.length === 0 ? "everything" : values.join(" ")}`;
}

const pick = (query: LabelQuery, wanted: (key: string) => boolean): LabelQuery =>
  Object.fromEntries(Object.entries(query).filter(([key]) => wanted(key)));

const same = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a !== undefined && a.length === b.length && a.every((value) => b.includes(value));
