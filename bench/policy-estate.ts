/** A seeded estate of the size a large company has, in the words of the policy model. */
import type {
  Actor,
  AllowRule,
  DenyRule,
  IpList,
  LabelTerm,
  Policy,
  RuleService,
  RuleSet,
  ServiceBinding,
  VirtualService,
  Workload,
} from "../src/core/policy/model.ts";
import type { DatabaseIdentity } from "../src/core/policy/resolution.ts";
import { seededRandom } from "./seeded-random.ts";

export interface EstateSize {
  readonly workloads: number;
  readonly rules: number;
  readonly ruleSets: number;
  readonly databases: number;
}

export interface Estate {
  readonly policy: Policy;
  readonly databases: readonly DatabaseIdentity[];
}

/** A number from 0 up to but not including 1. */
type Random = () => number;

const ROLES = ["database", "web", "api", "worker", "batch", "cache", "proxy", "monitor", "backup", "bastion"];
const ENVS = ["prod", "stage", "test", "dev"];
const LOCS = Array.from({ length: 12 }, (_, n) => `region-${n}`);

const href = (key: string, value: string | number): string => `/orgs/1/labels/${key}-${value}`;
const label = (key: string, value: string | number, exclusion = false): LabelTerm => ({
  kind: "label",
  href: href(key, value),
  exclusion,
});

/** The estate of that size; the same seed gives the same estate on every machine. */
export function policyEstate(size: EstateSize, seed = 1): Estate {
  const below = seededRandom(seed);
  const next: Random = () => below(2 ** 30) / 2 ** 30;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const apps = Array.from({ length: Math.max(10, size.databases) }, (_, n) => `app${n}`);
  const workloads = Array.from({ length: size.workloads - size.databases }, (_, n) =>
    client(n, next, pick, apps),
  );
  const databases = Array.from({ length: size.databases }, (_, n) => database(n));
  const standing = databases.map((each, n) => databaseWorkload(each, n, apps[n] ?? "", pick(ENVS)));
  const virtualServices = standing.map(virtualService);
  const bindings = standing.map((workload, n) => binding(workload, virtualServices[n], n));
  const all = [...workloads, ...standing];
  return {
    policy: {
      source: "pce",
      version: "1",
      labels: [
        ...ROLES.map((value) => ({ href: href("role", value), key: "role", value })),
        ...ENVS.map((value) => ({ href: href("env", value), key: "env", value })),
        ...LOCS.map((value) => ({ href: href("loc", value), key: "loc", value })),
        ...apps.map((value) => ({ href: href("app", value), key: "app", value })),
      ],
      labelGroups: [
        {
          href: "/orgs/1/sec_policy/active/label_groups/clients",
          name: "clients",
          key: "role",
          labels: [href("role", "web"), href("role", "api"), href("role", "worker")],
          subGroups: [],
          unreadable: [],
        },
      ],
      ipLists: Array.from({ length: 200 }, (_, n) => ipList(n, next)),
      services: [
        {
          href: "/orgs/1/sec_policy/active/services/mysql",
          name: "mysql",
          ports: [
            { kind: "port", protocol: 6, fromPort: 3306 },
            { kind: "port", protocol: 6, fromPort: 33060, toPort: 33062 },
          ],
        },
        {
          href: "/orgs/1/sec_policy/active/services/all",
          name: "All Services",
          ports: [{ kind: "port", protocol: -1 }],
        },
      ],
      workloads: all,
      virtualServices,
      serviceBindings: bindings,
      ruleSets: ruleSets(size, next, pick, apps),
      complete: true,
      problems: [],
    },
    databases,
  };
}

function client(
  n: number,
  next: Random,
  pick: <T>(from: readonly T[]) => T,
  apps: readonly string[],
): Workload {
  const address = `10.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
  const interfaces = [{ name: "eth0", address, cidrBlock: 24, loopback: false, linkLocal: false }];
  if (next() < 0.1) {
    const v6 = `2001:db8::${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}`;
    interfaces.push({ name: "eth0", address: v6, cidrBlock: 64, loopback: false, linkLocal: false });
  }
  return {
    href: `/orgs/1/workloads/w${n}`,
    name: `host-${n}`,
    hostname: `host-${n}.example.com`,
    publicIp: "203.0.113.9",
    managed: next() < 0.9,
    interfaces,
    ignoredInterfaceNames: [],
    labels: [
      href("role", pick(ROLES.slice(1))),
      href("app", pick(apps)),
      href("env", pick(ENVS)),
      href("loc", pick(LOCS)),
    ],
    unreadable: [],
  };
}

function database(n: number): DatabaseIdentity {
  return {
    arn: `arn:aws:rds:eu-west-1:111122223333:db:db-${n}`,
    memberArns: [],
    endpoints: [`db-${n}.abc.eu-west-1.rds.example.com`],
    addresses: [`172.16.${n >>> 8}.${n & 255}`],
    port: n % 2 === 0 ? 3306 : 5432,
  };
}

/** A third each is known by its ARN, by its virtual service's FQDN, and by its host name. */
function databaseWorkload(of: DatabaseIdentity, n: number, app: string, env: string): Workload {
  const named = n % 3 === 0 ? { externalDataReference: of.arn } : { hostname: of.endpoints[0] ?? "" };
  const address = of.addresses[0] ?? "";
  return {
    href: `/orgs/1/workloads/db${n}`,
    name: `db-${n}`,
    ...(n % 3 === 1 ? {} : named),
    managed: false,
    interfaces: [{ name: "eth0", address, loopback: false, linkLocal: false }],
    ignoredInterfaceNames: [],
    labels: [
      href("role", "database"),
      href("app", app),
      href("env", env),
      href("loc", LOCS[n % LOCS.length] ?? ""),
    ],
    unreadable: [],
  };
}

function virtualService(workload: Workload, n: number): VirtualService {
  return {
    href: `/orgs/1/sec_policy/active/virtual_services/v${n}`,
    name: `vs-${n}`,
    labels: workload.labels,
    servicePorts: [{ kind: "port", protocol: 6, fromPort: n % 2 === 0 ? 3306 : 5432 }],
    serviceAddresses: n % 3 === 1 ? [{ fqdn: `db-${n}.abc.eu-west-1.rds.example.com` }] : [],
    ipOverrides: [],
  };
}

function binding(workload: Workload, service: VirtualService | undefined, n: number): ServiceBinding {
  return {
    href: `/orgs/1/service_bindings/b${n}`,
    virtualService: service?.href ?? "",
    workload: workload.href,
    portOverrides: [],
  };
}

function ipList(n: number, next: Random): IpList {
  const ranges = Array.from({ length: 1 + Math.floor(next() * 40) }, () => {
    const block = Math.floor(next() * 65536);
    const base = `192.${block >>> 8}.${block & 255}`;
    return { from: `${base}.0`, to: `${base}.255`, exclusion: next() < 0.05 };
  });
  return { href: `/orgs/1/sec_policy/active/ip_lists/${n}`, name: `list-${n}`, ranges, fqdns: [] };
}

function ruleSets(
  size: EstateSize,
  next: Random,
  pick: <T>(from: readonly T[]) => T,
  apps: readonly string[],
): RuleSet[] {
  return Array.from({ length: size.ruleSets }, (_, n) => {
    const scopes = Array.from({ length: next() < 0.8 ? 1 : 2 }, () =>
      next() < 0.03 ? [] : [label("app", pick(apps)), label("env", pick(ENVS))],
    );
    const count =
      Math.floor(((n + 1) * size.rules) / size.ruleSets) - Math.floor((n * size.rules) / size.ruleSets);
    const at = `/orgs/1/sec_policy/active/rule_sets/${n}`;
    const denyRules = next() < 0.05 ? [denyRule(`${at}/deny_rules/0`, pick, apps)] : [];
    return {
      href: at,
      name: `rule set ${n}`,
      enabled: next() < 0.97,
      scopes,
      rules: Array.from({ length: count }, (_unused, r) =>
        allowRule(`${at}/sec_rules/${r}`, next, pick, apps),
      ),
      denyRules,
    };
  });
}

function allowRule(
  at: string,
  next: Random,
  pick: <T>(from: readonly T[]) => T,
  apps: readonly string[],
): AllowRule {
  const asServices = next() < 0.2;
  const mysql: RuleService = { kind: "service", href: "/orgs/1/sec_policy/active/services/mysql" };
  const postgres: RuleService = { kind: "port", protocol: 6, fromPort: 5432 };
  return {
    kind: "allow",
    href: at,
    enabled: next() < 0.97,
    providers: [next() < 0.7 ? label("role", "database") : label("role", pick(ROLES.slice(1)))],
    consumers: consumersOf(next(), pick, apps),
    services: asServices ? [] : [mysql, postgres],
    unscopedConsumers: next() < 0.3,
    networkType: "brn",
    inexpressible: [],
    resolveProvidersAs: asServices ? ["virtualServices"] : ["workloads"],
    resolveConsumersAs: ["workloads"],
    useWorkloadSubnets: next() < 0.02 ? ["consumers"] : [],
  };
}

function consumersOf(at: number, pick: <T>(from: readonly T[]) => T, apps: readonly string[]): Actor[] {
  if (at < 0.5) return [label("role", pick(ROLES.slice(1)))];
  if (at < 0.65) {
    return [{ kind: "labelGroup", href: "/orgs/1/sec_policy/active/label_groups/clients", exclusion: false }];
  }
  if (at < 0.8) return [label("app", pick(apps)), label("env", pick(ENVS))];
  if (at < 0.85) return [label("env", pick(ENVS)), label("role", pick(ROLES.slice(1)))];
  if (at < 0.87) return [{ kind: "ams" }];
  if (at < 0.9) return [label("env", "dev", true)];
  return [{ kind: "ipList", href: `/orgs/1/sec_policy/active/ip_lists/${Math.floor(at * 1e6) % 200}` }];
}

function denyRule(at: string, pick: <T>(from: readonly T[]) => T, apps: readonly string[]): DenyRule {
  return {
    kind: "deny",
    href: at,
    enabled: true,
    override: true,
    providers: [label("role", "database")],
    consumers: [label("app", pick(apps))],
    services: [{ kind: "port", protocol: -1 }],
    unscopedConsumers: true,
    networkType: "brn",
    inexpressible: [],
  };
}
