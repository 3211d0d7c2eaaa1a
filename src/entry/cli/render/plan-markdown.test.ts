import fc from "fast-check";
import { expect, it } from "vitest";
import { databasePlan } from "../../../../test/fixtures/database-plan.ts";
import type { Cidr } from "../../../core/net/cidr.ts";
import type { DatabasePlan, Plan } from "../../../core/plan/plan.ts";
import { COMMENT_BYTES, planMarkdown } from "./plan-markdown.ts";

const plan = (databases: readonly DatabasePlan[]): Plan => ({
  policy: { source: "pce", version: "81" },
  databases,
  findings: [],
});
const lost = (consumer: string) => ({
  consumer,
  labels: { app: [consumer] },
  records: 1,
  action: "ACCEPT" as const,
  connection: "cut" as const,
});
const bytes = (text: string): number => new TextEncoder().encode(text).length;

it("says that nobody loses access, and nothing of what is in order", () => {
  expect(planMarkdown(plan([databasePlan({ inSync: true })]))).toBe(
    "### Moat plan: 0 to change, 1 in sync, 0 refused, 0 observed\n\n" +
      "Policy version `81` · nobody seen in the flow logs loses access",
  );
});

it("does not say that nobody loses access where nobody looked", () => {
  const unseen = databasePlan({
    steps: [{ action: "revoke", group: "sg-1", rules: [], why: "" }],
    findings: [{ code: "NO_FLOW_HISTORY", what: "", why: "", fix: "" }],
  });
  const text = planMarkdown(plan([unseen]));
  expect(text).toContain("**who would lose access is not known**");
  expect(text).not.toContain("nobody seen");
});

it("names the place only where there are several", () => {
  const here = databasePlan();
  const there = databasePlan({ region: "us-east-1" });
  expect(planMarkdown(plan([here]))).not.toContain("Where");
  expect(planMarkdown(plan([here, there]))).toContain("| `orders` | `111122223333 us-east-1` |");
});

it("names whom the plan lets in anew", () => {
  const opened = { addresses: 5n, cidrs: ["10.20.1.8/30", "10.20.1.20/32"] as Cidr[], more: 3 };
  const text = planMarkdown(plan([databasePlan({ newlyAdmitted: opened }), databasePlan({ id: "ledger" })]));
  expect(text).toContain("Newly admitted");
  expect(text).toMatch(/10\.20\.1\.8\/30.*orders/);
  expect(planMarkdown(plan([databasePlan({})]))).not.toContain("Newly admitted");
});

it("shows the first of many and counts the rest", () => {
  const losesAccess = Array.from({ length: 70 }, (_, i) => lost(`c${i}`));
  const text = planMarkdown(plan([databasePlan({ losesAccess })]));
  expect(text).toContain("**70 consumers would lose access**");
  expect(text).toContain("| `c49` |");
  expect(text).not.toContain("`c50`");
  expect(text).toContain("… and 20 more; the full plan has them all");
});

it("fits whatever the names are, and shows what fits", () => {
  const long = "|`数".repeat(80);
  const many = Array.from({ length: 5_000 }, (_, i) =>
    databasePlan({
      id: `${i}${long}`,
      losesAccess: [lost(long), lost(long)],
      refused: [{ gate: "losesAccess", what: long, why: long, fix: long, acknowledge: long }],
      slack: [{ cidr: long, addresses: 3n }],
      findings: [{ code: long, what: long, why: "", fix: "" }],
    }),
  );
  const text = planMarkdown(plan(many));
  expect(bytes(text)).toBeLessThanOrEqual(COMMENT_BYTES);
  expect(bytes(text)).toBeGreaterThan(COMMENT_BYTES / 4);
  expect(text).toContain("**10,000 consumers would lose access**");
});

it("keeps every name in its cell", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (name) => {
      const text = planMarkdown(plan([databasePlan({ id: name, losesAccess: [lost(name)] })]));
      const widths = text
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .map((line) => line.split("|").length);
      expect(widths).toEqual([9, 9, 9, 7, 7, 7]);
    }),
  );
});
