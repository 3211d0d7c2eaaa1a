import { describe, expect, it } from "vitest";
import {
  ADDRESS_OF,
  actors,
  allowRule,
  BROKEN,
  binding,
  labelGroup,
  ORDERS,
  overrideDeny,
  policy,
  reaches,
  resolved,
  ruleSet,
  tcp,
  virtualService,
  whoReaches,
  workload,
} from "../../../test/fixtures/policy.ts";
import { toCidrs } from "../net/address-set.ts";
import type { AllowRule, DenyRule, Policy } from "./model.ts";
import { resolvePolicy } from "./resolve-policy.ts";

interface Row {
  readonly scopes?: string;
  readonly rule: string;
  readonly want: string;
  readonly more?: Partial<AllowRule>;
}

function withRule(row: Omit<Row, "want">, more: Partial<Policy> = {}): Policy {
  const rules = [allowRule(row.rule, row.more)];
  return policy({ ruleSets: [ruleSet(row.scopes ?? "", { rules })], ...more });
}

const codes = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code);

describe("scopes", () => {
  const extra = { unscopedConsumers: true };
  it.each<Row>([
    { scopes: "app=orders env=prod", rule: "role=web -> role=database", want: "web-1" },
    { scopes: "app=orders env=dev", rule: "role=web -> role=database", want: "" },
    // Scopes do not merge: a dev client stays out of the production database.
    { scopes: "app=orders env=prod | app=orders env=dev", rule: "role=web -> role=database", want: "web-1" },
    { scopes: "app=orders group:envs", rule: "role=web -> role=database", want: "web-1 web-2" },
    { scopes: "app=orders env=prod", rule: "app=billing -> role=database", want: "" },
    {
      scopes: "app=orders env=prod",
      rule: "app=billing env=prod -> role=database",
      want: "bill-1",
      more: extra,
    },
    { scopes: "", rule: "role=web -> role=database", want: "web-1 web-2 bill-1" },
    { scopes: "!env=dev", rule: "role=web -> role=database", want: "web-1 bill-1" },
    { scopes: "env=prod env=dev", rule: "role=web -> role=database", want: "" },
    { scopes: "env=unheard-of", rule: "role=web -> role=database", want: "" },
    { scopes: "? | env=prod", rule: "role=web -> role=database", want: "web-1 bill-1" },
  ])("$scopes: $rule lets in [$want]", ({ want, ...row }) => {
    const groups = [labelGroup("envs", { labels: ["/labels/env=prod", "/labels/env=dev"] })];
    expect(whoReaches(resolved(withRule(row, { labelGroups: groups })))).toBe(want);
  });

  it("takes a rule set without scopes for one that holds everywhere", () => {
    const rules = [allowRule("role=web -> role=database")];
    const answer = resolved(policy({ ruleSets: [ruleSet("", { scopes: [], rules })] }));
    expect(whoReaches(answer)).toBe("web-1 web-2 bill-1");
  });
});

describe("actors", () => {
  const extra = { unscopedConsumers: true };
  const prod = "app=orders env=prod";
  it.each<Row>([
    { rule: "role=web env=prod env=dev -> role=database", want: "web-1 web-2 bill-1" },
    { rule: "role=web app=orders -> role=database", want: "web-1 web-2" },
    { rule: "role=web role=batch app=billing -> role=database", want: "bill-1" },
    { scopes: prod, rule: "ams -> role=database", want: "web-1 ordersdb" },
    { scopes: prod, rule: "ams -> role=database", want: "web-1 web-2 bill-1 bare-1 ordersdb", more: extra },
    { rule: "ams role=web -> role=database", want: "web-1 web-2 bill-1 bare-1 ordersdb" },
    { rule: "ams !env=dev -> role=database", want: "web-1 bill-1 ordersdb" },
    { scopes: prod, rule: "role=web list:corp -> role=database", want: "web-1 office" },
    { rule: "!env=dev -> role=database", want: "web-1 bill-1 ordersdb" },
    { rule: "app=orders !env=dev -> role=database", want: "web-1 ordersdb" },
    { rule: "!env=dev !env=prod -> role=database", want: "" },
    { rule: "workload:bill-1 -> role=database", want: "bill-1" },
    { scopes: prod, rule: "workload:bill-1 -> role=database", want: "" },
    { scopes: prod, rule: "workload:bill-1 -> role=database", want: "bill-1", more: extra },
    { rule: "role=web -> workload:ordersdb", want: "web-1 web-2 bill-1" },
    { scopes: "env=dev", rule: "role=web -> workload:ordersdb", want: "" },
    { scopes: "env=dev", rule: "role=web -> workload:ordersdb", want: "", more: extra },
    { rule: "role=web -> role=web", want: "" },
    { rule: "ams -> list:any", want: "" },
    { rule: "list:corp -> list:any", want: "" },
  ])("$scopes: $rule lets in [$want]", ({ want, ...row }) => {
    expect(whoReaches(resolved(withRule(row)))).toBe(want);
  });

  it("lets direct actors outside the scope count when it is told to", () => {
    const outside = withRule({ scopes: "env=dev", rule: "workload:bill-1 -> workload:ordersdb" });
    expect(whoReaches(resolved(outside, { directActorsIgnoreScope: true }))).toBe("bill-1");
    expect(codes(resolved(outside).findings)).toEqual(["ACTOR_OUTSIDE_SCOPE"]);
  });

  it("reports each provider outside the scope, whichever is named first", () => {
    const twin = workload("twin", { externalDataReference: ORDERS.arn });
    const workloads = [...policy().workloads, twin];
    for (const providers of ["workload:ordersdb workload:twin", "workload:twin workload:ordersdb"]) {
      const of = withRule({ scopes: "env=dev", rule: `ams -> ${providers}` }, { workloads });
      const outside = resolved(of).findings.filter(({ code }) => code === "ACTOR_OUTSIDE_SCOPE");
      expect(outside.map(({ what }) => /"\/workloads\/(\w+)" lies/.exec(what)?.[1])).toEqual([
        "ordersdb",
        "twin",
      ]);
    }
  });

  it("reports an IP list that seems to make the database a provider", () => {
    expect(codes(resolved(withRule({ rule: "ams -> list:any" })).findings)).toContain(
      "PROVIDER_IP_LIST_IGNORED",
    );
  });
});

describe("label groups", () => {
  const nested = [
    labelGroup("a", { key: "role", labels: ["/labels/role=web"], subGroups: ["/label_groups/b"] }),
    labelGroup("b", { key: "role", labels: ["/labels/role=batch"], subGroups: ["/label_groups/a"] }),
    labelGroup("empty", { key: "role" }),
    labelGroup("holed", { key: "role", labels: ["/labels/role=web", "/labels/role=lost"] }),
    labelGroup("envs", { labels: ["/labels/env=dev"] }),
  ];
  it.each<Row>([
    { rule: "group:b app=orders -> role=database", want: "web-1 web-2" },
    { rule: "group:empty -> role=database", want: "" },
    { rule: "group:empty role=web app=orders -> role=database", want: "web-1 web-2" },
    { rule: "group:holed app=billing -> role=database", want: "bill-1" },
    { rule: "!group:envs -> role=database", want: "web-1 bill-1 ordersdb" },
    { rule: "!group:holed -> role=database", want: "" },
    { rule: "group:gone list:corp -> role=database", want: "" },
  ])("$rule lets in [$want]", ({ want, ...row }) => {
    expect(whoReaches(resolved(withRule(row, { labelGroups: nested })))).toBe(want);
  });
});

describe("what cannot be read, in allows", () => {
  it.each([
    { rule: "role=web role=lost -> role=database", want: "", code: "LABEL_MISSING" },
    { rule: "role=web ?label -> role=database", want: "", code: "TEST_BROKEN" },
    { rule: "role=web ?direct -> role=database", want: "web-1 web-2 bill-1", code: "TEST_BROKEN" },
    { rule: "role=web workload:gone -> role=database", want: "web-1 web-2 bill-1", code: "ACTOR_MISSING" },
    { rule: "list:corp list:gone -> role=database", want: "office", code: "ACTOR_MISSING" },
  ])("$rule lets in [$want] and reports $code", ({ rule, want, code }) => {
    const answer = resolved(withRule({ rule }));
    expect(whoReaches(answer)).toBe(want);
    expect(codes(answer.findings)).toContain(code);
    expect(answer.incomplete).toEqual([]);
  });

  it("reports an unreadable provider and an unreadable scope beside no database", () => {
    const rules = [allowRule("role=web -> role=lost role=database")];
    const unreadable = policy({ ruleSets: [ruleSet("", { rules }), ruleSet("?", { rules })] });
    const { findings } = resolvePolicy(unreadable, [ORDERS]);
    expect([...new Set(codes(findings))]).toEqual(["LABEL_MISSING", "TEST_BROKEN"]);
  });

  it("drops an IP list with a lost exclusion, and only the range when an inclusion is lost", () => {
    const range = { from: "10.20.0.0", to: "10.20.255.255", exclusion: false };
    const lists = (lost: object) => [
      { href: "/ip_lists/corp", name: "corp", ranges: [range, { ...BROKEN, ...lost }], fqdns: [] },
    ];
    const row = { rule: "list:corp -> role=database" };
    expect(whoReaches(resolved(withRule(row, { ipLists: lists({}) })))).toBe("");
    expect(whoReaches(resolved(withRule(row, { ipLists: lists({ exclusion: true }) })))).toBe("");
    expect(whoReaches(resolved(withRule(row, { ipLists: lists({ exclusion: false }) })))).toBe("office lab");
  });

  it("does not let a workload with unreadable labels through an exclusion", () => {
    const workloads = [
      ...policy().workloads.filter((each) => each.name === "ordersdb"),
      workload("web-1 env=prod", { unreadable: [BROKEN] }),
    ];
    expect(whoReaches(resolved(withRule({ rule: "!env=dev -> role=database" }, { workloads })))).toBe(
      "ordersdb",
    );
    expect(whoReaches(resolved(withRule({ rule: "env=prod -> role=database" }, { workloads })))).toBe(
      "web-1 ordersdb",
    );
  });

  it("leaves out two different objects with one href", () => {
    const twice = [...policy().labels, { href: "/labels/role=web", key: "role", value: "renamed" }];
    const answer = resolvePolicy(withRule({ rule: "role=web -> role=database" }, { labels: twice }), [
      ORDERS,
    ]);
    expect(codes(answer.findings)).toContain("OBJECT_AMBIGUOUS");
    expect([...answer.databases.values()].map(whoReaches)).toEqual([""]);
  });
});

describe("virtual services", () => {
  const asServices = { resolveProvidersAs: ["virtualServices"] as const, services: [] };
  const unlabelled = policy().workloads.map((each) =>
    each.name === "ordersdb" ? { ...each, labels: [] } : each,
  );

  it("serves through its own labels, whatever the workload's are", () => {
    const row = { scopes: "app=orders env=prod", rule: "role=web -> role=database" };
    expect(whoReaches(resolved(withRule(row, { workloads: unlabelled })))).toBe("");
    expect(whoReaches(resolved(withRule({ ...row, more: asServices }, { workloads: unlabelled })))).toBe(
      "web-1",
    );
    const unbound = { serviceBindings: [] };
    expect(whoReaches(resolved(withRule({ ...row, more: asServices }, unbound)))).toBe("");
  });

  it("grants nothing when the rule names services beside virtual services only", () => {
    const answer = resolved(
      withRule({ rule: "role=web -> role=database", more: { resolveProvidersAs: ["virtualServices"] } }),
    );
    expect(whoReaches(answer)).toBe("");
    expect(codes(answer.findings)).toContain("SERVICES_BESIDE_VIRTUAL_SERVICE");
    expect(whoReaches(resolved(withRule({ rule: "role=web -> service:ordersdb" })))).toBe("");
  });

  it.each([
    { port: 3306, overrides: [], want: "web-1 web-2 bill-1" },
    { port: 3306, overrides: [{ port: 3306, protocol: 6, newPort: 3307 }], want: "" },
    { port: 3307, overrides: [{ port: 3306, protocol: 6, newPort: 3307 }], want: "web-1 web-2 bill-1" },
    { port: 3307, overrides: [{ newPort: 3305, newToPort: 3310 }], want: "web-1 web-2 bill-1" },
    { port: 3306, overrides: [{ port: 3306, protocol: 17, newPort: 3307 }], want: "web-1 web-2 bill-1" },
    { port: 3306, overrides: [BROKEN], want: "" },
  ])("is served on port $port after overrides $overrides: [$want]", ({ port, overrides, want }) => {
    const serviceBindings = [binding("ordersdb", "ordersdb", { portOverrides: overrides })];
    const of = withRule(
      { rule: "role=web -> service:ordersdb", more: { services: [] } },
      { serviceBindings },
    );
    expect(whoReaches(resolved(of, {}, { ...ORDERS, port }))).toBe(want);
  });

  it("overrides ports for the binding's own workload and for no other", () => {
    const replica = { ...ORDERS, arn: "arn:replica", endpoints: ["replica.example"], addresses: [] };
    const workloads = [...policy().workloads, workload("replica", { externalDataReference: replica.arn })];
    const serviceBindings = [
      binding("ordersdb", "ordersdb", { portOverrides: [{ port: 3306, newPort: 3307 }] }),
      binding("ordersdb", "replica"),
    ];
    const of = withRule(
      { rule: "role=web -> service:ordersdb", more: { services: [] } },
      { workloads, serviceBindings },
    );
    expect(whoReaches(resolved(of))).toBe("");
    expect(whoReaches(resolved(of, {}, replica))).toBe("web-1 web-2 bill-1");
  });

  it("consumes with its bound workloads' addresses, or with its IP overrides instead", () => {
    const row = { rule: "service:batch -> role=database" };
    const bound = [...policy().serviceBindings, binding("batch", "bare-1")];
    const services = (more: object) => [...policy().virtualServices, virtualService("batch", more)];
    const plain = { virtualServices: services({}), serviceBindings: bound };
    expect(whoReaches(resolved(withRule(row, plain)))).toBe("bare-1");
    const overridden = {
      virtualServices: services({ ipOverrides: ["10.0.1.10/32", BROKEN] }),
      serviceBindings: bound,
    };
    expect(whoReaches(resolved(withRule(row, overridden)))).toBe("web-1");
  });
});

describe("services", () => {
  it.each([
    { services: [tcp(3306)], want: true, code: undefined },
    { services: [tcp(3300, 3310)], want: true, code: "SERVICE_NARROWED_TO_LISTENER" },
    { services: [{ kind: "port" as const, protocol: 6 }], want: true, code: "SERVICE_NARROWED_TO_LISTENER" },
    { services: [{ kind: "port" as const, protocol: -1 }], want: true, code: "SERVICE_NARROWED_TO_LISTENER" },
    { services: [tcp(5432)], want: false, code: "SERVICE_MISSES_LISTENER" },
    { services: [{ ...tcp(3306), protocol: 17 }], want: false, code: "SERVICE_MISSES_LISTENER" },
    { services: [], want: false, code: "RULE_WITHOUT_SERVICES" },
    { services: [BROKEN, tcp(3306)], want: true, code: "TEST_BROKEN" },
    {
      services: [{ kind: "service" as const, href: "/services/gone" }],
      want: false,
      code: "SERVICE_MISSING",
    },
    {
      services: [{ kind: "port" as const, protocol: 6, toPort: 3306 }],
      want: false,
      code: "SERVICE_PORTS_UNREADABLE",
    },
  ])("$services opens the listener: $want, reports $code", ({ services, want, code }) => {
    const answer = resolved(withRule({ rule: "role=web -> role=database", more: { services } }));
    expect(reaches(answer, "10.0.1.10")).toBe(want);
    expect(codes(answer.findings)).toEqual(code === undefined ? [] : [code]);
  });

  it("grants nothing while the listener's port is unknown, and says that the answer is not final", () => {
    const { port: _, ...creating } = ORDERS;
    const answer = resolved(withRule({ rule: "role=web -> role=database" }), {}, creating);
    expect(whoReaches(answer)).toBe("");
    expect(codes(answer.incomplete)).toEqual(["DATABASE_PORT_UNKNOWN"]);
  });
});

describe("addresses of workloads", () => {
  const face = { name: "eth0", address: "10.0.8.8", loopback: false, linkLocal: false };
  it.each([
    { interfaces: [face, { ...face, address: "2001:db8::10" }], want: ["10.0.8.8/32", "2001:db8::10/128"] },
    { interfaces: [face, { ...face, name: "lo", address: "127.0.0.1" }], want: ["10.0.8.8/32"] },
    { interfaces: [face, { ...face, address: "169.254.7.7" }], want: ["10.0.8.8/32"] },
    { interfaces: [{ ...face, address: "fe80::1%eth0" }], want: [] },
    { interfaces: [{ ...face, loopback: true }], want: [] },
    { interfaces: [{ ...face, linkLocal: true }], want: [] },
    { interfaces: [face, { ...face, name: "docker0", address: "172.17.0.1" }], want: ["10.0.8.8/32"] },
    { interfaces: [face, { ...face, address: "not an address" }], want: ["10.0.8.8/32"] },
  ])("$interfaces count as $want, managed or not", ({ interfaces, want }) => {
    for (const managed of [true, false]) {
      const bare = workload("bare-1", { interfaces, managed, ignoredInterfaceNames: ["docker0"] });
      const workloads = [...policy().workloads.filter((each) => each.name !== "bare-1"), bare];
      const answer = resolved(withRule({ rule: "workload:bare-1 -> role=database" }, { workloads }));
      expect(toCidrs(answer.allowed)).toEqual(want);
    }
  });

  it("adds the public address only on request", () => {
    const of = withRule({ rule: "workload:web-1 -> role=database" });
    expect(toCidrs(resolved(of).allowed)).toEqual(["10.0.1.10/32"]);
    expect(toCidrs(resolved(of, { includePublicIp: true }).allowed)).toEqual([
      "10.0.1.10/32",
      "203.0.113.9/32",
    ]);
  });

  it.each([
    { cidrBlock: 24, want: ["10.0.8.0/24"] },
    { cidrBlock: undefined, want: ["10.0.8.8/32"] },
    { cidrBlock: 0, want: ["10.0.8.8/32"] },
    { cidrBlock: 64, want: ["10.0.8.8/32"] },
  ])("widens to the subnet of length $cidrBlock where the rule says so: $want", ({ cidrBlock, want }) => {
    const { cidrBlock: _, ...bare } = { ...face, cidrBlock: 1 };
    const interfaces = [cidrBlock === undefined ? bare : { ...bare, cidrBlock }];
    const workloads = [
      ...policy().workloads.filter((each) => each.name !== "bare-1"),
      workload("bare-1", { interfaces }),
    ];
    const more = { useWorkloadSubnets: ["consumers"] as const };
    const answer = resolved(withRule({ rule: "workload:bare-1 -> role=database", more }, { workloads }));
    expect(toCidrs(answer.allowed)).toEqual(want);
  });
});

describe("rules that are not in force, or cannot be put in force", () => {
  const problem = BROKEN.problem;
  it.each([
    { more: { enabled: false }, code: undefined },
    { more: { networkType: "non_brn" as const }, code: "RULE_NON_CORPORATE_NETWORK" },
    { more: { inexpressible: [{ kind: "userGroups" as const, problem }] }, code: "TEST_BROKEN" },
  ])("$more grants nothing and reports $code", ({ more, code }) => {
    const answer = resolved(withRule({ rule: "role=web -> role=database", more }));
    expect(whoReaches(answer)).toBe("");
    expect(codes(answer.findings)).toEqual(code === undefined ? [] : [code]);
  });

  it("skips every rule of a disabled rule set, denies included", () => {
    const rules = [allowRule("role=web -> role=database")];
    const off = ruleSet("", { enabled: false, rules, denyRules: [overrideDeny("ams -> ams")] });
    expect(whoReaches(resolved(policy({ ruleSets: [off] })))).toBe("");
    const on = ruleSet("env=prod", { rules });
    expect(whoReaches(resolved(policy({ ruleSets: [off, on] })))).toBe("web-1 bill-1");
  });
});

describe("override denies", () => {
  function denied(text: string, more: Partial<DenyRule> = {}, scopes = "", rest: Partial<Policy> = {}) {
    const allows = ruleSet("", { rules: [allowRule("ams list:corp -> role=database")] });
    return resolved(
      policy({ ruleSets: [allows, ruleSet(scopes, { denyRules: [overrideDeny(text, more)] })], ...rest }),
    );
  }

  it.each([
    { deny: "role=web -> role=database", want: "bare-1 ordersdb office" },
    { deny: "role=web -> role=web", want: "web-1 web-2 bill-1 bare-1 ordersdb office" },
    {
      deny: "role=web -> role=database",
      more: { override: false },
      want: "web-1 web-2 bill-1 bare-1 ordersdb office",
    },
    {
      deny: "role=web -> role=database",
      more: { enabled: false },
      want: "web-1 web-2 bill-1 bare-1 ordersdb office",
    },
    {
      deny: "role=web -> role=database",
      more: { services: [tcp(22)] },
      want: "web-1 web-2 bill-1 bare-1 ordersdb office",
    },
    {
      deny: "role=web -> role=database",
      more: { networkType: "non_brn" as const },
      want: "bare-1 ordersdb office",
    },
    { deny: "role=web -> role=database", scopes: "app=orders", want: "bill-1 bare-1 ordersdb office" },
    {
      deny: "role=web -> role=database",
      scopes: "app=orders",
      more: { unscopedConsumers: true },
      want: "bare-1 ordersdb office",
    },
    // The unlabelled machine counts as "not dev".
    { deny: "!env=dev -> role=database", want: "web-2 office" },
    { deny: "ams -> role=database", scopes: "!env=dev", want: "web-2 office" },
    {
      deny: "workload:bill-1 -> workload:ordersdb",
      scopes: "env=dev",
      want: "web-1 web-2 bare-1 ordersdb office",
    },
    { deny: "list:any -> role=database", want: "" },
    { deny: "ams -> list:any", want: "web-1 web-2 bill-1 bare-1 ordersdb office" },
  ])("$scopes: $deny ($more) leaves [$want]", ({ deny, more, scopes, want }) => {
    const answer = denied(deny, more, scopes);
    expect(whoReaches(answer)).toBe(want);
    expect(answer.incomplete).toEqual([]);
  });

  it("knows the database by the labels of its virtual service too", () => {
    const workloads = policy().workloads.map((each) =>
      each.name === "ordersdb" ? { ...each, labels: [] } : each,
    );
    const rules = [allowRule("ams -> workload:ordersdb")];
    const denyRules = [overrideDeny("role=web -> role=database")];
    const answer = resolved(policy({ workloads, ruleSets: [ruleSet("", { rules, denyRules })] }));
    expect(whoReaches(answer)).toBe("bare-1 ordersdb");
  });

  it.each([
    { deny: "list:gone -> role=database", want: "" },
    { deny: "?direct -> role=database", want: "" },
    { deny: "role=lost -> role=database", want: "office" },
    { deny: "role=web -> ?label", want: "bare-1 ordersdb office" },
    { deny: "role=web -> role=lost", want: "bare-1 ordersdb office" },
    { deny: "role=web -> role=database", more: { services: [BROKEN] }, want: "bare-1 ordersdb office" },
    { deny: "role=web -> role=database", scopes: "app=lost", want: "bare-1 ordersdb office" },
  ])(
    "$scopes: $deny ($more) takes all it might and marks the answer incomplete",
    ({ deny, more, scopes, want }) => {
      const answer = denied(deny, more, scopes);
      expect(whoReaches(answer)).toBe(want);
      expect(answer.incomplete).not.toEqual([]);
    },
  );

  it("marks only the databases that an unreadable part might concern", () => {
    expect(denied("role=lost -> role=web").incomplete).toEqual([]);
    const other = { ...ORDERS, arn: "arn:other", endpoints: [], addresses: [] };
    const workloads = [
      ...policy().workloads,
      workload("otherdb app=billing", { externalDataReference: other.arn, unreadable: [BROKEN] }),
    ];
    const ruleSets = [ruleSet("", { denyRules: [overrideDeny("workload:web-1 -> role=database")] })];
    expect(resolved(policy({ workloads, ruleSets })).incomplete).toEqual([]);
    expect(codes(resolved(policy({ workloads, ruleSets }), {}, other).incomplete)).toEqual([
      "WORKLOAD_UNREADABLE",
    ]);
  });
});

describe("reasons", () => {
  it("names the rule and the object behind every address, in an order of their own", () => {
    const answer = resolved(withRule({ rule: "role=web app=orders list:corp -> role=database" }));
    const rule = "/rules/role=webapp=orderslist:corp->role=database";
    expect(answer.grants.map((grant) => grant.because)).toEqual([
      { rule, ipList: "/ip_lists/corp" },
      { rule, workload: "/workloads/web-1" },
      { rule, workload: "/workloads/web-2" },
    ]);
    expect(answer.grants.every((grant) => grant.fromPort === 3306 && grant.protocol === 6)).toBe(true);
  });

  it("shows the labels of the objects that stand for the database", () => {
    expect(resolved(policy()).labels).toEqual({ app: ["orders"], env: ["prod"], role: ["database"] });
  });

  it("keeps every name of the shop apart", () => {
    expect(new Set(Object.values(ADDRESS_OF)).size).toBe(Object.keys(ADDRESS_OF).length);
    expect(actors("ams ?label")).toHaveLength(2);
  });
});
