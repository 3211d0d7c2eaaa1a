import { describe, expect, it } from "vitest";
import { addressSetOfCidrs } from "../../src/core/net/address-set.ts";
import type { Cidr } from "../../src/core/net/cidr.ts";
import { planEnforcement } from "../../src/core/plan/plan-enforcement.ts";
import { planText } from "../../src/entry/cli/render/plan-text.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";
import { arnOf, database, inventory, managedGroup, OPEN_EGRESS, rule } from "../fixtures/inventory.ts";
import { allows, SETTINGS } from "../fixtures/plan.ts";
import { tooWide } from "../support/run-cli.ts";

const ARN = arnOf("orders");

/** Policy lets "orders" mail and reach its replica; it was seen at an address that policy does not know, too. */
function text(agreed: boolean): string {
  const mail = addressSetOfCidrs(["10.0.3.10/32" as Cidr]);
  const replica = addressSetOfCidrs(["10.8.0.20/31" as Cidr]);
  const because = (host: string) => ({ rule: "/orgs/1/sec_rules/9", workload: `/orgs/1/workloads/${host}` });
  const seen = { database: ARN, protocol: "tcp", records: 40, lastSeen: "2026-11-24T08:00:00Z" };
  const plan = planEnforcement({
    inventory: inventory({
      databases: [database("orders", ["sg-m"])],
      securityGroups: [managedGroup("sg-m", "orders", [rule("10.0.1.10/32"), OPEN_EGRESS])],
    }),
    policy: { source: "pce", version: "7", complete: true, problems: [] },
    resolution: { databases: new Map([[ARN, allows("orders", ["10.0.1.10/32"])]]), findings: [] },
    settings: {
      ...SETTINGS,
      acknowledged: { has: () => agreed } as never,
      egress: { default: "managed", databases: {} },
    },
    observed: [{ database: ARN, consumer: "10.0.1.10", records: 1 }],
    destinations: [
      { ...seen, destination: "10.0.3.10", port: 25 },
      { ...seen, destination: "198.51.100.7", port: 443 },
    ],
    outbound: new Map([
      [
        ARN,
        {
          arn: ARN,
          matched: allows("orders", []).matched,
          allowed: [
            { protocol: "tcp", from: 25, to: 25, addresses: mail },
            { protocol: "tcp", from: 5432, to: 5432, addresses: replica },
          ],
          reasonsFor: (_, { from }) => [because(from === 25 ? "mail-1" : "orders-replica")],
          incomplete: [],
          findings: [],
        },
      ],
    ]),
    labelsOf: () => ({}),
  });
  const nameOf = (href: string): string => href.replace(/^.*(workloads|sec_rules)\//, "");
  return `${planText(plan, { style: PLAIN, nameOf, verbose: false })}\n`;
}

describe("a plan of what a database may open", () => {
  it.each([
    { name: "plan-egress-held", agreed: false },
    { name: "plan-egress-narrows", agreed: true },
  ])("says what is open, what would be closed, and what holds it: $name", async ({ name, agreed }) => {
    const shown = text(agreed);
    expect(tooWide(shown)).toBeUndefined();
    await expect(shown).toMatchFileSnapshot(`cli/${name}.txt`);
  });
});
