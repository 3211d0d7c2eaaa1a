// biome-ignore-all lint/suspicious/noTemplateCurlyInString: tags may look like anything
import fc from "fast-check";
import { expect, it } from "vitest";
import { database, group, inventory, networkInterface } from "../../../../test/fixtures/inventory.ts";
import { parsePolicyFile } from "../../../adapters/file/policy-file/parse-policy-file.ts";
import type { Inventory } from "../../../core/inventory/model.ts";
import { suggestPolicy } from "../../../core/policy/mapping/suggest/suggest-policy.ts";
import { firstPolicyText } from "./first-policy-text.ts";
import type { Seen, SeenConsumer } from "./seen-consumers.ts";

const SHOP: Inventory = inventory({
  databases: [
    database("billing-prod-db", ["sg-db"], { tags: {} }),
    database("orders", ["sg-db"], { tags: { Application: "orders", environment: "production" } }),
    database("orders-proxy", ["sg-db"], { tags: { Application: "orders" }, kind: "proxy", engine: "MYSQL" }),
    database("misc", ["sg-db"], { tags: {} }),
  ],
  securityGroups: [
    group("sg-db", [], { groupName: "databases" }),
    group("sg-fn", [], { groupName: "functions" }),
  ],
  instances: [
    { instanceId: "i-1", tags: { tier: "web", Application: "orders", environment: "production" } },
    { instanceId: "i-2", tags: { tier: "web", Application: "orders", environment: "production", role: "x" } },
    { instanceId: "i-3", tags: { "aws:autoscaling:groupName": "workers" } },
  ],
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.1.1"], [], { instanceId: "i-1" }),
    networkInterface("eni-2", ["10.0.1.2"], [], { instanceId: "i-2" }),
    networkInterface("eni-3", ["10.0.1.3"], [], { instanceId: "i-3" }),
    networkInterface("eni-4", ["10.0.2.1"], ["sg-fn"], { interfaceType: "lambda" }),
  ],
});

const CONSUMERS: readonly SeenConsumer[] = [
  {
    database: "orders",
    consumer: "10.0.1.1",
    labels: { role: ["web"], app: ["orders"], env: ["production"] },
    records: 40,
    rejected: false,
    lastSeen: "2026-11-20T10:00:00Z",
  },
  { database: "orders", consumer: "10.0.9.9", labels: {}, records: 3, rejected: false },
  {
    database: "orders",
    consumer: "10.0.8.8",
    labels: { role: ["audit"], app: ["sec"] },
    records: 2,
    rejected: false,
  },
  { database: "orders", consumer: "10.0.7.7", labels: {}, records: 2, rejected: true },
];

/** Of the proxy nobody knows the address. */
const SEEN: Seen = { consumers: CONSUMERS, databases: new Set(["orders", "billing-prod-db", "misc"]) };

const text = (of: Inventory, seen?: Seen): string =>
  firstPolicyText({
    schema: "policy.schema.json",
    suggestion: suggestPolicy(of, "moat"),
    ...(seen === undefined ? {} : { seen }),
  });

it("reads as a person would write it", async () => {
  await expect(text(SHOP)).toMatchFileSnapshot("../../../../test/golden/policy-file/first-policy.txt");
  await expect(text(SHOP, SEEN)).toMatchFileSnapshot(
    "../../../../test/golden/policy-file/first-policy-seen.txt",
  );
});

it("can be read back, whatever the tags and names are", () => {
  const word = fc.oneof(
    fc.constantFrom("web", "true", "1", "a: b", "!x", "# x", "a=b", "${tag:x}", "-", "*", "é ü", 'a"b'),
    fc.string(),
  );
  const tags = fc.record({ Role: word, App: word, Env: word }, { requiredKeys: [] });
  const shop = fc.record({
    instances: fc.array(fc.record({ instanceId: fc.constantFrom("i-1", "i-2", "i-3"), tags }), {
      maxLength: 3,
    }),
    databases: fc.uniqueArray(fc.record({ id: word.filter((w) => w !== ""), tags }), {
      maxLength: 3,
      selector: (d) => d.id,
    }),
    name: word,
  });
  fc.assert(
    fc.property(shop, ({ instances, databases, name }) => {
      const of: Inventory = {
        ...SHOP,
        instances,
        databases: databases.map((d) => database(d.id, ["sg-db"], { tags: d.tags })),
        securityGroups: [group("sg-fn", [], { groupName: name }), group("sg-db", [], { groupName: name })],
      };
      const parsed = parsePolicyFile(text(of), { file: "policy.yaml", version: "1" });
      expect(parsed.ok ? [] : [parsed.error, text(of)]).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it("does not depend on the order of anything", () => {
  const turned: Inventory = {
    ...SHOP,
    databases: SHOP.databases.toReversed(),
    networkInterfaces: SHOP.networkInterfaces.toReversed(),
    instances: (SHOP.instances ?? []).toReversed(),
  };
  expect(text(turned)).toBe(text(SHOP));
});
