import type { LabelRule } from "./label-rule.ts";

/** What a rule has to know of the databases that it is for. */
export interface ProviderFacts {
  /** Whether the labels of a database are those of a virtual service, bound to its workload. */
  readonly virtualServices: (database: string) => boolean;
  /** The listener's port of a database. */
  readonly port: (database: string) => number | undefined;
}

/** How a rule names its providers and their ports. */
export interface RuleForm {
  readonly providersAs: "workloads" | "virtualServices";
  readonly ports: readonly number[];
}

/** The form of a rule in a PCE. A virtual service brings its own ports, and the PCE takes no others beside them. */
export function ruleForm({ databases }: Pick<LabelRule, "databases">, facts: ProviderFacts): RuleForm {
  if (databases.every(facts.virtualServices)) return { providersAs: "virtualServices", ports: [] };
  return { providersAs: "workloads", ports: [...new Set(databases.flatMap((id) => facts.port(id) ?? []))] };
}
