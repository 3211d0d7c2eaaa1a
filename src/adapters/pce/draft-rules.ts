import { z } from "zod";
import { digest } from "../../core/digest.ts";
import type { LabelQuery } from "../../core/policy/source/consumer-source.ts";
import { byScope, type LabelRule, ruleSetName } from "../../core/suggest/label-rule.ts";
import { queryKey } from "../../core/suggest/query-key.ts";
import { type ProviderFacts, ruleForm } from "../../core/suggest/rule-form.ts";
import { canonicalHref } from "./parse/href.ts";
import type { PceClient } from "./pce-client.ts";
import { faultOfShape } from "./pce-fault.ts";
import { createRule, createRuleSet, ensureLabel, type NewRule } from "./pce-objects.ts";

/** Marks the rule sets that are ours to add to: `external_data_set` of the PCE. */
const OURS = "moat-suggest";

/** How a rule that we wrote is described; who writes something else there has made the rule their own. */
const OUR_WORDS = /^suggestion [0-9a-f]{8}, /;

const Actor = z.looseObject({ label: z.object({ href: z.string() }).optional() });
const Rule = z.looseObject({
  href: z.string(),
  enabled: z.boolean(),
  description: z.string().nullish(),
  providers: z.array(Actor),
  consumers: z.array(Actor),
  ingress_services: z.array(z.looseObject({ proto: z.number().optional(), port: z.number().optional() })),
  resolve_labels_as: z.looseObject({ providers: z.array(z.string()) }),
  unscoped_consumers: z.boolean().optional(),
  update_type: z.string().nullish(),
});
const RuleSets = z.array(
  z.looseObject({
    href: z.string(),
    name: z.string(),
    external_data_set: z.string().nullish(),
    external_data_reference: z.string().nullish(),
    update_type: z.string().nullish(),
    rules: z.array(Rule).optional(),
  }),
);
type RuleSet = z.infer<typeof RuleSets>[number];

/** What became of the draft. */
export interface Drafted {
  /** Names of the rule sets that hold the rules. */
  readonly ruleSets: readonly string[];
  readonly added: number;
  /** Rules that stood in the draft already, in our own rule sets. */
  readonly kept: number;
}

/**
 * Writes rules into the draft policy of a PCE, one rule set for each scope, and provisions nothing: whether they come
 * into force is decided in the PCE. Only rule sets with our mark are touched. A rule that one of them holds already is
 * not added again; what it says of its evidence is brought up to date, unless somebody wrote other words there.
 *
 * @throws PolicyFault
 */
export async function draftRules(
  client: PceClient,
  rules: readonly LabelRule[],
  facts: ProviderFacts,
): Promise<Drafted> {
  const names: string[] = [];
  let added = 0;
  for (const group of byScope(rules)) {
    const [first] = group;
    if (first === undefined) continue;
    const ruleSet = await ensureRuleSet(client, first.scope);
    const standing = new Map((ruleSet.rules ?? []).filter(stays).map((rule) => [ruleText(rule), rule]));
    for (const rule of group) {
      const wanted = await body(client, rule, facts);
      const known = standing.get(ruleText(wanted));
      if (known === undefined) {
        await createRule(client, ruleSet.href, wanted);
        added += 1;
      } else await describeAnew(client, known, rule.description);
    }
    names.push(ruleSet.name);
  }
  return { ruleSets: names, added, kept: rules.length - added };
}

const stays = ({ update_type: type }: { readonly update_type?: string | null | undefined }): boolean =>
  type !== "delete";

/** Our rule set of a scope. One that somebody is about to delete is not filled again, but followed by another. */
async function ensureRuleSet(client: PceClient, scope: LabelQuery): Promise<RuleSet> {
  const reference = digest(queryKey(scope)).slice(0, 16);
  const ours = (await ruleSets(client, { external_data_set: OURS })).filter(
    (each) =>
      each.external_data_set === OURS && each.external_data_reference?.startsWith(`${reference}.`) === true,
  );
  const found = ours.find(stays);
  if (found !== undefined) return found;
  const name = await freeName(client, ruleSetName(scope));
  const href = await createRuleSet(client, {
    name,
    scopes: [await actors(client, scope)],
    external_data_set: OURS,
    external_data_reference: `${reference}.${ours.length + 1}`,
  });
  return { href, name };
}

/** A name that nobody else's rule set has: names are unique in a PCE. */
async function freeName(client: PceClient, wanted: string): Promise<string> {
  const taken = new Set((await ruleSets(client, { name: wanted })).map(({ name }) => name));
  let name = wanted;
  for (let n = 2; taken.has(name); n += 1) name = `${wanted} ${n}`;
  return name;
}

async function ruleSets(
  client: PceClient,
  filter: Readonly<Record<string, string>>,
): Promise<readonly RuleSet[]> {
  const path = `sec_policy/draft/rule_sets?${new URLSearchParams(filter)}`;
  const answer = await client.request({ method: "GET", path });
  const read = RuleSets.safeParse(answer.json);
  if (read.success) return read.data;
  throw faultOfShape(client.asked({ method: "GET", path }), "a list of rule sets");
}

async function describeAnew(
  client: PceClient,
  { href, description }: z.infer<typeof Rule>,
  wanted: string,
): Promise<void> {
  if (description === wanted || !OUR_WORDS.test(description ?? "")) return;
  await client.request({ method: "PUT", path: href, body: { description: wanted } });
}

type Comparable = Pick<NewRule, "resolve_labels_as" | "unscoped_consumers"> & {
  readonly providers: readonly object[];
  readonly consumers: readonly object[];
  readonly ingress_services: readonly object[];
};

/** Equal for rules that mean the same. Something that we never write makes a rule unequal to all of ours. */
function ruleText(rule: Comparable | z.infer<typeof Rule>): string {
  const { providers, consumers, ingress_services: services, resolve_labels_as: as } = rule;
  return JSON.stringify([
    providers.map(actorText).sort(),
    consumers.map(actorText).sort(),
    services.map(serviceText).sort(),
    [...as.providers].sort(),
    rule.unscoped_consumers === true,
  ]);
}

function actorText(actor: object): string {
  const { label, exclusion } = actor as { label?: { href: string }; exclusion?: boolean };
  return label === undefined || exclusion === true ? JSON.stringify(actor) : canonicalHref(label.href);
}

function serviceText(service: object): string {
  const { proto, port, ...more } = service as { proto?: number; port?: number };
  return JSON.stringify([proto, port, more]);
}

async function body(client: PceClient, rule: LabelRule, facts: ProviderFacts): Promise<NewRule> {
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
