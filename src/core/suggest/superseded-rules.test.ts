import { expect, it } from "vitest";
import type { AllowRule, Policy } from "../policy/model.ts";
import type { Observation, SuggestEstate } from "./model.ts";
import { supersededRules } from "./superseded-rules.ts";

const LABELS = ["app=orders", "role=web", "role=batch", "role=database"].map((text) => {
  const [key = "", value = ""] = text.split("=");
  return { href: text, key, value };
});
const terms = (text: string) =>
  text
    .split(" ")
    .flatMap((href) => (href === "" ? [] : [{ kind: "label" as const, href, exclusion: false }]));

/** A rule whose consumers are these labels; its description is the rest. */
const rule = (consumers: string, description: string, more: Partial<AllowRule> = {}): AllowRule => ({
  kind: "allow",
  href: description,
  enabled: true,
  description,
  providers: terms("role=database"),
  consumers: terms(consumers),
  services: [],
  unscopedConsumers: false,
  networkType: "brn",
  inexpressible: [],
  resolveProvidersAs: ["workloads"],
  resolveConsumersAs: ["workloads"],
  useWorkloadSubnets: [],
  ...more,
});
const policy = (...rules: readonly AllowRule[]): Pick<Policy, "labels" | "ruleSets"> => ({
  labels: LABELS,
  ruleSets: [
    { href: "set", name: "orders", enabled: true, scopes: [terms("app=orders")], rules, denyRules: [] },
  ],
});
const estate: SuggestEstate = {
  workloads: ["web", "batch"].map((role) => ({ name: role, labels: { app: ["orders"], role: [role] } })),
  databases: [
    {
      id: "orders",
      labels: { app: ["orders"], role: ["database"] },
      forbids: () => false,
      allows: () => true,
      allowsAddress: () => true,
    },
  ],
};
const seen = (...at: readonly number[]): Observation[] =>
  at.map((workload) => ({ address: `10.0.0.${workload}`, workload, database: 0, records: 3 }));
const OLD = "suggestion aaaaaaaa, one workload seen since 2026-01-05";
const WIDE = "suggestion bbbbbbbb, 2 workloads seen since 2026-01-06";

it.each([
  {
    name: "a wider rule of ours",
    all: [rule("role=web", OLD), rule("role=web role=batch", WIDE)],
    saw: [0, 1],
    want: ["aaaaaaaa: what was seen is covered by bbbbbbbb"],
  },
  {
    name: "a rule that a person wrote",
    all: [rule("role=web", OLD), rule("role=web", "by hand")],
    saw: [0],
    want: ["aaaaaaaa: what was seen is covered by by hand"],
  },
  {
    name: "nobody seen",
    all: [rule("role=batch", OLD)],
    saw: [0],
    want: ["aaaaaaaa: these flow logs show nobody whom it lets in"],
  },
  {
    name: "two that cover the same: one stays",
    all: [rule("role=web", OLD), rule("role=web", WIDE)],
    saw: [0],
    want: ["aaaaaaaa: what was seen is covered by bbbbbbbb"],
  },
  {
    name: "one that is needed",
    all: [rule("role=web", OLD), rule("role=batch", WIDE)],
    saw: [0, 1],
    want: [],
  },
  {
    name: "a narrower one beside it: only the narrow one can go",
    all: [rule("role=web role=batch", WIDE), rule("role=web", OLD)],
    saw: [0, 1],
    want: ["aaaaaaaa: what was seen is covered by bbbbbbbb"],
  },
  { name: "words of a person", all: [rule("role=batch", "kept for the audit")], saw: [0], want: [] },
  {
    name: "a rule that is switched off covers nothing",
    all: [rule("role=web", OLD), rule("role=web", WIDE, { enabled: false })],
    saw: [0],
    want: [],
  },
  { name: "no flow logs", all: [rule("role=batch", OLD)], saw: [], want: [] },
])("names what was suggested earlier: $name", ({ all, saw, want }) => {
  const found = supersededRules(policy(...all), estate, seen(...saw));
  expect(found.map(({ id, why }) => `${id}: ${why}`)).toEqual(want);
});
