import { beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../model/json.ts";
import { createSandboxPce, type SandboxPce } from "../sandbox-pce.ts";
import { client } from "./client.fixture.ts";

let now: number;
let pce: SandboxPce;
let call: ReturnType<typeof client>;

beforeEach(() => {
  now = Date.UTC(2025, 0, 10, 8);
  pce = createSandboxPce({ now: () => now });
  call = client(pce);
});

const org = (path: string): string => `/orgs/1${path}`;
const draft = (path: string): string => `/orgs/1/sec_policy/draft${path}`;
const token = (answer: { body: { token: string }[] }): string => answer.body[0]?.token ?? "";

describe("what every PCE has", () => {
  it.each([
    { path: "/product_version", status: 200 },
    { path: "/health", status: 200 },
    { path: "/noop", status: 204 },
    { path: "/orgs/1/settings/workloads", status: 200 },
    { path: "/orgs/1/sec_policy/active/ip_lists/1", status: 200 },
    { path: "/orgs/1/sec_policy/active/services/1", status: 200 },
    { path: "/orgs/1/sec_policy/active/rule_sets/1", status: 200 },
    { path: "/orgs/1/sec_policy/1", status: 200 },
    { path: "/orgs/1/sec_policy/99", status: 404 },
    { path: "/orgs/2/labels", status: 403 },
    { path: "/orgs/1/labels/4711", status: 404 },
  ])("GET $path -> $status", async ({ path, status }) =>
    expect((await call("GET", path)).status).toBe(status),
  );

  it("answers an unknown route in HTML and a wrong method with 405", async () => {
    const unknown = await call("GET", "/orgs/1/nonsense");
    expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "text/html"]);
    expect((await call("PUT", "/orgs/1/service_bindings/1", {})).status).toBe(405);
    expect((await call("POST", "/orgs/1/sec_policy/active/ip_lists", { name: "x" })).status).toBe(405);
  });
});

describe("refusals", () => {
  const rows: { name: string; path: string; body: Json; token: string; text?: string }[] = [
    {
      name: "unknown field",
      path: org("/labels"),
      body: { key: "role", value: "x", colour: 1 },
      token: "input_validation_error",
      text: "colour",
    },
    {
      name: "unknown label type",
      path: org("/labels"),
      body: { key: "colour", value: "x" },
      token: "input_validation_error",
      text: "colour",
    },
    {
      name: "reserved value",
      path: org("/labels"),
      body: { key: "app", value: "All Applications" },
      token: "input_validation_error",
    },
    {
      name: "duplicate label",
      path: org("/labels"),
      body: { key: "role", value: "web" },
      token: "label_key_and_value_must_be_unique",
    },
    {
      name: "workload without a name",
      path: org("/workloads"),
      body: {},
      token: "input_validation_error",
      text: "name or hostname",
    },
    {
      name: "ip_version",
      path: org("/workloads"),
      body: { name: "a", interfaces: [{ name: "e", address: "10.0.0.1", ip_version: 4 }] },
      token: "input_validation_error",
      text: "ip_version",
    },
    {
      name: "address with a slash",
      path: org("/workloads"),
      body: { name: "a", interfaces: [{ name: "e", address: "10.0.0.1/24" }] },
      token: "input_validation_error",
    },
    {
      name: "label that is not there",
      path: org("/workloads"),
      body: { name: "a", labels: [{ href: "/orgs/1/labels/99" }] },
      token: "invalid_uri",
    },
    {
      name: "wrong kind",
      path: org("/workloads"),
      body: { name: "a", labels: [{ href: "/orgs/1/sec_policy/draft/ip_lists/1" }] },
      token: "invalid_uri",
    },
    {
      name: "taken IP list name",
      path: draft("/ip_lists"),
      body: { name: "Any (0.0.0.0/0 and ::/0)" },
      token: "ip_list_name_not_unique",
    },
    {
      name: "bad range",
      path: draft("/ip_lists"),
      body: { name: "a", ip_ranges: [{ from_ip: "10.0.0.9", to_ip: "10.0.0.1" }] },
      token: "input_validation_error",
    },
    {
      name: "exclusion outside",
      path: draft("/ip_lists"),
      body: {
        name: "a",
        ip_ranges: [{ from_ip: "10.0.0.0/24" }, { from_ip: "10.1.0.0/24", exclusion: true }],
      },
      token: "input_validation_error",
      text: "10.1.0.0/24",
    },
    {
      name: "duplicate range",
      path: draft("/ip_lists"),
      body: { name: "a", ip_ranges: [{ from_ip: "10.0.0.0/8" }, { from_ip: "10.9.0.0/8" }] },
      token: "input_validation_error",
      text: "Duplicate",
    },
    {
      name: "taken rule set name",
      path: draft("/rule_sets"),
      body: { name: "Default", scopes: [[]] },
      token: "rule_set_name_in_use",
    },
    {
      name: "two port sources",
      path: draft("/virtual_services"),
      body: { name: "a", service_ports: [], service: { href: "/orgs/1/sec_policy/draft/services/1" } },
      token: "input_validation_error",
    },
    {
      name: "binding to nothing",
      path: org("/service_bindings"),
      body: [
        {
          virtual_service: { href: "/orgs/1/sec_policy/active/virtual_services/x" },
          workload: { href: "/orgs/1/workloads/x" },
        },
      ],
      token: "invalid_uri",
    },
    { name: "nothing pending", path: org("/sec_policy"), body: {}, token: "no_pending_changes" },
    { name: "no JSON", path: org("/labels"), body: "{", token: "input_validation_error" },
  ];
  it.each(rows)("$name -> $token", async ({ path, body, token: want, text }) => {
    pce.seed.label("role", "web");
    const answer = await call("POST", path, body);
    expect([answer.status >= 400, token(answer)]).toEqual([true, want]);
    expect(JSON.stringify(answer.body)).toContain(text ?? "");
  });

  const rule = { enabled: true, resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] } };
  const ams = [{ actors: "ams" }];
  const tcp = [{ proto: 6, port: 1 }];
  const rules: { name: string; kind: string; body: Json; want: number }[] = [
    {
      name: "whole",
      kind: "sec_rules",
      body: { ...rule, providers: ams, consumers: ams, ingress_services: tcp },
      want: 201,
    },
    {
      name: "no services",
      kind: "sec_rules",
      body: { ...rule, providers: ams, consumers: ams, ingress_services: [] },
      want: 406,
    },
    {
      name: "any protocol inline",
      kind: "sec_rules",
      body: { ...rule, providers: ams, consumers: ams, ingress_services: [{ proto: -1 }] },
      want: 406,
    },
    {
      name: "no consumers",
      kind: "sec_rules",
      body: { ...rule, providers: ams, consumers: [], ingress_services: tcp },
      want: 406,
    },
    {
      name: "two selectors",
      kind: "sec_rules",
      body: {
        ...rule,
        providers: [{ actors: "ams", label: { href: "x" } }],
        consumers: ams,
        ingress_services: tcp,
      },
      want: 406,
    },
    {
      name: "stateless with machine_auth",
      kind: "sec_rules",
      body: {
        ...rule,
        providers: ams,
        consumers: ams,
        ingress_services: tcp,
        stateless: true,
        machine_auth: true,
      },
      want: 406,
    },
    {
      name: "deny",
      kind: "deny_rules",
      body: { enabled: true, providers: ams, consumers: ams, ingress_services: tcp, override: true },
      want: 201,
    },
    {
      name: "deny with resolve_labels_as",
      kind: "deny_rules",
      body: { ...rule, providers: ams, consumers: ams, ingress_services: tcp },
      want: 406,
    },
  ];
  it.each(rules)("rule: $name -> $want", async ({ kind, body, want }) => {
    expect((await call("POST", draft(`/rule_sets/1/${kind}`), body)).status).toBe(want);
  });

  it("does not delete what is referred to, nor twice", async () => {
    const { seed } = pce;
    const corp = seed.ipList("corp", ["10.0.0.0/8"]);
    const mysql = seed.service("mysql", ["tcp/3306"]);
    seed.rule(seed.ruleSet("rs", [["app=orders"]]), {
      providers: ["role=db"],
      consumers: [corp],
      services: [mysql],
    });
    seed.labelGroup("g", "env", ["prod"]);
    seed.workload({ name: "w", labels: { loc: "eu" } });
    const tokens: string[] = [];
    const paths = [corp, mysql, seed.label("role", "db"), seed.label("env", "prod"), seed.label("loc", "eu")];
    for (const path of paths) tokens.push(token(await call("DELETE", path)));
    expect(tokens).toEqual([
      "ip_list_referenced",
      "service_referenced",
      "label_still_has_associated_rule_set",
      "label_referenced_by_label_group",
      "label_still_has_associated_agent_info",
    ]);
    const free = seed.label("role", "free");
    expect((await call("DELETE", free)).status).toBe(204);
    expect(token(await call("DELETE", free))).toBe("already_deleted");
  });
});

describe("draft and active", () => {
  it("rewrites hrefs by version and shows update_type in the draft only", async () => {
    const list = pce.seed.ipList("corp", ["10.20.30.40/16"]);
    const ruleSet = pce.seed.ruleSet("rs");
    pce.seed.rule(ruleSet, { providers: ["ams"], consumers: [list], services: ["tcp/1"] });
    expect((await call("GET", list)).body).toMatchObject({
      update_type: "create",
      ip_ranges: [{ from_ip: "10.20.0.0/16" }],
    });
    expect((await call("GET", list.replace("draft", "active"))).status).toBe(404);
    pce.seed.provision();
    const active = (await call("GET", ruleSet.replace("draft", "active"))).body;
    expect("update_type" in active || "update_type" in active.rules[0]).toBe(false);
    expect(active.rules[0].consumers).toEqual([{ ip_list: { href: list.replace("draft", "active") } }]);
    expect((await call("GET", ruleSet.replace("draft", "2"))).body.href).toContain("/sec_policy/2/");
    expect((await call("GET", ruleSet)).body).toMatchObject({
      update_type: null,
      rules: [{ update_type: null }],
    });
  });

  it("only marks what was provisioned when it is deleted", async () => {
    const list = pce.seed.ipList("corp", ["10.0.0.0/8"]);
    pce.seed.provision();
    expect((await call("DELETE", list)).status).toBe(204);
    await call("PUT", list, { description: "still here" });
    expect((await call("GET", list)).body).toMatchObject({ update_type: "delete" });
    expect((await call("GET", list.replace("draft", "active"))).status).toBe(200);
    expect(token(await call("POST", draft("/ip_lists"), { name: "corp" }))).toBe("ip_list_name_not_unique");
    pce.seed.provision();
    expect((await call("GET", list)).status).toBe(404);
    expect((await call("GET", list.replace("draft", "2"))).status).toBe(200);
  });

  it("marks a deleted rule until its rule set is provisioned", async () => {
    const ruleSet = pce.seed.ruleSet("rs");
    const kept = { providers: ["ams"], consumers: ["ams"], services: ["tcp/1"] };
    const [one, two] = [pce.seed.rule(ruleSet, kept), pce.seed.rule(ruleSet, kept)];
    pce.seed.provision();
    await call("DELETE", one);
    await call("PUT", two, { enabled: false });
    const rules = (await call("GET", `${ruleSet}/sec_rules`)).body.map(
      (rule: { update_type: string }) => rule.update_type,
    );
    expect(rules).toEqual(["delete", "update"]);
    expect((await call("GET", org("/sec_policy/pending"))).body.rule_sets).toMatchObject([
      { name: "rs", update_type: "update" },
    ]);
    pce.seed.provision([ruleSet]);
    expect((await call("GET", `${ruleSet}/sec_rules`)).body).toHaveLength(1);
  });

  it("wants dependencies to come along, and tells them", async () => {
    const list = pce.seed.ipList("corp", ["10.0.0.0/8"]);
    const ruleSet = pce.seed.ruleSet("rs");
    pce.seed.rule(ruleSet, { providers: ["ams"], consumers: [list], services: ["tcp/1"] });
    const change_subset = { rule_sets: [{ href: ruleSet }] };
    expect(token(await call("POST", org("/sec_policy"), { change_subset }))).toBe(
      "provision_dependencies_missing",
    );
    const found = await call("POST", draft("/dependencies"), { operation: "commit", change_subset });
    expect(found.body).toEqual([
      { dependency: { ip_lists: { href: list } }, required_by: { rule_sets: [{ href: ruleSet }] } },
    ]);
    const both = { ...change_subset, ip_lists: [{ href: list }] };
    expect((await call("POST", org("/sec_policy"), { change_subset: both })).body).toMatchObject({
      version: 2,
    });
    expect((await call("GET", org("/sec_policy/2/modified_objects"))).body).toMatchObject({
      ip_lists: [{ href: list }],
    });
  });

  it("throws pending work away and restores old versions", async () => {
    const list = pce.seed.ipList("corp", ["10.0.0.0/8"]);
    pce.seed.provision();
    pce.seed.update(list, { description: "changed" });
    const other = pce.seed.ipList("new", []);
    await call("PUT", org("/sec_policy/delete"), { change_subset: { ip_lists: [{ href: list }] } });
    expect((await call("GET", list)).body).toMatchObject({ description: null, update_type: null });
    expect((await call("DELETE", org("/sec_policy/pending"))).status).toBe(204);
    expect((await call("GET", other)).status).toBe(404);
    expect((await call("POST", org("/sec_policy/1/restore"), {})).status).toBe(204);
    expect((await call("GET", list)).body.update_type).toBe("delete");
  });
});

describe("collections", () => {
  const fill = (count: number): void => {
    for (let at = 0; at < count; at += 1) pce.seed.label("app", `app-${at}`);
  };

  it("cuts at 500 rows without a word, and counts", async () => {
    fill(501);
    const all = await call("GET", org("/labels?max_results=1000"));
    expect([all.body.length, all.headers.get("x-total-count")]).toEqual([500, "501"]);
    const some = await call("GET", org("/labels?value=app-50&max_results=0"));
    expect([some.body, some.headers.get("x-total-count"), some.headers.get("x-matched-count")]).toEqual([
      [],
      "501",
      "2",
    ]);
    pce.switches.capAt500 = false;
    pce.switches.totalCountIsFiltered = true;
    const more = await call("GET", org("/labels?max_results=1000&value=app-50"));
    expect([more.body.length, more.headers.get("x-total-count")]).toEqual([2, "2"]);
  });

  it("gives whole collections as jobs", async () => {
    fill(501);
    pce.switches.jobPolls = 1;
    const started = await call("GET", org("/labels?key=app"), undefined, { Prefer: "respond-async" });
    const job = started.headers.get("location") ?? "";
    expect([started.status, started.body, started.headers.get("retry-after")]).toEqual([202, "", "5"]);
    expect((await call("GET", job)).body).toMatchObject({ href: job, status: "running" });
    const done = (await call("GET", job)).body;
    expect(done).toMatchObject({ status: "done", result: { href: expect.stringContaining("/datafiles/") } });
    expect((await call("GET", done.result.href)).body).toHaveLength(501);
    pce.switches.failJobs = 1;
    pce.switches.jobPolls = 0;
    const failing = await call("GET", org("/labels"), undefined, { Prefer: "respond-async" });
    expect((await call("GET", failing.headers.get("location") ?? "")).body).toMatchObject({
      status: "failed",
    });
  });

  it("filters workloads by labels, text and state", async () => {
    const { seed } = pce;
    seed.workload({
      name: "a",
      labels: { app: "orders", env: "prod" },
      addresses: ["10.0.0.1"],
      managed: true,
    });
    seed.workload({ name: "ab", labels: { app: "orders" }, addresses: ["10.0.0.2"] });
    seed.remove(seed.workload({ name: "gone", labels: { app: "orders" } }));
    const names = async (query: Record<string, string>): Promise<string> =>
      (await call("GET", org(`/workloads?${new URLSearchParams(query)}`))).body
        .map((row: { name: string }) => row.name)
        .join(" ");
    const [orders, prod] = [seed.label("app", "orders"), seed.label("env", "prod")];
    expect(await names({ labels: JSON.stringify([[orders, prod], ["x"]]) })).toBe("a");
    expect(await names({ name: "A" })).toBe("a ab");
    expect(await names({ managed: "false" })).toBe("ab");
    expect(await names({ ip_address: "0.0.2" })).toBe("ab");
    expect(await names({ include_deleted: "True" })).toBe("a ab gone");
  });
});

describe("bulk and limits", () => {
  it("answers per item, and one operation at a time", async () => {
    const created = await call("PUT", org("/workloads/bulk_create"), [
      { name: "a" },
      {},
      { name: "b", colour: 1 },
    ]);
    expect(created.body).toMatchObject([
      { status: "created" },
      { status: "validation_failure", token: "input_validation_error" },
      { status: "validation_failure", message: expect.stringContaining("colour") },
    ]);
    const { href } = created.body[0];
    expect((await call("PUT", org("/workloads/bulk_update"), [{ href, description: "x" }])).body).toEqual([
      { href, status: "updated" },
    ]);
    pce.seed.update(href, { external_data_set: "aws", external_data_reference: "arn:1" });
    const byReference = "/orgs/1/workloads?external_data_set=aws&external_data_reference=arn%3A1";
    const gone = await call("PUT", org("/workloads/bulk_delete"), [
      { href: byReference },
      { href: "/orgs/1/workloads/x" },
    ]);
    expect(gone.body).toMatchObject([
      { href: "/orgs/1/workloads/x", errors: [{ token: "not_found_error" }] },
    ]);
    pce.switches.bulkMilliseconds = 5;
    await call("PUT", org("/workloads/bulk_create"), []);
    expect((await call("PUT", org("/workloads/bulk_create"), [])).status).toBe(429);
    now += 10;
    expect((await call("PUT", org("/workloads/bulk_create"), [])).status).toBe(200);
    now += 10;
    expect((await call("PUT", org("/workloads/bulk_create"), Array(1001).fill({ name: "x" }))).status).toBe(
      406,
    );
  });

  it("lets 500 requests a minute pass", async () => {
    pce.switches.requestsPerMinute = 3;
    const statuses: number[] = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await call("GET", "/noop")).status);
    now += 60_000;
    statuses.push((await call("GET", "/noop")).status);
    expect(statuses).toEqual([204, 204, 204, 429, 204]);
  });

  it("meets faults by method and path, so many times, before or after the work", async () => {
    const when = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path.endsWith("/labels");
    pce.faults.add({ when, answer: { kind: "status", status: 429, retryAfter: 7 }, times: 1 });
    pce.faults.add({ when, answer: { kind: "status", status: 502 }, times: 1, afterwards: true });
    const label = { key: "role", value: "web" };
    const first = await call("POST", org("/labels"), label);
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await call("POST", org("/labels"), label)).status).toBe(502);
    expect(token(await call("POST", org("/labels"), label))).toBe("label_key_and_value_must_be_unique");
    const remove = pce.faults.add({ when: () => true, answer: { kind: "html", status: 200 } });
    expect((await call("GET", org("/labels"))).headers.get("content-type")).toBe("text/html");
    remove();
    expect((await call("GET", org("/labels"))).status).toBe(200);
  });

  it("numbers with 17 digits stay apart", async () => {
    const big = createSandboxPce({ bigIds: true });
    const [a, b] = [big.seed.label("role", "a"), big.seed.label("role", "b")];
    expect([a.split("/").at(-1), b.split("/").at(-1)].map((id) => id?.length)).toEqual([17, 17]);
    expect((await client(big)("GET", a)).body).toMatchObject({ href: a, value: "a" });
  });
});

describe("traffic and events", () => {
  const csv = { "content-type": "text/csv" };

  it("takes flows line by line and keeps them", async () => {
    const text =
      "10.0.1.10,10.0.9.20,3306,6\r\n 10.0.1.10,10.0.9.20,3306,6\nsrc_ip,dst_ip,dst_port,protocol\n2001:db8::1,2001:db8::2,5432,6";
    const answer = await call("POST", org("/agents/bulk_traffic_flows"), text, csv);
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        num_flows_received: 4,
        num_flows_failed: 2,
        failed_flows: [" 10.0.1.10,10.0.9.20,3306,6", "src_ip,dst_ip,dst_port,protocol"],
      },
    ]);
    expect(pce.receivedFlows).toEqual([
      { srcIp: "10.0.1.10", dstIp: "10.0.9.20", dstPort: 3306, protocol: 6, receivedAt: now },
      { srcIp: "2001:db8::1", dstIp: "2001:db8::2", dstPort: 5432, protocol: 6, receivedAt: now },
    ]);
    const many = Array(1001).fill("10.0.1.10,10.0.9.20,3306,6").join("\n");
    expect((await call("POST", org("/agents/bulk_traffic_flows"), many, csv)).status).toBe(406);
  });

  it("finds uploaded flows as unknown ones", async () => {
    pce.seed.workload({ name: "db", labels: { role: "db" }, addresses: ["10.0.9.20"] });
    await call(
      "POST",
      org("/agents/bulk_traffic_flows"),
      "10.0.1.10,10.0.9.20,3306,6\n10.0.1.10,10.0.9.21,3306,6",
      csv,
    );
    const rows = async (more: Record<string, Json>): Promise<Json[] | number> => {
      const query = await call("POST", org("/traffic_flows/async_queries"), {
        query_name: "q",
        start_date: "2025-01-09T00:00:00Z",
        end_date: "2025-01-11T00:00:00Z",
        sources: { include: [[]], exclude: [] },
        destinations: { include: [[{ label: { href: pce.seed.label("role", "db") } }]], exclude: [] },
        services: { include: [{ port: 3306, proto: 6 }], exclude: [] },
        policy_decisions: [],
        max_results: 100,
        ...more,
      });
      if (query.status !== 202) return query.status;
      const status = (await call("GET", query.body.href)).body;
      return (await call("GET", status.result)).body;
    };
    expect(await rows({})).toMatchObject([
      {
        src: { ip: "10.0.1.10" },
        dst: { workload: { name: "db" } },
        policy_decision: "unknown",
        num_connections: 1,
      },
    ]);
    expect(await rows({ policy_decisions: ["allowed"] })).toEqual([]);
    expect(await rows({ end_date: "2025-01-11" })).toBe(406);
    expect(
      await rows({ sources: { include: [[{ ip_address: { value: "10.0.1.10" } }]], exclude: [] } }),
    ).toBe(406);
    expect(await rows({ sources: { include: [], exclude: [{ ip_address: "10.0.1.10" }] } })).toEqual([]);
  });

  it("tells every write as an event", async () => {
    await call("POST", org("/labels"), { key: "role", value: "web" });
    const events = (await call("GET", org("/events?event_type=label.create"))).body;
    expect(events).toMatchObject([
      {
        timestamp: "2025-01-10T08:00:00.000Z",
        created_by: { user: { href: "/users/1" } },
        action: { api_endpoint: "/api/v2/orgs/1/labels", api_method: "POST", http_status_code: 201 },
        resource_changes: [{ change_type: "create", resource: { label: { key: "role", value: "web" } } }],
      },
    ]);
  });

  it("tells the coverage of edges", async () => {
    const { seed } = pce;
    const web = seed.workload({ name: "web", labels: { role: "web" }, addresses: ["10.0.1.10"] });
    const db = seed.workload({ name: "db", labels: { role: "db" }, addresses: ["10.0.9.20"] });
    const rule = seed.rule(seed.ruleSet("rs"), {
      providers: ["role=db"],
      consumers: ["role=web"],
      services: ["tcp/3306"],
    });
    seed.provision();
    const edge = { source: { workload: { href: web } }, destination: { workload: { href: db } } };
    const services = [
      { port: 3306, protocol: 6 },
      { port: 22, protocol: 6 },
    ];
    const answer = await call("POST", "/orgs/1/sec_policy/active/rule_coverage", [{ ...edge, services }]);
    expect(answer.body.edges).toEqual([[[rule.replace("draft", "active")], []]]);
    const allow = await call(
      "GET",
      `/orgs/1/sec_policy/active/allow?src_workload=${web}&dst_workload=${db}&port=3306&protocol=6`,
    );
    expect(allow.body).toHaveLength(1);
  });

  it("makes API keys that work once made", async () => {
    const key = (await call("POST", "/users/1/api_keys", { name: "k" })).body;
    const authorization = `Basic ${btoa(`${key.auth_username}:${key.secret}`)}`;
    expect((await call("GET", "/noop", undefined, { authorization })).status).toBe(204);
    await call("DELETE", key.href);
    expect((await call("GET", "/noop", undefined, { authorization })).status).toBe(401);
  });
});
