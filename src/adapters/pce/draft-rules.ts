import { z } from "zod";
import type { Href } from "../../core/policy/model.ts";
import type { LabelQuery } from "../../core/policy/source/consumer-source.ts";
import { byScope, type LabelRule, ruleSetName } from "../../core/suggest/label-rule.ts";
import { type ProviderFacts, ruleForm } from "../../core/suggest/rule-form.ts";
import type { PceClient } from "./pce-client.ts";
import { createRule, createRuleSet, ensureLabel } from "./pce-objects.ts";

const RuleSets = z.array(z.object({ href: z.string(), name: z.string(), scopes: z.unknown() }));

/**
 * Writes rules into the draft policy of a PCE, one rule set for each scope, and provisions nothing: whether they come
 * into force is decided in the PCE. A rule set that was drafted before is added to.
 *
 * @returns names of the rule sets
 * @throws PolicyFault
 */
export async function draftRules(
  client: PceClient,
  rules: readonly LabelRule[],
  facts: ProviderFacts,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const group of byScope(rules)) {
    const [first] = group;
    if (first === undefined) continue;
    const name = ruleSetName(first.scope);
    const ruleSet = (await findRuleSet(client, name)) ?? (await newRuleSet(client, name, first.scope));
    for (const rule of group) await createRule(client, ruleSet, await body(client, rule, facts));
    names.push(name);
  }
  return names;
}

async function findRuleSet(client: PceClient, name: string): Promise<Href | undefined> {
  const path = `sec_policy/draft/rule_sets?${new URLSearchParams({ name })}`;
  const answer = await client.request({ method: "GET", path });
  // The filter matches parts of names too.
  return RuleSets.safeParse(answer.json).data?.find((each) => each.name === name)?.href;
}

const newRuleSet = async (client: PceClient, name: string, scope: LabelQuery): Promise<Href> =>
  createRuleSet(client, { name, scopes: [await actors(client, scope)] });

async function body(
  client: PceClient,
  rule: LabelRule,
  facts: ProviderFacts,
): Promise<Parameters<typeof createRule>[2]> {
  const { providersAs, ports } = ruleForm(rule, facts);
  return {
    enabled: true,
    description: rule.description,
    providers: await actors(client, rule.providers),
    consumers: await actors(client, rule.consumers),
    ingress_services: ports.map((port) => ({ proto: 6, port })),
    resolve_labels_as: {
      providers: [providersAs === "virtualServices" ? "virtual_services" : "workloads"],
      consumers: ["workloads"],
    },
    unscoped_consumers: rule.unscopedConsumers,
  };
}

async function actors(client: PceClient, query: LabelQuery): Promise<readonly object[]> {
  const found: object[] = [];
  for (const [key, values] of Object.entries(query)) {
    for (const value of values) found.push({ label: { href: await ensureLabel(client, key, value) } });
  }
  return found;
}
