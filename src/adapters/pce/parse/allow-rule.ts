import type { Actor, AllowRule, ResolveAs, Unreadable } from "../../../core/policy/model.ts";
import { parseActors, type Side } from "./actor-list.ts";
import { defined } from "./defined.ts";
import { inexpressibleParts, networkType } from "./inexpressible.ts";
import { type KnownWords, readKnownWords } from "./known-words.ts";
import { descriptionOf, parseRuleServices, type RuleJson, readFlag, ruleHref } from "./rule-base.ts";
import { AnyObject, unreadable } from "./shape.ts";

const RESOLVE_WORDS: Readonly<Record<string, ResolveAs>> = {
  workloads: "workloads",
  virtual_services: "virtualServices",
};

/** Reads one entry of a rule set's `rules`. A part that cannot be read grants less, never more. */
export function parseAllowRule(rule: RuleJson, path: string): AllowRule {
  const providersAs = readResolveAs(rule, "providers", path);
  const consumersAs = readResolveAs(rule, "consumers", path);
  const subnets = readKnownWords<Side>(
    rule.use_workload_subnets,
    ["providers", "consumers"],
    [],
    `${path}.use_workload_subnets`,
  );
  const unscoped = readFlag(rule, "unscoped_consumers", false);
  return {
    kind: "allow",
    href: ruleHref(rule, path),
    enabled: rule.enabled !== false,
    ...defined({ description: descriptionOf(rule) }),
    providers: [...parseActors(rule, "providers", path), ...asDirectActors(providersAs.unreadable)],
    consumers: [
      ...consumersOf(rule, unscoped, path),
      ...asDirectActors([...consumersAs.unreadable, ...subnets.unreadable]),
    ],
    services: parseRuleServices(rule, path),
    unscopedConsumers: unscoped === true,
    networkType: networkType(rule),
    inexpressible: inexpressibleParts(rule, path),
    resolveProvidersAs: providersAs.words,
    resolveConsumersAs: consumersAs.words,
    useWorkloadSubnets: subnets.words,
  };
}

function consumersOf(rule: RuleJson, unscoped: boolean | "unreadable", path: string): readonly Actor[] {
  if (unscoped !== "unreadable") return parseActors(rule, "consumers", path);
  const at = `${path}.unscoped_consumers`;
  return [
    { ...unreadable(at, rule.unscoped_consumers, "it is true or false", "correct the rule"), side: "label" },
  ];
}

/** What a side's labels stand for. Client libraries that leave it out mean workloads. */
function readResolveAs(rule: RuleJson, side: Side, path: string): KnownWords<ResolveAs> {
  const at = `${path}.resolve_labels_as.${side}`;
  const holder = AnyObject.nullish().safeParse(rule.resolve_labels_as);
  if (!holder.success) return { words: [], unreadable: [noResolution(at, rule.resolve_labels_as)] };
  const given = holder.data?.[side];
  const read = readKnownWords(given, Object.keys(RESOLVE_WORDS), ["workloads"], at);
  const words = read.words.flatMap((word) => RESOLVE_WORDS[word] ?? []);
  if (words.length > 0 || read.unreadable.length > 0) return { words, unreadable: read.unreadable };
  return { words, unreadable: [noResolution(at, given)] };
}

function noResolution(path: string, json: unknown): Unreadable {
  const why = "it does not say whether labels stand for workloads or virtual services";
  return unreadable(path, json, why, 'write ["workloads"] or ["virtual_services"]');
}

/** What is dropped alone joins the side as an actor that grants nothing, so that it is reported with the rule. */
function asDirectActors(parts: readonly Unreadable[]): readonly Actor[] {
  return parts.map((part) => ({ ...part, side: "direct" as const }));
}
