import { z } from "zod";
import { describing, port, reference, requiredName } from "./common.ts";
import type { Schema } from "./validate.ts";

const SELECTORS = {
  actors: z.string(),
  label: reference,
  label_group: reference,
  workload: reference,
  virtual_service: reference,
  virtual_server: reference,
  ip_list: reference,
} as const;

type Selector = keyof typeof SELECTORS;

/** One actor entry: exactly one of the selectors that its place allows; `exclusion` on labels and groups only. */
function actor(selectors: readonly Selector[], keywords: readonly string[]): z.ZodType {
  const shape = Object.fromEntries(selectors.map((name) => [name, SELECTORS[name].optional()]));
  return z
    .strictObject({ ...shape, exclusion: z.boolean().optional() })
    .refine(
      (entry) => Object.keys(entry).filter((key) => key !== "exclusion").length === 1,
      "exactly one selector",
    )
    .refine((entry) => !("exclusion" in entry) || "label" in entry || "label_group" in entry, {
      message: "exclusion goes with label and label_group only",
    })
    .refine((entry) => !("actors" in entry) || keywords.includes(String(entry.actors)), {
      message: `actors must be one of ${keywords.join(", ")}`,
    });
}

const everyone = ["actors", "label", "label_group"] as const;
const provider = actor([...everyone, "workload", "virtual_service", "virtual_server", "ip_list"], ["ams"]);
const consumer = actor([...everyone, "workload", "virtual_service", "ip_list"], ["ams", "container_host"]);
const deniable = actor([...everyone, "workload", "ip_list"], ["ams"]);
const bounded = actor([...everyone, "ip_list"], ["ams"]);

const inlinePort = z.strictObject({
  proto: z.union([z.literal(6), z.literal(17)]),
  port: port.optional(),
  to_port: port.optional(),
});

const ingressService = z.union([
  reference,
  inlinePort,
  z.strictObject({
    name: requiredName,
    external_data_set: describing.external_data_set,
    external_data_reference: describing.external_data_reference,
    service_ports: z.array(inlinePort),
  }),
]);

const resolveAs = z.array(z.enum(["workloads", "virtual_services"])).min(1);
const networkType = z.enum(["brn", "non_brn", "all"]);

const ruleFields = {
  enabled: z.boolean(),
  providers: z.array(provider).min(1),
  consumers: z.array(consumer).min(1),
  ingress_services: z.array(ingressService),
  resolve_labels_as: z.strictObject({ providers: resolveAs, consumers: resolveAs }),
  ...describing,
  egress_services: z.array(reference).optional(),
  unscoped_consumers: z.boolean().optional(),
  sec_connect: z.boolean().optional(),
  stateless: z.boolean().optional(),
  machine_auth: z.boolean().optional(),
  consuming_security_principals: z.array(reference).optional(),
  network_type: networkType.optional(),
  use_workload_subnets: z.array(z.enum(["providers", "consumers"])).optional(),
};

const rule = z.strictObject(ruleFields);

/** Body of `POST rule_sets/<id>/sec_rules`. */
export const secRuleCreate: Schema = { name: "sec_policy_rule_sets_sec_rules_post.schema.json", type: rule };

/** Body of `PUT …/sec_rules/<id>`. */
export const secRuleUpdate: Schema = {
  name: "sec_policy_rule_sets_sec_rules_put.schema.json",
  type: rule.partial(),
};

const denyRule = z.strictObject({
  enabled: z.boolean(),
  providers: z.array(deniable).min(1),
  consumers: z.array(deniable).min(1),
  ingress_services: z.array(ingressService).min(1),
  override: z.boolean().optional(),
  description: describing.description,
  egress_services: z.array(reference).optional(),
  network_type: networkType.optional(),
  unscoped_consumers: z.boolean().optional(),
});

/** Body of `POST rule_sets/<id>/deny_rules`. */
export const denyRuleCreate: Schema = {
  name: "sec_policy_rule_sets_deny_rules_post.schema.json",
  type: denyRule,
};

/** Body of `PUT …/deny_rules/<id>`. */
export const denyRuleUpdate: Schema = {
  name: "sec_policy_rule_sets_deny_rules_put.schema.json",
  type: denyRule.partial(),
};

const scopeEntry = actor(["label", "label_group"], []);
const scopes = z.array(z.array(scopeEntry));
const ipTablesRules = z.array(z.looseObject({})).optional();

/** Body of `POST rule_sets`. */
export const ruleSetCreate: Schema = {
  name: "sec_policy_rule_sets_post.schema.json",
  type: z.strictObject({
    name: requiredName,
    scopes,
    enabled: z.boolean().optional(),
    rules: z.array(rule).optional(),
    ip_tables_rules: ipTablesRules,
    ...describing,
  }),
};

/** Body of `PUT rule_sets/<id>`; a rule with `href` is kept or updated, one without is new. */
export const ruleSetUpdate: Schema = {
  name: "sec_policy_rule_sets_put.schema.json",
  type: z.strictObject({
    name: requiredName.optional(),
    scopes: scopes.optional(),
    enabled: z.boolean().optional(),
    rules: z.array(z.union([rule, rule.partial().extend({ href: z.string() })])).optional(),
    ip_tables_rules: ipTablesRules,
    ...describing,
  }),
};

const boundaryFields = {
  providers: z.array(bounded).min(1),
  consumers: z.array(bounded).min(1),
  ingress_services: z.array(ingressService).min(1),
  enabled: z.boolean().optional(),
  network_type: networkType.optional(),
};

/** Body of `POST enforcement_boundaries`. */
export const boundaryCreate: Schema = {
  name: "sec_policy_enforcement_boundaries_post.schema.json",
  type: z.strictObject({ name: requiredName, ...boundaryFields }),
};

/** Body of `PUT enforcement_boundaries/<id>`. */
export const boundaryUpdate: Schema = {
  name: "sec_policy_enforcement_boundaries_put.schema.json",
  type: z.strictObject({ name: requiredName, ...boundaryFields }).partial(),
};
