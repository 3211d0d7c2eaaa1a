import { beforeEach, describe, expect, it } from "vitest";
import type { SeedRule } from "../model/seed.ts";
import type { ActorText } from "../model/seed-notation.ts";
import { createSandboxPce, type SandboxPce } from "../sandbox-pce.ts";
import type { Decision } from "./decide.ts";

/** web-1, web-2, bill-1, bare-1 and the database of the running example. */
const ADDRESS = {
  "web-1": "10.0.1.10",
  "web-2": "10.0.2.10",
  "bill-1": "10.0.3.10",
  "bare-1": "10.0.8.8",
} as const;

let pce: SandboxPce;
let hrefs: Record<string, string>;
let virtualService: string;

beforeEach(() => {
  pce = createSandboxPce({ now: () => Date.UTC(2025, 0, 1) });
  const { seed } = pce;
  const web = { role: "web", app: "orders", env: "prod", loc: "us-east-1" };
  hrefs = {
    "web-1": seed.workload({
      name: "web-1",
      labels: web,
      addresses: ["10.0.1.10/24", "2001:db8::10/64"],
      managed: true,
      fields: { public_ip: "203.0.113.9" },
    }),
    "web-2": seed.workload({
      name: "web-2",
      labels: { ...web, env: "dev" },
      addresses: ["10.0.2.10"],
      managed: true,
    }),
    "bill-1": seed.workload({
      name: "bill-1",
      labels: { ...web, app: "billing" },
      addresses: ["10.0.3.10"],
      managed: true,
    }),
    "bare-1": seed.workload({ name: "bare-1", addresses: ["10.0.8.8"] }),
    db: seed.workload({ name: "ordersdb", labels: { ...web, role: "database" }, addresses: ["10.0.9.20"] }),
    unlabelled: seed.workload({ name: "unlabelled-db", addresses: ["10.0.9.30"] }),
  };
  virtualService = seed.virtualService("ordersdb", {
    labels: { ...web, role: "database" },
    ports: ["tcp/3306"],
    fields: { service_addresses: [{ fqdn: "orders.abc.us-east-1.rds.example.com", port: 3306 }] },
  });
  seed.provision();
});

const PROD = [["app=orders", "env=prod"]];

/** Provisions one rule set with one rule. */
function allow(scopes: readonly (readonly ActorText[])[], rule: Partial<SeedRule> = {}): string {
  const ruleSet = pce.seed.ruleSet(`set ${pce.state.events.length}`, scopes);
  pce.seed.rule(ruleSet, {
    providers: ["role=database"],
    consumers: ["role=web"],
    services: ["tcp/3306"],
    ...rule,
  });
  pce.seed.provision();
  return ruleSet;
}

function decideFor(source: string, destination = "10.0.9.20", port = 3306, protocol = 6): Decision {
  return pce.judge()({ source: { address: source }, destination: { address: destination }, port, protocol });
}

const allowed = (): string =>
  Object.entries(ADDRESS)
    .filter(([, address]) => decideFor(address).verdict === "allowed")
    .map(([name]) => name)
    .join(" ");

describe("scopes", () => {
  it.each([
    { name: "S1 every entry holds", scopes: PROD, rule: {}, want: "web-1" },
    { name: "S2 scopes are not merged", scopes: [["env=prod"], ["env=dev"]], rule: {}, want: "web-1 bill-1" },
    { name: "S3 intra-scope bounds consumers", scopes: PROD, rule: { consumers: ["app=billing"] }, want: "" },
    {
      name: "S4 extra-scope does not",
      scopes: PROD,
      rule: { consumers: ["app=billing", "env=prod"], fields: { unscoped_consumers: true } },
      want: "bill-1",
    },
    { name: "S5 [[]] is everything", scopes: [[]], rule: {}, want: "web-1 web-2 bill-1" },
    { name: "S5 [] too", scopes: [], rule: {}, want: "web-1 web-2 bill-1" },
  ])("$name", ({ scopes, rule, want }) => {
    allow(scopes, rule);
    expect(allowed()).toBe(want);
  });

  it("S2 a label group of two environments in one scope joins them", () => {
    const group = pce.seed.labelGroup("envs", "env", ["prod", "dev"]);
    allow([["app=orders", group]]);
    expect(allowed()).toBe("web-1 web-2");
  });
});

describe("actors", () => {
  it.each([
    {
      name: "S6 same key OR, keys AND",
      consumers: ["role=web", "env=prod", "env=dev"],
      want: "web-1 web-2 bill-1",
    },
    { name: "S6 keys AND", consumers: ["role=web", "env=dev"], want: "web-2" },
    { name: "S6 ams is every workload", consumers: ["ams"], want: "web-1 web-2 bill-1 bare-1" },
    { name: "S6 ams absorbs labels", consumers: ["ams", "env=dev"], want: "web-1 web-2 bill-1 bare-1" },
    { name: "S8 exclusion needs another label of the key", consumers: ["!env=dev"], want: "web-1 bill-1" },
    { name: "S8 with an inclusion", consumers: ["app=orders", "!env=dev"], want: "web-1" },
    { name: "S8 several exclusions", consumers: ["!env=dev", "!env=prod"], want: "" },
  ])("$name: $consumers -> $want", ({ consumers, want }) => {
    allow([[]], { consumers });
    expect(allowed()).toBe(want);
  });

  it("S6 direct terms are united with labels, ams never means any address", () => {
    const corp = pce.seed.ipList("corp", [
      "10.20.0.0/16",
      "!10.20.5.0/24",
      "10.30.0.5-10.30.0.9",
      "2001:db8:1::/48",
    ]);
    allow([[]], { consumers: ["env=dev", corp] });
    expect(allowed()).toBe("web-2");
    const verdicts = ["10.20.1.1", "10.20.5.1", "10.30.0.9", "10.30.0.10", "2001:db8:1::5"].map(
      (ip) => decideFor(ip).verdict,
    );
    expect(verdicts).toEqual(["allowed", "blocked", "allowed", "blocked", "allowed"]);
  });

  it("S7 groups are flattened, an empty group matches nothing", () => {
    const inner = pce.seed.labelGroup("inner", "app", ["billing"]);
    const outer = pce.seed.labelGroup("outer", "app", [], [inner]);
    const none = pce.seed.labelGroup("none", "app", []);
    allow([[]], { consumers: ["role=web", outer] });
    expect(allowed()).toBe("bill-1");
    pce.seed.update(outer, { sub_groups: [{ href: none }] });
    pce.seed.provision();
    expect(allowed()).toBe("");
  });

  it("S16 a workload named outside the scope is not granted", () => {
    allow(PROD, { consumers: [hrefs["bill-1"] ?? "", hrefs["web-1"] ?? ""] });
    expect(allowed()).toBe("web-1");
  });
});

describe("virtual services", () => {
  const asVirtual = {
    fields: { resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] } },
    services: [],
  };

  it("S9 resolve by their own labels and reach the bound workload", () => {
    allow(PROD, asVirtual);
    expect(decideFor(ADDRESS["web-1"]).verdict).toBe("blocked");
    pce.seed.bind(virtualService, hrefs.unlabelled ?? "");
    expect(decideFor(ADDRESS["web-1"], "10.0.9.30").verdict).toBe("allowed");
    expect(decideFor(ADDRESS["web-1"], "10.0.9.20").verdict).toBe("blocked");
  });

  it("S10 S11 a port override counts at the workload of its binding, at once", () => {
    allow(PROD, asVirtual);
    pce.seed.bind(virtualService, hrefs.unlabelled ?? "", [{ port: 3306, proto: 6, new_port: 3307 }]);
    pce.seed.bind(virtualService, hrefs.db ?? "");
    const at = (address: string, port: number) => decideFor(ADDRESS["web-1"], address, port).verdict;
    expect([
      at("10.0.9.30", 3307),
      at("10.0.9.30", 3306),
      at("10.0.9.20", 3306),
      at("10.0.9.20", 3307),
    ]).toEqual(["allowed", "blocked", "allowed", "blocked"]);
  });

  it("S10 an override takes the place of the whole range it lies in, and several all count", () => {
    pce.seed.update(virtualService, { service_ports: [{ proto: 6, port: 3300, to_port: 3310 }] });
    allow(PROD, asVirtual);
    pce.seed.bind(virtualService, hrefs.unlabelled ?? "", [
      { port: 3306, proto: 6, new_port: 4306 },
      { port: 3307, proto: 6, new_port: 4307 },
    ]);
    const at = (port: number) => decideFor(ADDRESS["web-1"], "10.0.9.30", port).verdict;
    expect([3300, 3306, 4306, 4307].map(at)).toEqual(["blocked", "blocked", "allowed", "allowed"]);
  });

  it("S11 as consumers count with the addresses of their workloads, or their overrides", () => {
    const batch = pce.seed.virtualService("batch", { labels: { role: "batch" }, ports: ["tcp/80"] });
    pce.seed.provision();
    pce.seed.bind(batch, hrefs["bare-1"] ?? "");
    allow([[]], { consumers: [batch] });
    expect(allowed()).toBe("bare-1");
    pce.seed.update(batch, { ip_overrides: ["10.77.0.0/16"] });
    pce.seed.provision();
    expect([allowed(), decideFor("10.77.1.1").verdict]).toEqual(["", "allowed"]);
  });
});

describe("services and addresses", () => {
  it.each([
    { services: ["tcp/3306"], port: 3306, protocol: 6, want: "allowed" },
    { services: ["tcp/3306"], port: 3306, protocol: 17, want: "blocked" },
    { services: ["tcp/3300-3310"], port: 3310, protocol: 6, want: "allowed" },
    { services: ["tcp/"], port: 9, protocol: 6, want: "allowed" },
    { services: ["/orgs/1/sec_policy/active/services/1"], port: 9, protocol: 47, want: "allowed" },
  ])("S10 $services holds $protocol/$port: $want", ({ services, port, protocol, want }) => {
    allow([[]], { services });
    expect(decideFor(ADDRESS["web-1"], "10.0.9.20", port, protocol).verdict).toBe(want);
  });

  it("S12 a provider IP list opens nothing at a known workload", () => {
    const toOutside = decideFor(ADDRESS["web-1"], "198.51.100.1");
    expect([toOutside.verdict, decideFor(ADDRESS["web-1"]).verdict]).toEqual(["allowed", "blocked"]);
  });

  it("S13 S19 IPv6 counts, loopback, ignored interfaces and public addresses do not", () => {
    allow([[]]);
    pce.seed.workload({
      name: "odd",
      labels: { role: "web" },
      managed: true,
      addresses: ["127.0.0.1", "169.254.1.1", "10.5.5.5"],
      fields: { ignored_interface_names: ["eth2"] },
    });
    const seen = ["2001:db8::10", "127.0.0.1", "169.254.1.1", "10.5.5.5", "203.0.113.9"].map(
      (ip) => decideFor(ip).verdict,
    );
    expect(seen).toEqual(["allowed", "blocked", "blocked", "blocked", "blocked"]);
    pce.switches.publicIpIsAddress = true;
    expect(decideFor("203.0.113.9").verdict).toBe("allowed");
  });

  it("S13 use_workload_subnets takes the neighbours too", () => {
    allow([[]], { fields: { use_workload_subnets: ["consumers"] } });
    expect([decideFor("10.0.1.77").verdict, decideFor("10.0.2.77").verdict]).toEqual(["allowed", "blocked"]);
  });

  it("S14 non_brn rules do not hold inside", () => {
    allow([[]], { fields: { network_type: "non_brn" } });
    expect(allowed()).toBe("");
  });
});

describe("effect", () => {
  it("S17 S21 a draft waits, labels do not", () => {
    const ruleSet = allow(PROD);
    pce.seed.update(ruleSet, { enabled: false });
    expect(allowed()).toBe("web-1");
    expect(
      pce.judge("draft")({
        source: { address: "10.0.1.10" },
        destination: { address: "10.0.9.20" },
        port: 3306,
        protocol: 6,
      }).verdict,
    ).toBe("blocked");
    pce.seed.relabel(hrefs["web-2"] ?? "", { role: "web", app: "orders", env: "prod" });
    expect(allowed()).toBe("web-1 web-2");
    pce.seed.provision();
    expect(allowed()).toBe("");
  });

  it("S18 allow beats deny, override-deny beats allow", () => {
    const ruleSet = allow(PROD);
    const deny = { providers: ["role=database"], consumers: ["role=web"], services: ["tcp/3306"] };
    pce.seed.denyRule(ruleSet, deny);
    pce.seed.provision();
    expect([allowed(), decideFor(ADDRESS["web-1"]).deny.length]).toEqual(["web-1", 1]);
    pce.seed.denyRule(ruleSet, { ...deny, fields: { override: true } });
    pce.seed.provision();
    expect(allowed()).toBe("");
  });

  it("S8 S18 override-denies read exclusions widely and meet a database through its virtual service", () => {
    const ruleSet = allow([[]], { providers: [hrefs.unlabelled ?? ""], consumers: ["ams"] });
    pce.seed.bind(virtualService, hrefs.unlabelled ?? "");
    expect(decideFor(ADDRESS["bare-1"], "10.0.9.30").verdict).toBe("allowed");
    pce.seed.denyRule(ruleSet, {
      providers: ["role=database"],
      consumers: ["!env=dev"],
      services: ["tcp/3306"],
      fields: { override: true },
    });
    pce.seed.provision();
    const verdicts = Object.values(ADDRESS).map((address) => decideFor(address, "10.0.9.30").verdict);
    expect(verdicts).toEqual(["blocked", "allowed", "blocked", "blocked"]);
  });

  it("S20 rules for user groups or IPsec grant nothing", () => {
    allow([[]], { fields: { consuming_security_principals: [{ href: "/orgs/1/security_principals/dba" }] } });
    allow([[]], { fields: { machine_auth: true } });
    expect([allowed(), decideFor(ADDRESS["web-1"]).conditional.length]).toEqual(["", 2]);
  });
});
