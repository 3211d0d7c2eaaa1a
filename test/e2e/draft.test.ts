import { afterAll, beforeAll, expect, it } from "vitest";
import { createPceClient, type PceClient } from "../../src/adapters/pce/pce-client.ts";
import { type MoatSandbox, moat, startMoatSandbox } from "../support/moat-process.ts";

interface Named {
  readonly href: string;
  readonly name?: string;
  readonly key?: string;
  readonly value?: string;
}

let sandbox: MoatSandbox;

beforeAll(async () => {
  sandbox = await startMoatSandbox();
});
afterAll(async () => {
  await sandbox?.stop();
});

const get = async (pce: PceClient, path: string): Promise<readonly Named[]> =>
  (await pce.request({ method: "GET", path })).json as readonly Named[];

/** Drafts a rule that lets the reports into the orders database, and provisions nothing. */
async function draftRule({ env }: MoatSandbox): Promise<void> {
  const user = env.MOAT_PCE_KEY ?? "";
  const secret = env.MOAT_PCE_SECRET ?? "";
  const pce = createPceClient({ url: env.MOAT_POLICY ?? "", credentials: async () => ({ user, secret }) });
  const labels = await get(pce, "labels");
  const label = (value: string) => ({
    label: { href: labels.find((l) => l.key === "role" && l.value === value)?.href },
  });
  const ruleSets = await get(pce, "sec_policy/draft/rule_sets");
  const orders = ruleSets.find((ruleSet) => ruleSet.name === "orders production");
  const body = {
    enabled: true,
    description: "reports read the orders database",
    providers: [label("database")],
    consumers: [label("reporting")],
    ingress_services: [],
    resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
    unscoped_consumers: true,
  };
  await pce.request({ method: "POST", path: `${orders?.href}/sec_rules`, body });
}

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
