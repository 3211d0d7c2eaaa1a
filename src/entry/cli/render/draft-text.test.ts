import { describe, expect, it } from "vitest";
import { database, group, inventory, rule } from "../../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../../test/fixtures/plan.ts";
import { comparePlans } from "../../../core/plan/compare-plans.ts";
import type { Plan } from "../../../core/plan/plan.ts";
import { draftText } from "./draft-text.ts";
import { PLAIN } from "./style.ts";

function planned(cidrs: readonly string[]): Plan {
  return planOf({
    inventory: inventory({
      databases: [database("orders", ["sg-open"])],
      securityGroups: [group("sg-open", [rule("10.0.0.0/8")])],
    }),
    policies: [allows("orders", cidrs)],
    observed: [{ database: database("orders", []).arn, consumer: "10.0.7.9", records: 3 }],
    settings: { modes: { default: "enforce", databases: {} } },
  });
}

const text = (from: readonly string[], to: readonly string[]): string =>
  draftText(comparePlans(planned(from), planned(to)), {
    style: PLAIN,
    nameOf: (href) => href,
    verbose: false,
  });

describe("what provisioning a draft changes, for people", () => {
  it("is nothing, in so many words", () => {
    expect(text(["10.0.7.9/32"], ["10.0.7.9/32"])).toMatchInlineSnapshot(`
      "Draft: provisioning it changes nothing for any of 1 database · in force is
      version 7"
    `);
  });

  it("is told rule by rule, with who loses and what is refused", () => {
    expect(text(["10.0.7.9/32"], ["10.0.1.10/32"])).toMatchInlineSnapshot(`
      "Draft: provisioning it changes 1 of 1 database · in force is version 7

      orders · 1 address gained, 1 address lost
        +  10.0.1.10/32  tcp 3306  /orgs/1/workloads/10.0.1.10/32 by
                                   /orgs/1/sec_policy/active/rule_sets/1/sec_rules/2
        -  10.0.7.9/32  tcp 3306  /orgs/1/workloads/10.0.7.9/32 by
                                  /orgs/1/sec_policy/active/rule_sets/1/sec_rules/2
        ! loses access  10.0.7.9  no label  3 records
        ✗ would be refused (losesAccess): 1 consumer seen at database "orders" would
          lose access: 10.0.7.9
            why:  Their connections were accepted lately and policy does not allow
                  them
            fix:  Allow them in policy, or overrule with "--acknowledge
                  losesAccess:orders:89a25198""
    `);
  });

  it("may be for the better", () => {
    expect(text(["10.0.1.10/32"], ["10.0.1.10/32", "10.0.7.9/32"])).toMatchInlineSnapshot(`
      "Draft: provisioning it changes 1 of 1 database · in force is version 7

      orders · 1 address gained
        +  10.0.7.9/32  tcp 3306  /orgs/1/workloads/10.0.7.9/32 by
                                  /orgs/1/sec_policy/active/rule_sets/1/sec_rules/2
        + keeps access  10.0.7.9  no label  3 records
        No longer refused: losesAccess"
    `);
  });
});
