import { afterAll, beforeAll, expect, it } from "vitest";
import { draftRule } from "../support/draft-rule.ts";
import { type MoatSandbox, moat, startMoatSandbox } from "../support/moat-process.ts";

let sandbox: MoatSandbox;

beforeAll(async () => {
  sandbox = await startMoatSandbox();
});
afterAll(async () => {
  await sandbox?.stop();
});

it("shows what provisioning would change, beside the plan of the policy in force", async () => {
  await draftRule(sandbox);
  const inForce = JSON.parse((await moat(["plan", "--json"], sandbox.env)).out) as {
    databases: { id: string; rules: unknown[] }[];
  };
  expect(inForce.databases.find((d) => d.id === "orders")?.rules).toHaveLength(4);
  const draft = await moat(["plan", "--draft", "--json"], sandbox.env);
  const document = JSON.parse(draft.out) as { draft: { databases: unknown[]; same: number } };
  expect([draft.code, document.draft.same]).toEqual([2, 2]);
  expect(document.draft.databases).toMatchObject([
    { id: "orders", rulesAdded: [{ source: "10.20.1.31/32" }], rulesRemoved: [], gains: { addresses: "1" } },
  ]);
  const text = await moat(["plan", "--draft"], sandbox.env);
  expect(text.out).toContain("Draft: provisioning it changes 1 of 3 databases");
});
