import { describe, expect, it } from "vitest";
import { database, group, inventory, rule } from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import { sourceText } from "../rule/rule-text.ts";
import { comparePlans, type DatabaseComparison } from "./compare-plans.ts";
import { comparisonDocument } from "./comparison-document.ts";
import type { Plan } from "./plan.ts";

const SETTINGS = { modes: { default: "enforce" as const, databases: {} } };

/** The plan for two databases; both are open to 10.0.0.0/8 now. */
function planned(orders: readonly string[], seen: readonly string[] = []): Plan {
  const open = group("sg-open", [rule("10.0.0.0/8")]);
  return planOf({
    inventory: inventory({
      databases: [database("orders", ["sg-open"]), database("billing", ["sg-open"])],
      securityGroups: [open],
    }),
    policies: [allows("orders", orders), allows("billing", ["10.0.9.0/24"])],
    observed: seen.map((consumer) => ({ database: database("orders", []).arn, consumer, records: 3 })),
    settings: SETTINGS,
  });
}

function inShort(each: DatabaseComparison | undefined): object {
  return {
    id: each?.id,
    added: each?.rulesAdded.map((added) => sourceText(added.source)),
    removed: each?.rulesRemoved.map((removed) => sourceText(removed.source)),
    gains: each?.gains.cidrs,
    loses: each?.loses.cidrs,
    losesAccess: each?.losesAccess.map((lost) => lost.consumer),
    keepsAccess: each?.keepsAccess.map((kept) => kept.consumer),
    refused: each?.refused.map((refusal) => refusal.gate),
    acceptable: each?.acceptable.map((refusal) => refusal.gate),
  };
}

const NOTHING = {
  id: "orders",
  added: [],
  removed: [],
  gains: [],
  loses: [],
  losesAccess: [],
  keepsAccess: [],
  refused: [],
  acceptable: [],
};

describe("two plans side by side", () => {
  it("leave out the databases for which they are the same", () => {
    const comparison = comparePlans(planned(["10.0.1.10/32"]), planned(["10.0.1.10/32"]));
    expect(comparison).toMatchObject({ databases: [], same: 2 });
  });

  it.each([
    {
      what: "a neighbour merges into one rule, and one address is gained",
      from: ["10.0.1.10/32"],
      to: ["10.0.1.10/32", "10.0.1.11/32"],
      seen: [],
      want: { added: ["10.0.1.10/31"], removed: ["10.0.1.10/32"], gains: ["10.0.1.11/32"] },
    },
    {
      what: "a consumer that connects would lose access, so the draft is refused",
      from: ["10.0.1.10/32", "10.0.7.9/32"],
      to: ["10.0.1.10/32"],
      seen: ["10.0.1.10", "10.0.7.9"],
      want: {
        removed: ["10.0.7.9/32"],
        loses: ["10.0.7.9/32"],
        losesAccess: ["10.0.7.9"],
        refused: ["losesAccess"],
      },
    },
    {
      what: "the draft saves a consumer that the policy in force would cut off",
      from: ["10.0.1.10/32"],
      to: ["10.0.1.10/32", "10.0.7.9/32"],
      seen: ["10.0.1.10", "10.0.7.9"],
      want: {
        added: ["10.0.7.9/32"],
        gains: ["10.0.7.9/32"],
        keepsAccess: ["10.0.7.9"],
        acceptable: ["losesAccess"],
      },
    },
  ])("tell that $what", ({ from, to, seen, want }) => {
    const { databases, same } = comparePlans(planned(from, seen), planned(to, seen));
    expect(same).toBe(1);
    expect(databases.map(inShort)).toEqual([{ ...NOTHING, ...want }]);
  });

  it("become plain data, the same for the same plans", () => {
    const of = (): string =>
      JSON.stringify(comparisonDocument(comparePlans(planned(["10.0.1.10/32"]), planned(["10.0.1.0/30"]))));
    expect(of()).toBe(of());
    expect(JSON.parse(of())).toMatchObject({
      active: { version: "7" },
      databases: [
        {
          id: "orders",
          gains: { addresses: "4", cidrs: ["10.0.1.0/30"] },
          rulesRemoved: [
            { source: "10.0.1.10/32", because: [{ workload: "/orgs/1/workloads/10.0.1.10/32" }] },
          ],
        },
      ],
      same: 1,
    });
  });
});
