import { afterAll, beforeAll, expect, it } from "vitest";
import { client } from "./client.fixture.ts";
import { type RunningSandboxPce, startSandboxPce } from "./start-sandbox-pce.ts";

let pce: RunningSandboxPce;
beforeAll(async () => {
  pce = await startSandboxPce();
});
afterAll(() => pce.close());

it("takes a client over HTTP from labels to a policy check", async () => {
  const call = client(pce.url);
  const make = async (path: string, body: Parameters<typeof call>[2]) =>
    (await call("POST", `/orgs/1${path}`, body)).body;
  const label = async (key: string, value: string) => ({
    href: (await make("/labels", { key, value })).href as string,
  });
  const [web, db, app] = [
    await label("role", "web"),
    await label("role", "db"),
    await label("app", "orders"),
  ];
  const consumer = await make("/workloads", {
    name: "web-1",
    interfaces: [{ name: "eth0", address: "10.0.1.10" }],
    labels: [web, app],
  });
  const provider = await make("/workloads", {
    hostname: "db",
    interfaces: [{ name: "umw0", address: "10.0.9.20" }],
  });
  const virtualService = await make("/sec_policy/draft/virtual_services", {
    name: "ordersdb",
    service_ports: [{ proto: 6, port: 3306 }],
    labels: [db, app],
  });
  const first = await make("/sec_policy", {
    change_subset: { virtual_services: [{ href: virtualService.href }] },
  });
  expect(first).toMatchObject({ version: 2, object_counts: { virtual_services: 1, ip_lists: 1 } });

  const active = { href: virtualService.href.replace("draft", "active") };
  const bindings = await make("/service_bindings", [
    { virtual_service: active, workload: { href: provider.href } },
  ]);
  expect(bindings).toEqual([
    { href: expect.stringMatching(/^\/orgs\/1\/service_bindings\/[0-9a-f-]{36}$/), status: "created" },
  ]);

  const ruleSet = await make("/sec_policy/draft/rule_sets", { name: "orders", scopes: [[{ label: app }]] });
  await make(`${ruleSet.href.replace("/orgs/1", "")}/sec_rules`, {
    enabled: true,
    providers: [{ label: db }],
    consumers: [{ label: web }],
    ingress_services: [],
    resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
  });
  const ask = `/orgs/1/sec_policy/active/policy_check?src_workload=${consumer.href}&dst_external_ip=10.0.9.20&port=3306&protocol=6`;
  expect((await call("GET", ask)).body.sec_rules).toEqual([]);

  await make("/sec_policy", { update_description: "rules" });
  const check = (await call("GET", ask)).body;
  expect(check).toMatchObject({
    sec_rules: [{ href: `/orgs/1/sec_policy/active/rule_sets/2/sec_rules/2`, rule_set: { name: "orders" } }],
    deny_rules: [],
    override_deny_rules: [],
  });
});

it("says exactly application/json, and answers 401 to a wrong secret", async () => {
  const right = await client(pce.url)("GET", "/orgs/1/labels");
  expect(right.headers.get("content-type")).toBe("application/json");
  const wrong = await client(pce.url)("GET", "/orgs/1/labels", undefined, {
    authorization: `Basic ${btoa("api_x:y")}`,
  });
  expect(wrong.status).toBe(401);
});

it("cuts a body short, breaks a connection and answers late when told to", async () => {
  const call = client(pce.url);
  const when = () => true;
  pce.sandbox.faults.add({ when, answer: { kind: "truncated" }, times: 1 });
  await expect(call("GET", "/orgs/1/labels")).rejects.toThrow();
  pce.sandbox.faults.add({ when, answer: { kind: "disconnect" }, times: 1 });
  await expect(call("GET", "/orgs/1/labels")).rejects.toThrow();
  pce.sandbox.faults.add({ when, answer: { kind: "slow", delayMs: 50 }, times: 1 });
  const before = performance.now();
  expect((await call("GET", "/orgs/1/labels")).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(40);
});
