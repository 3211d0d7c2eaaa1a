import { describe, expect, it } from "vitest";
import { planText } from "../../src/entry/cli/render/plan-text.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";
import { database, group, inventory, networkInterface, OPEN_EGRESS, rule } from "../fixtures/inventory.ts";
import { allows, planOf } from "../fixtures/plan.ts";
import { tooWide } from "../support/run-cli.ts";

/** 250 networks far apart, each with every other address of its first thirty-two. */
const CLUSTERS = Array.from({ length: 250 }, (_, n) => `10.${n}.${(n * 37) % 256}`);
const POLICY = CLUSTERS.flatMap((at) => Array.from({ length: 16 }, (_, host) => `${at}.${2 * host}/32`));

function refusal(somebodys: readonly string[]): string {
  const plan = planOf({
    inventory: inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS]), group("sg-apps")],
      networkInterfaces: somebodys.map((address, n) => networkInterface(`eni-${n}`, [address], ["sg-apps"])),
      quotas: { rulesPerSecurityGroup: 60, securityGroupsPerInterface: 1, source: "default" },
    }),
    policies: [allows("orders", POLICY)],
  });
  return `${planText(plan, { style: PLAIN, nameOf: (href) => href, verbose: false })}\n`;
}

describe("a policy of 250 scattered networks, and room for 60 rules", () => {
  it.each([
    { name: "price", somebodys: [] },
    { name: "infeasible", somebodys: CLUSTERS.map((at) => `${at}.33`) },
  ])("is refused with what it would cost before anything else: $name", async ({ name, somebodys }) => {
    const text = refusal(somebodys);
    expect(tooWide(text)).toBeUndefined();
    await expect(text).toMatchFileSnapshot(`cli/plan-quota-${name}.txt`);
  });
});
