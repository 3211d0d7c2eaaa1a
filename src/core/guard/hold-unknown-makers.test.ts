import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, onlyDatabase, planOf } from "../../../test/fixtures/plan.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { grantTags } from "../rule/rule-marks.ts";
import { sourceText } from "../rule/rule-text.ts";
import { holdUnknownMakers, isHeldInDoubt, rulesInDoubt } from "./hold-unknown-makers.ts";

const OWN = live(rule("10.0.1.10/32"), grantTags("moat", [rule("10.0.1.10/32")]));
const STRANGE = live(rule("10.9.9.9/32"));
const STRANGE_ID = STRANGE.securityGroupRuleId ?? "";
const bare = managedGroup("sg-m", "orders", []);
const moats = { ...bare, rules: [OWN, STRANGE, live(OPEN_EGRESS)] };
const world = inventory({
  databases: [database("orders", ["sg-m"])],
  securityGroups: [group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]), moats],
});
const everything = { acknowledged: { has: () => true } as never };
const plan = (...cidrs: readonly string[]): Plan =>
  planOf({ inventory: world, policies: [allows("orders", cidrs)], settings: everything });
const NOBODY: ReadonlySet<string> = new Set();
const line = (step: Step): string =>
  `${step.action}${"rules" in step ? ` ${step.rules.map((r) => sourceText(r.source)).join(" ")}` : ""}`;
const stepsOf = (of: Plan): readonly string[] => onlyDatabase(of).steps.map(line);

describe("rules that nobody explains", () => {
  it("are told by their group and id, and those that policy granted are not", () => {
    expect(rulesInDoubt(plan())).toEqual([{ group: "sg-m", securityGroupRuleId: STRANGE_ID }]);
  });

  it("go where the trail was asked", () => {
    expect(stepsOf(holdUnknownMakers(plan("10.0.1.10/32"), NOBODY, NOBODY))).toEqual(["revoke 10.9.9.9/32"]);
    expect(stepsOf(holdUnknownMakers(plan("10.0.1.10/32"), new Set(["sg-x"]), NOBODY))).toEqual([
      "revoke 10.9.9.9/32",
    ]);
  });

  it("stay where it could not be asked, and all else is done", () => {
    const held = holdUnknownMakers(plan("10.0.1.20/32"), new Set(["sg-m"]), NOBODY);
    expect(stepsOf(plan("10.0.1.20/32")).join("; ")).toContain("10.9.9.9/32");
    expect(stepsOf(held)).toEqual(["authorize 10.0.1.20/32", "revoke 10.0.1.10/32"]);
    expect(isHeldInDoubt(onlyDatabase(held))).toBe(true);
    const finding = onlyDatabase(held).findings.find(({ code }) => code === "MAKER_UNKNOWN");
    expect(finding?.what).toContain(STRANGE_ID);
  });

  it("go when a person says that they are nobody's, and others do not", () => {
    const held = holdUnknownMakers(plan("10.0.1.10/32"), new Set(["sg-m"]), NOBODY);
    const token = /--acknowledge ([^"]+)"/.exec(onlyDatabase(held).findings.at(-1)?.what ?? "")?.[1] ?? "";
    const go = (acknowledged: string) =>
      stepsOf(holdUnknownMakers(plan("10.0.1.10/32"), new Set(["sg-m"]), new Set([acknowledged])));
    expect(go(token)).toEqual(["revoke 10.9.9.9/32"]);
    expect(go(`${token}0`)).toEqual([]);
  });

  it("keep their group, which policy needs no more", () => {
    const second = managedGroup("sg-n", "orders", [OWN, live(OPEN_EGRESS)]);
    const two = inventory({
      databases: [database("orders", ["sg-m", "sg-n"])],
      securityGroups: [
        group("sg-old", [rule("0.0.0.0/0"), OPEN_EGRESS]),
        { ...second, rules: [OWN, live(OPEN_EGRESS)] },
        { ...bare, rules: [STRANGE, live(OPEN_EGRESS)] },
      ],
    });
    const leaving = planOf({
      inventory: two,
      policies: [allows("orders", ["10.0.1.10/32"])],
      settings: everything,
    });
    expect(stepsOf(leaving)).toContain("setDatabaseGroups");
    expect(rulesInDoubt(leaving)).toEqual([{ group: "sg-m", securityGroupRuleId: STRANGE_ID }]);
    expect(stepsOf(holdUnknownMakers(leaving, new Set(["sg-m"]), NOBODY))).not.toContain("setDatabaseGroups");
  });
});
