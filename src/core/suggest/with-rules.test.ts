import { expect, it } from "vitest";
import type { Policy } from "../policy/model.ts";
import type { LabelRule } from "./label-rule.ts";
import { withRules } from "./with-rules.ts";

const LABELS = ["role=database", "role=web", "app=orders"].map((text) => {
  const [key = "", value = ""] = text.split("=");
  return { href: `/labels/${text}`, key, value };
});
const POLICY: Policy = {
  source: "pce",
  version: "81",
  labels: LABELS,
  labelGroups: [],
  ipLists: [],
  services: [],
  workloads: [],
  virtualServices: [],
  serviceBindings: [],
  ruleSets: [],
  complete: true,
  problems: [],
};
const rule = (more: Partial<LabelRule> = {}): LabelRule => ({
  id: "aa",
  scope: { app: ["orders"] },
  providers: { role: ["database"] },
  consumers: { role: ["web"] },
  unscopedConsumers: false,
  databases: ["orders", "ledger"],
  description: "suggestion aa",
  ...more,
});
const PORTS: Readonly<Record<string, number>> = { orders: 3306, ledger: 5432 };
const term = (text: string) => ({ kind: "label", href: `/labels/${text}`, exclusion: false });

it.each([
  { name: "workloads with their ports", services: [], as: "workloads", ports: [3306, 5432] },
  {
    name: "virtual services, which bring theirs",
    services: ["orders", "ledger"],
    as: "virtualServices",
    ports: [],
  },
  {
    name: "workloads where only one is a virtual service",
    services: ["orders"],
    as: "workloads",
    ports: [3306, 5432],
  },
])("adds rules for $name", ({ services, as, ports }) => {
  const facts = { virtualServices: (id: string) => services.includes(id), port: (id: string) => PORTS[id] };
  const { ruleSets, version } = withRules(POLICY, [rule(), rule({ id: "bb", scope: {} })], facts);
  expect(version).toBe("81 with aa bb");
  expect(ruleSets.map(({ name, scopes }) => ({ name, scopes }))).toEqual([
    { name: "suggested: orders", scopes: [[term("app=orders")]] },
    { name: "suggested: everything", scopes: [[]] },
  ]);
  expect(ruleSets[0]?.rules).toMatchObject([
    {
      enabled: true,
      providers: [term("role=database")],
      consumers: [term("role=web")],
      resolveProvidersAs: [as],
      resolveConsumersAs: ["workloads"],
      services: ports.map((port) => ({ kind: "port", protocol: 6, fromPort: port, toPort: port })),
    },
  ]);
});

it("leaves a policy as it is without rules, and takes no label that the policy does not have", () => {
  const facts = { virtualServices: () => false, port: () => 3306 };
  expect(withRules(POLICY, [], facts)).toEqual(POLICY);
  expect(() => withRules(POLICY, [rule({ consumers: { role: ["admin"] } })], facts)).toThrow("role=admin");
});
