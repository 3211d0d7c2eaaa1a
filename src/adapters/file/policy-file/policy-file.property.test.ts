import fc from "fast-check";
import { expect, it } from "vitest";
import {
  allowRule,
  labelGroup,
  ORDERS,
  overrideDeny,
  policy,
  resolved,
  ruleSet,
  whoReaches,
} from "../../../../test/fixtures/policy.ts";
import { parsePolicyFile } from "./parse-policy-file.ts";

/** The shop of the fixtures, as a file. */
const SHOP = `version: 1
labels: { role: [web, batch, database], app: [orders, billing], env: [prod, dev] }
label_groups: { clients: { key: role, labels: [web, batch] } }
ip_lists: { corp: [10.20.0.0/16, "!10.20.5.0/24"] }
services: { mysql: tcp/3306, other: tcp/5432 }
workloads:
  - { name: web-1, addresses: [10.0.1.10], labels: { role: web, app: orders, env: prod } }
  - { name: web-2, addresses: [10.0.2.10], labels: { role: web, app: orders, env: dev } }
  - { name: bill-1, addresses: [10.0.3.10], labels: { role: web, app: billing, env: prod } }
  - { name: bare-1, addresses: [10.0.8.8] }
  - name: ordersdb
    addresses: [10.0.9.20]
    external_data_reference: ${ORDERS.arn}
    labels: { role: database, app: orders, env: prod }
`;

/** A word of the fixtures, as a file says it. */
const WORDS: Readonly<Record<string, string>> = {
  ams: "all workloads",
  "group:clients": "label group clients",
  "!group:clients": "!label group clients",
  "list:corp": "ip list corp",
  "workload:web-1": "workload web-1",
  "workload:bare-1": "workload bare-1",
};
const said = (word: string): string => JSON.stringify(WORDS[word] ?? word);

const label = fc.constantFrom(
  "role=web",
  "role=batch",
  "role=database",
  "app=orders",
  "app=billing",
  "env=prod",
  "env=dev",
);
const consumer = fc.oneof(
  label,
  label,
  label.map((l) => `!${l}`),
  fc.constantFrom(...Object.keys(WORDS)),
);
const provider = fc.oneof({ weight: 3, arbitrary: fc.constant("role=database") }, label, fc.constant("ams"));
const scope = fc.uniqueArray(label, { maxLength: 2, selector: (l) => l.split("=")[0] });

const rule = fc.record({
  consumers: fc.array(consumer, { minLength: 1, maxLength: 3 }),
  providers: fc.array(provider, { minLength: 1, maxLength: 2 }),
  service: fc.constantFrom("mysql", "other"),
  enabled: fc.boolean(),
  unscoped: fc.boolean(),
});
type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

const world = fc.array(
  fc.record({
    scopes: fc.array(scope, { minLength: 1, maxLength: 2 }),
    rules: fc.array(rule, { maxLength: 3 }),
    denies: fc.array(rule, { maxLength: 1 }),
  }),
  { minLength: 1, maxLength: 3 },
);
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const ruleText = ({ consumers, providers, service, enabled, unscoped }: Rule, more = ""): string =>
  `{ consumers: [${consumers.map(said).join(", ")}], providers: [${providers.map(said).join(", ")}], ` +
  `services: ${service}, enabled: ${enabled}, unscoped_consumers: ${unscoped}${more} }`;

const asFile = (sets: World): string =>
  `${SHOP}rule_sets:\n${sets
    .map(
      ({ scopes, rules, denies }, i) =>
        `  - name: set ${i}\n    scopes: [${scopes.map((s) => `[${s.map(said).join(", ")}]`).join(", ")}]\n` +
        `    rules: [${rules.map((r) => ruleText(r)).join(", ")}]\n` +
        `    deny_rules: [${denies.map((r) => ruleText(r, ", override: true")).join(", ")}]\n`,
    )
    .join("")}`;

function asModel(sets: World) {
  const more = (r: Rule, href: string) => ({
    href,
    enabled: r.enabled,
    unscopedConsumers: r.unscoped,
    services: [{ kind: "service" as const, href: `/services/${r.service}` }],
  });
  const text = (r: Rule) => `${r.consumers.join(" ")} -> ${r.providers.join(" ")}`;
  const base = policy();
  return policy({
    virtualServices: [],
    serviceBindings: [],
    labelGroups: [labelGroup("clients", { key: "role", labels: ["/labels/role=web", "/labels/role=batch"] })],
    services: [
      ...base.services,
      {
        href: "/services/other",
        name: "other",
        ports: [{ kind: "port", protocol: 6, fromPort: 5432, toPort: 5432 }],
      },
    ],
    ruleSets: sets.map(({ scopes, rules, denies }, i) =>
      ruleSet(scopes.map((s) => s.join(" ")).join("|"), {
        href: `/rule_sets/${i}`,
        rules: rules.map((r, j) => allowRule(text(r), more(r, `/rules/${i}-${j}`))),
        denyRules: denies.map((r, j) => overrideDeny(text(r), more(r, `/denies/${i}-${j}`))),
      }),
    ),
  });
}

it("a file and the PCE's model of the same rules let in the same consumers", () => {
  let admitting = 0;
  fc.assert(
    fc.property(world, (sets) => {
      const parsed = parsePolicyFile(asFile(sets), { file: "policy.yaml", version: "1" });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      const answer = whoReaches(resolved(parsed.value));
      if (answer !== "") admitting += 1;
      expect(answer).toBe(whoReaches(resolved(asModel(sets))));
    }),
    { numRuns: 400 },
  );
  expect(admitting).toBeGreaterThan(50);
});
