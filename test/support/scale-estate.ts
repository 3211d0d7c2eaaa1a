import type { LabelTerm, Policy, Workload } from "../../src/core/policy/model.ts";
import { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";
import { createSandboxAws, type SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";

/** One region of one account, and what it holds. */
export interface ScaleTarget {
  readonly accountId: string;
  readonly region: string;
  readonly arns: readonly string[];
}

/** A company whose databases lie in many accounts and regions, none of them enforced yet, and its policy. */
export interface ScaleEstate {
  readonly sandbox: SandboxAws;
  readonly clock: SandboxClock;
  readonly policy: Policy;
  readonly targets: readonly ScaleTarget[];
}

export interface ScaleSize {
  readonly accounts: number;
  readonly regions: readonly string[];
  /** Databases in each region of each account. */
  readonly each: number;
  /** Clients of each database, and so rules. */
  readonly rules: number;
}

const PORT = 5432;
/** Databases of one application stand behind one group until they are enforced. */
const TOGETHER = 5;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const label = (key: string, value: string): string => `/orgs/1/labels/${key}-${value}`;
const term = (key: string, value: string): LabelTerm => ({
  kind: "label",
  href: label(key, value),
  exclusion: false,
});

/** Builds it; EC2's own buckets are on, so that whoever takes too much is turned away. */
export function scaleEstate(size: ScaleSize): ScaleEstate {
  const clock = new SandboxClock();
  const sandbox = createSandboxAws({ clock });
  sandbox.throttle.enabled = true;
  const targets = range(size.accounts).flatMap((account) =>
    size.regions.map((region) => addTarget(sandbox, String(100_000_000_000 + account), region, size.each)),
  );
  return { sandbox, clock, policy: policyOf(size, targets), targets };
}

function addTarget(sandbox: SandboxAws, accountId: string, region: string, each: number): ScaleTarget {
  const seed = sandbox.seedIn(accountId, region);
  const { vpcId } = seed.vpc({ cidrBlock: "10.0.0.0/16" });
  const subnets = ["a", "b"].map(
    (zone, n) =>
      seed.subnet({
        vpcId,
        cidrBlock: `10.0.${16 * (n + 1)}.0/20`,
        availabilityZone: `${region}${zone}`,
      }).subnetId,
  );
  const name = `data-${accountId}-${region}`;
  seed.subnetGroup({ name, subnetIds: subnets });
  const legacy = range(Math.ceil(each / TOGETHER)).map(
    (n) =>
      seed.securityGroup({
        groupName: `legacy-${n}`,
        vpcId,
        rules: [{ protocol: "tcp", port: PORT, cidr: "10.0.0.0/8" }],
      }).groupId,
  );
  const arns = range(each).map(
    (n) =>
      seed.dbInstance({
        identifier: `db-${n}`,
        engine: "postgres",
        port: PORT,
        subnets: name,
        groups: legacy.slice(Math.floor(n / TOGETHER), Math.floor(n / TOGETHER) + 1),
        tags: { "moat:mode": "enforce" },
      }).arn,
  );
  return { accountId, region, arns };
}

/** The same applications everywhere: the nth database of each region serves application n. */
function policyOf({ each, rules }: ScaleSize, targets: readonly ScaleTarget[]): Policy {
  const apps = range(each).map((n) => `app${n}`);
  const standing = targets.flatMap(({ accountId, region, arns }) =>
    arns.map((arn, n) => ({
      ...workload(`db-${accountId}-${region}-${n}`, ["role-database", `app-app${n}`]),
      externalDataReference: arn,
    })),
  );
  // Every second address, so that no two merge into one block.
  const clients = apps.flatMap((app, n) =>
    range(rules).map((c) => {
      const at = 2 * (n * rules + c);
      const address = `10.200.${Math.floor(at / 256)}.${at % 256}`;
      return workload(`web-${n}-${c}`, ["role-web", `app-${app}`], address);
    }),
  );
  return {
    source: "pce",
    version: "1",
    labels: ["role-database", "role-web", ...apps.map((app) => `app-${app}`)].map((text) => {
      const [key = "", value = ""] = text.split("-");
      return { href: label(key, value), key, value };
    }),
    labelGroups: [],
    ipLists: [],
    services: [],
    workloads: [...standing, ...clients],
    virtualServices: [],
    serviceBindings: [],
    ruleSets: apps.map((app, n) => ({
      href: `/orgs/1/sec_policy/active/rule_sets/${n}`,
      name: app,
      enabled: true,
      scopes: [[term("app", app)]],
      rules: [
        {
          kind: "allow",
          href: `/orgs/1/sec_policy/active/rule_sets/${n}/sec_rules/1`,
          enabled: true,
          providers: [term("role", "database")],
          consumers: [term("role", "web")],
          services: [{ kind: "port", protocol: 6, fromPort: PORT }],
          unscopedConsumers: false,
          networkType: "brn",
          inexpressible: [],
          resolveProvidersAs: ["workloads"],
          resolveConsumersAs: ["workloads"],
          useWorkloadSubnets: [],
        },
      ],
      denyRules: [],
    })),
    complete: true,
    problems: [],
  };
}

const workload = (name: string, labels: readonly string[], address?: string): Workload => ({
  href: `/orgs/1/workloads/${name}`,
  name,
  managed: true,
  interfaces: address === undefined ? [] : [{ name: "eth0", address, loopback: false, linkLocal: false }],
  ignoredInterfaceNames: [],
  labels: labels.map((text) => `/orgs/1/labels/${text}`),
  unreadable: [],
});
