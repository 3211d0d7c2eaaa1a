import { describe, expect, it } from "vitest";
import { planText } from "../../src/entry/cli/render/plan-text.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";
import {
  database,
  group,
  inventory,
  managedGroup,
  networkInterface,
  OPEN_EGRESS,
  rule,
} from "../fixtures/inventory.ts";
import { allows, planOf } from "../fixtures/plan.ts";
import { tooWide } from "../support/run-cli.ts";

const WEB = [1, 4, 6, 8].map((n) => `10.0.1.${10 * n}`);
const POLICY = [...WEB, "10.0.2.7"].map((address) => `${address}/32`);
const known = { sourceDestCheck: true };

/** Web servers with a group of their own; a stranger in it turns the rule that names it into addresses again. */
function text(stands: boolean, verbose: boolean): string {
  const members = [...WEB, ...(stands ? ["10.0.1.99"] : [])];
  const managed = managedGroup("sg-m", "orders", [rule("10.0.2.7/32"), rule("sg-web"), OPEN_EGRESS]);
  const plan = planOf({
    inventory: inventory({
      databases: [database("orders", [stands ? "sg-m" : "sg-old"])],
      securityGroups: [
        group("sg-old", [rule("10.0.0.0/16"), OPEN_EGRESS]),
        group("sg-web"),
        ...(stands ? [managed] : []),
      ],
      networkInterfaces: members.map((a, n) => networkInterface(`eni-${n}`, [a], ["sg-web"], known)),
      interfacesListed: true,
    }),
    policies: [allows("orders", POLICY)],
    settings: { groupReferences: "exact" },
  });
  return `${planText(plan, { style: PLAIN, nameOf: (href) => href.replace(/^.*(workloads|sec_rules)\//, ""), verbose })}\n`;
}

describe("a plan with rules that name groups", () => {
  it.each([
    { name: "plan-references", stands: false, verbose: false },
    { name: "plan-references-verbose", stands: false, verbose: true },
    { name: "plan-references-joined", stands: true, verbose: true },
  ])("says for how many addresses each stands, and why one has to go: $name", async (c) => {
    const shown = text(c.stands, c.verbose);
    expect(tooWide(shown)).toBeUndefined();
    await expect(shown).toMatchFileSnapshot(`cli/${c.name}.txt`);
  });
});
