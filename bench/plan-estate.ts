/** An estate whose plan is known beforehand: each database has clients of its own, none next to another. */
import type {
  Database,
  DatabaseArn,
  Inventory,
  NetworkInterface,
  SecurityGroup,
  SecurityGroupId,
  SecurityGroupRule,
} from "../src/core/inventory/model.ts";
import type { Cidr } from "../src/core/net/cidr.ts";
import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import type { DatabasePlan, Plan } from "../src/core/plan/plan.ts";
import type { LabelTerm, Policy, Workload } from "../src/core/policy/model.ts";

export interface PlanEstateSize {
  readonly databases: number;
  /** Clients of each database, and so rules. */
  readonly rules: number;
}

export interface PlanEstate {
  readonly inventory: Inventory;
  readonly policy: Policy;
}

const ACCOUNT = "111122223333";
const REGION = "eu-west-1";
const VPC = "vpc-1";
const PORT = 5432;
/** Databases of one application, which share a group until they are enforced. */
const TOGETHER = 50;
const OWNER = "moat";
const FIRST_CLIENT = 0x0a00_0000;
const FIRST_DATABASE = 0xac10_0000;

const oldGroupId = (n: number): SecurityGroupId => `sg-old-${Math.floor(n / TOGETHER)}` as SecurityGroupId;
const arn = (n: number): DatabaseArn => `arn:aws:rds:${REGION}:${ACCOUNT}:db:db-${n}` as DatabaseArn;
const label = (key: string, value: string): string => `/orgs/1/labels/${key}-${value}`;
const term = (key: string, value: string): LabelTerm => ({
  kind: "label",
  href: label(key, value),
  exclusion: false,
});
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

/** Before anything is enforced: each application's databases behind one old group that is open to the network. */
export function planEstate(size: PlanEstateSize): PlanEstate {
  const all = range(size.databases);
  const inventory: Inventory = {
    accountId: ACCOUNT,
    region: REGION,
    databases: all.map(database),
    securityGroups: [...new Set(all.map(oldGroupId))].map(oldGroup),
    networkInterfaces: all.map(databaseInterface),
    prefixLists: [],
    quotas: { rulesPerSecurityGroup: 60, securityGroupsPerInterface: 5, source: "default" },
    findings: [],
  };
  return { inventory, policy: policyOf(size) };
}

/** The estate as it is once a plan was carried out. */
export function enforcedEstate({ inventory, policy }: PlanEstate, { databases }: Plan): PlanEstate {
  const plans = new Map(databases.map((plan) => [plan.arn, plan]));
  const carried = (database: Database): Database => ({
    ...database,
    memberships: [{ groupId: managedId(database), status: "active" }],
  });
  const planOf = (database: Database): DatabasePlan => {
    const plan = plans.get(database.arn);
    if (plan === undefined) throw new Error(`There is no plan for ${database.id}`);
    return plan;
  };
  const groups = inventory.databases.map((each) => managedGroup(each, planOf(each)));
  return {
    policy,
    inventory: {
      ...inventory,
      databases: inventory.databases.map(carried),
      securityGroups: [...inventory.securityGroups, ...groups],
      networkInterfaces: inventory.networkInterfaces.map((eni, n) => ({
        ...eni,
        groupIds: [groups[n]?.groupId ?? ""],
      })),
    },
  };
}

/** The same estate with one more client for each database. */
export const grownEstate = (estate: PlanEstate, size: PlanEstateSize): PlanEstate => ({
  ...estate,
  policy: policyOf({ ...size, rules: size.rules + 1 }, size.rules + 1),
});

const managedId = ({ id }: Database): SecurityGroupId => `sg-moat-${id}` as SecurityGroupId;

function database(n: number): Database {
  return {
    id: `db-${n}`,
    arn: arn(n),
    resourceId: `db-R${n}`,
    kind: "instance",
    engine: "postgres",
    port: PORT,
    status: "available",
    vpcId: VPC,
    subnetIds: ["subnet-1"],
    accountId: ACCOUNT,
    region: REGION,
    endpoints: [`db-${n}.abc.${REGION}.rds.example.com`],
    memberships: [{ groupId: oldGroupId(n), status: "active" }],
    members: [],
    tags: { "moat:mode": "enforce" },
  };
}

function databaseInterface(n: number): NetworkInterface {
  return {
    networkInterfaceId: `eni-${n}`,
    vpcId: VPC,
    subnetId: "subnet-1",
    description: "RDSNetworkInterface",
    requesterManaged: true,
    status: "in-use",
    addresses: [formatIpv4(FIRST_DATABASE + n)],
    groupIds: [oldGroupId(n)],
    interfaceType: "interface",
  };
}

/** What every group has unless somebody takes it away. */
const openEgress = (groupId: string): SecurityGroupRule => ({
  direction: "egress",
  protocol: "-1",
  source: { kind: "cidr", cidr: "0.0.0.0/0" as Cidr },
  securityGroupRuleId: `sgr-egress-${groupId}`,
  tags: {},
});

function oldGroup(groupId: SecurityGroupId): SecurityGroup {
  return {
    groupId,
    groupName: `legacy ${groupId}`,
    vpcId: VPC,
    ownerId: ACCOUNT,
    tags: {},
    rules: [
      {
        direction: "ingress",
        protocol: "tcp",
        fromPort: PORT,
        toPort: PORT,
        source: { kind: "cidr", cidr: "10.0.0.0/8" as Cidr },
        securityGroupRuleId: `sgr-${groupId}`,
        tags: {},
      },
      openEgress(groupId),
    ],
  };
}

function managedGroup(of: Database, plan: DatabasePlan): SecurityGroup {
  const groupId = managedId(of);
  return {
    groupId,
    groupName: `moat-${of.id}`,
    vpcId: VPC,
    ownerId: ACCOUNT,
    tags: {
      "moat:owner": OWNER,
      "moat:database": of.arn,
      "moat:original-groups": of.memberships[0]?.groupId ?? "",
    },
    rules: [
      ...plan.rules.map(({ because: _because, ...rule }, n) => ({
        ...rule,
        securityGroupRuleId: `sgr-${of.id}-${n}`,
        tags: { "moat:owner": OWNER },
      })),
      openEgress(groupId),
    ],
  };
}

/** @param room addresses kept free for each database, so that more rules leave the others where they are */
function policyOf({ databases, rules }: PlanEstateSize, room = rules + 1): Policy {
  const all = range(databases);
  const apps = all.map((n) => `app${n}`);
  return {
    source: "pce",
    version: "1",
    labels: [
      { href: label("role", "database"), key: "role", value: "database" },
      { href: label("role", "web"), key: "role", value: "web" },
      ...apps.map((value) => ({ href: label("app", value), key: "app", value })),
    ],
    labelGroups: [],
    ipLists: [],
    services: [],
    workloads: all.flatMap((n) => [standingFor(n), ...range(rules).map((c) => client(n, c, room))]),
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

const workload = (name: string, labels: readonly string[], address: number): Workload => ({
  href: `/orgs/1/workloads/${name}`,
  name,
  managed: true,
  interfaces: [{ name: "eth0", address: formatIpv4(address), loopback: false, linkLocal: false }],
  ignoredInterfaceNames: [],
  labels: [...labels],
  unreadable: [],
});

const standingFor = (n: number): Workload => ({
  ...workload(`db-${n}`, [label("role", "database"), label("app", `app${n}`)], FIRST_DATABASE + n),
  externalDataReference: arn(n),
});

/** Every second address, so that no two merge into one block. */
const client = (n: number, c: number, room: number): Workload =>
  workload(
    `web-${n}-${c}`,
    [label("role", "web"), label("app", `app${n}`)],
    FIRST_CLIENT + 2 * (n * room + c),
  );
