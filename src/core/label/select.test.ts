import { describe, expect, it } from "vitest";
import { actors, BROKEN, labelGroup, policy, ruleSet } from "../../../test/fixtures/policy.ts";
import type { LabelTerm, ScopeEntry } from "../policy/model.ts";
import { membersOf } from "./bit-set.ts";
import { labelCatalog } from "./label-catalog.ts";
import { type LabelTerms, labelTerms } from "./label-terms.ts";
import { type Reading, select } from "./select.ts";
import { universe } from "./universe.ts";

const GROUPS = [
  labelGroup("ring", { labels: ["/labels/role=web"], subGroups: ["/label_groups/ring-back"] }),
  labelGroup("ring-back", { labels: ["/labels/role=batch"], subGroups: ["/label_groups/ring"] }),
  labelGroup("mixed", { labels: ["/labels/role=web", "/labels/env=prod"] }),
  labelGroup("mixed-role", { key: "role", labels: ["/labels/role=web", "/labels/env=prod"] }),
  labelGroup("empty", { key: "env" }),
  labelGroup("blank"),
  labelGroup("holed", { key: "env", labels: ["/labels/env=dev"], unreadable: [BROKEN] }),
];

const catalog = labelCatalog(policy().labels, GROUPS);

/** Objects by name; `odd` has a part that cannot be read, and no role that we see. */
const OBJECTS = {
  web: ["role=web", "env=prod"],
  batch: ["role=batch", "env=dev"],
  bare: [],
  odd: ["env=prod"],
};

const among = universe(
  catalog,
  Object.entries(OBJECTS).map(([name, labels]) => ({
    labels: labels.map((label) => `/labels/${label}`),
    unreadable: name === "odd" ? [BROKEN] : [],
  })),
);

function names(terms: LabelTerms, reading: Reading): string {
  return membersOf(select(among, terms, reading))
    .map((at) => Object.keys(OBJECTS)[at])
    .join(" ");
}

function labelsOf(text: string): LabelTerm[] {
  return actors(text).filter((actor) => actor.kind === "label" || actor.kind === "labelGroup");
}

describe("label terms of a rule", () => {
  it.each([
    { terms: "role=web role=batch", narrow: "web batch", wide: "web batch odd" },
    { terms: "role=web env=prod", narrow: "web", wide: "web odd" },
    { terms: "env=dev", narrow: "batch", wide: "batch" },
    { terms: "!env=dev", narrow: "web", wide: "web bare odd" },
    { terms: "!role=web", narrow: "batch", wide: "batch bare odd" },
    { terms: "group:ring", narrow: "web batch", wide: "web batch odd" },
    { terms: "group:mixed-role", narrow: "web", wide: "web batch bare odd" },
    { terms: "group:mixed", narrow: "", wide: "web batch bare odd" },
    { terms: "group:empty", narrow: "", wide: "" },
    { terms: "group:blank", narrow: "", wide: "" },
    { terms: "group:holed", narrow: "batch", wide: "web batch bare odd" },
    { terms: "!group:empty", narrow: "web batch", wide: "web batch bare odd" },
    { terms: "!group:holed", narrow: "", wide: "web bare odd" },
    { terms: "!group:blank", narrow: "", wide: "web batch bare odd" },
    { terms: "role=web role=lost", narrow: "", wide: "web batch bare odd" },
    { terms: "group:gone !env=dev", narrow: "", wide: "web bare odd" },
  ])("$terms: [$narrow] when they allow, [$wide] when they deny", ({ terms, narrow, wide }) => {
    const read = labelTerms(catalog, labelsOf(terms), "or");
    expect(names(read, "narrow")).toBe(narrow);
    expect(names(read, "wide")).toBe(wide);
  });
});

describe("entries of a scope", () => {
  it.each([
    { scope: "role=web role=batch", narrow: "", wide: "odd" },
    { scope: "env=prod role=lost", narrow: "", wide: "web odd" },
    { scope: "env=prod ?", narrow: "", wide: "web odd" },
  ])("$scope: [$narrow] when they allow, [$wide] when they deny", ({ scope, narrow, wide }) => {
    const entries: readonly ScopeEntry[] = ruleSet(scope).scopes[0] ?? [];
    const read = labelTerms(catalog, entries, "and");
    expect(names(read, "narrow")).toBe(narrow);
    expect(names(read, "wide")).toBe(wide);
  });
});
