import { type AwsClients, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../src/adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../src/adapters/aws/aws-live-state.ts";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import type { ApplyPorts } from "../../src/app/apply-run.ts";
import { planDatabases } from "../../src/app/plan-databases.ts";
import { type ReconcileReport, reconcile } from "../../src/app/reconcile.ts";
import { type RollbackReport, rollbackDatabase } from "../../src/app/rollback-database.ts";
import type { Plan } from "../../src/core/plan/plan.ts";
import type { EgressMode, PlanSettings } from "../../src/core/plan/world.ts";
import type { AuditEntry } from "../../src/ports/audit-log.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { InventorySource } from "../../src/ports/inventory-source.ts";
import type { PolicySource } from "../../src/ports/policy-source.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";
import { createSandboxAws, type SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import type { SeedRule } from "../../src/sandbox/aws/seed/ec2-seed.ts";
import {
  createSandboxPce,
  SANDBOX_KEY,
  type SandboxPce,
  sandboxPceFetch,
} from "../../src/sandbox/pce/index.ts";
import { ContinuousConnections, type WatchedDatabase } from "./continuous-connections.ts";

/** Moat as it runs against some AWS: the real use cases over the real adapters. */
export interface Installation {
  readonly settings: PlanSettings;
  readonly inventory: InventorySource;
  readonly policy: PolicySource;
  readonly ports: ApplyPorts;
  /** Each write as it was recorded, before it was made. */
  readonly audit: readonly AuditEntry[];
  plan(): Promise<Plan>;
  run(): Promise<ReconcileReport>;
  rollback(id: string): Promise<RollbackReport>;
  /** Overrules the refusals that stand now, as a person would. */
  acknowledge(plan: Plan): void;
}

/** Wires an installation. `acknowledged` may be shared, as a configuration is. */
export function install(
  clients: AwsClients,
  policy: PolicySource,
  clock: Clock,
  {
    acknowledged = new Set<string>(),
    shrinkPercent = 30,
    groupReferences = "off",
    egress = "leave",
  }: Pick<PlanSettings, "groupReferences"> & {
    readonly egress?: EgressMode;
    readonly acknowledged?: Set<string>;
    readonly shrinkPercent?: number;
  } = {},
): Installation {
  const settings: PlanSettings = {
    owner: "moat",
    modes: { default: "observe", databases: {} },
    acknowledged,
    shrinkPercent,
    groupReferences,
    egress: { default: egress, databases: {} },
  };
  const audit: AuditEntry[] = [];
  const inventory = awsInventorySource(clients);
  const ports: ApplyPorts = {
    live: awsLiveState(clients),
    enforcement: awsEnforcement(clients),
    audit: {
      record: async (entry) => {
        audit.push(entry);
      },
    },
    clock,
  };
  const plan = async (): Promise<Plan> => {
    const [live, meant] = await Promise.all([inventory.read(), policy.read("active")]);
    return planDatabases({ inventory: live, policy: meant, settings }).plan;
  };
  return {
    settings,
    inventory,
    policy,
    ports,
    audit,
    plan,
    run: () => reconcile(ports, plan),
    rollback: async (id) => rollbackDatabase(ports, await inventory.read(), settings, id),
    acknowledge: (pending) => {
      for (const { acknowledge } of pending.databases.flatMap((d) => [
        ...d.refused,
        ...(d.egress?.held ?? []),
      ]))
        if (acknowledge !== undefined) acknowledged.add(acknowledge);
    },
  };
}

/** A database of a lab. Its workload and virtual service carry role=database, env=prod, loc=eu and its app. */
export interface LabDatabase {
  readonly id: string;
  readonly kind?: "instance" | "cluster" | "proxy";
  readonly engine?: string;
  readonly port?: number;
  readonly groups: readonly string[];
  readonly app?: string;
  readonly mode?: "observe" | "enforce";
  /** True: the interfaces have IPv6 addresses too. */
  readonly ipv6?: boolean;
}

/** A consumer: with labels it is a workload; `outside` ones have no interface in the VPC. */
export interface LabConsumer {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly group?: string;
}

/** What a lab is built from. */
export interface LabPlan {
  /** Rules by group name; a peer `group:<name>` in `from` names another group. */
  readonly groups: Readonly<Record<string, readonly (SeedRule & { readonly fromGroup?: string })[]>>;
  readonly withoutEgress?: readonly string[];
  readonly databases: readonly LabDatabase[];
  readonly consumers: readonly LabConsumer[];
  readonly seed?: number;
  readonly groupReferences?: "off" | "exact";
  readonly egress?: EgressMode;
}

/** An embedded AWS and PCE with Moat installed, and a watch on every connection. */
export interface Lab extends Installation {
  readonly sandbox: SandboxAws;
  readonly pce: SandboxPce;
  readonly clock: SandboxClock;
  readonly clients: AwsClients;
  /** The clients of somebody else in the same account. */
  readonly stranger: AwsClients;
  readonly groups: ReadonlyMap<string, string>;
  readonly workloads: ReadonlyMap<string, string>;
  readonly databases: ReadonlyMap<string, LabDatabaseAt>;
  readonly connections: ContinuousConnections;
  /** Operations of the write calls that Moat made so far. */
  writes(): readonly string[];
  /** Lets so much time pass that nothing is in transition any more. */
  settle(): void;
}

/** Where a database of a lab is. */
export interface LabDatabaseAt extends WatchedDatabase {
  readonly arn: string;
  readonly workload: string;
  readonly virtualService: string;
  /** Live ids of the groups in force on its first interface. */
  readonly groups: () => readonly string[];
}

export const MOAT_KEY = "AKIAMOAT000000000001";
const STRANGER_KEY = "AKIASTRANGER00000001";
const OUTSIDE = ["10.20.1.200", "198.51.100.9", "2001:db8::dead"];
const HOME = { env: "prod", loc: "eu" };

/** Builds a lab; its policy is still empty. */
export function buildLab(plan: LabPlan): Lab {
  const clock = new SandboxClock();
  const sandbox = createSandboxAws({ region: "eu-west-1", clock, seed: plan.seed ?? 1 });
  const pce = createSandboxPce({ now: () => clock.now(), seed: plan.seed ?? 1 });
  const { seed } = sandbox;
  const { vpcId } = seed.vpc({ cidrBlock: "10.20.0.0/16", ipv6CidrBlock: "2001:db8::/56" });
  const apps = seed.subnet({ vpcId, cidrBlock: "10.20.1.0/24", ipv6CidrBlock: "2001:db8::/64" });
  const data = ["a", "b"].map(
    (zone, i) =>
      seed.subnet({
        vpcId,
        cidrBlock: `10.20.${9 + i}.0/24`,
        ipv6CidrBlock: `2001:db8:0:${9 + i}::/64`,
        availabilityZone: `eu-west-1${zone}`,
      }).subnetId,
  );
  const groups = new Map<string, string>();
  for (const groupName of ["apps", ...Object.keys(plan.groups)]) {
    const withoutEgress = plan.withoutEgress?.includes(groupName) === true;
    groups.set(groupName, seed.securityGroup({ groupName, vpcId, withoutEgress }).groupId);
  }
  for (const [name, rules] of Object.entries(plan.groups)) {
    const named = rules.map(({ fromGroup, ...rule }) =>
      fromGroup === undefined ? rule : { ...rule, groupId: known(groups, fromGroup) },
    );
    seed.rules(known(groups, name), named);
  }
  const workloads = new Map<string, string>();
  for (const { name, addresses, labels, group } of plan.consumers) {
    const inside = addresses.find((a) => a.startsWith("10.20.1."));
    if (inside !== undefined)
      seed.networkInterface({
        subnetId: apps.subnetId,
        groupIds: [known(groups, group ?? "apps")],
        privateIpAddress: inside,
        ipv6Addresses: addresses.filter((a) => a.includes(":")),
      });
    if (labels !== undefined)
      workloads.set(name, pce.seed.workload({ name, labels, addresses, managed: true }));
  }
  const databases = new Map(
    plan.databases.map((database) => [database.id, addDatabase(sandbox, pce, groups, data, database)]),
  );
  if (databases.size > 0) pce.seed.provision();
  for (const { virtualService, workload } of databases.values()) pce.seed.bind(virtualService, workload);
  const clients = clientsOf(sandbox, MOAT_KEY);
  const time: Clock = { now: () => clock.now(), sleep: async (ms) => clock.advance(ms) };
  const policy = createPcePolicySource({
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    fetch: sandboxPceFetch(pce),
    clock: time,
  });
  return {
    ...install(clients, policy, time, {
      groupReferences: plan.groupReferences ?? "off",
      egress: plan.egress ?? "leave",
    }),
    sandbox,
    pce,
    clock,
    clients,
    stranger: clientsOf(sandbox, STRANGER_KEY),
    groups,
    workloads,
    databases,
    connections: new ContinuousConnections(
      sandbox,
      [...databases.values()],
      [...plan.consumers.flatMap((c) => c.addresses), ...OUTSIDE],
    ),
    writes: () =>
      sandbox.calls
        .filter((c) => c.call.isWrite && c.call.context.accessKeyId === MOAT_KEY)
        .map((c) => c.call.operation),
    settle: () => clock.advance(120_000),
  };
}

/** Adds a rule set for an app in production: the lab's usual rule is "consumers use the database, service derived". */
export function allowInLab(
  lab: Pick<Lab, "pce">,
  app: string,
  consumers: readonly string[],
  fields: Readonly<Record<string, unknown>> = {},
): { readonly ruleSet: string; readonly rule: string } {
  const { seed } = lab.pce;
  const ruleSet = seed.ruleSet(`${app} production`, [[`app=${app}`, "env=prod", "loc=eu"]]);
  const rule = seed.rule(ruleSet, {
    providers: ["role=database"],
    consumers,
    fields: {
      resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
      ...fields,
    } as never,
  });
  seed.provision();
  return { ruleSet, rule };
}

/** Labels of a workload of an app in production. */
export const labelled = (role: string, app = "orders"): Readonly<Record<string, string>> => ({
  role,
  app,
  ...HOME,
});

function clientsOf(sandbox: SandboxAws, accessKeyId: string): AwsClients {
  return awsClients({
    region: "eu-west-1",
    credentials: { accessKeyId, secretAccessKey: "sandbox" },
    requestHandler: inProcessRequestHandler(sandbox),
    env: {},
  });
}

function addDatabase(
  sandbox: SandboxAws,
  pce: SandboxPce,
  groups: ReadonlyMap<string, string>,
  subnets: readonly string[],
  database: LabDatabase,
): LabDatabaseAt {
  const {
    id,
    kind = "instance",
    engine = kind === "cluster" ? "aurora-mysql" : "mysql",
    app = "orders",
  } = database;
  const port = kind === "proxy" ? 3306 : (database.port ?? 3306);
  const groupIds = database.groups.map((name) => known(groups, name));
  const tags = { "moat:mode": database.mode ?? "enforce" };
  const networkType = database.ipv6 === true ? "DUAL" : "IPV4";
  const rds = sandbox.rds();
  const made =
    kind === "proxy"
      ? sandbox.seed.dbProxy({ name: id, engineFamily: "MYSQL", subnetIds: subnets, groups: groupIds, tags })
      : kind === "cluster"
        ? sandbox.seed.dbCluster({
            identifier: id,
            engine,
            port,
            subnets,
            groups: groupIds,
            tags,
            networkType,
          })
        : sandbox.seed.dbInstance({
            identifier: id,
            engine,
            port,
            subnets,
            groups: groupIds,
            tags,
            networkType,
          });
  const owners = () => {
    if (kind === "cluster") return rds.members(rds.cluster(id));
    return [kind === "proxy" ? rds.proxy(id) : rds.instance(id)];
  };
  const interfaces = () => owners().flatMap((owner) => owner.interfaces);
  const fqdn =
    made.kind === "cluster"
      ? made.endpoints.writer
      : made.kind === "instance"
        ? (made.endpointAddress ?? "")
        : made.endpointAddress;
  const labels = { role: "database", app, ...HOME };
  const workload = pce.seed.workload({
    name: `rds-${id}`,
    hostname: fqdn,
    labels,
    addresses: interfaces().flatMap((i) => [
      i.privateIpAddress,
      ...(i.ipv6Address === undefined ? [] : [i.ipv6Address]),
    ]),
    fields: { external_data_set: "aws-rds", external_data_reference: made.arn },
  });
  const virtualService = pce.seed.virtualService(`${id} database`, {
    labels,
    ports: [`tcp/${port}`],
    fields: { service_addresses: [{ fqdn, port }] },
  });
  const first = () => interfaces()[0]?.networkInterfaceId ?? "";
  return {
    id,
    port,
    arn: made.arn,
    workload,
    virtualService,
    interfaces: () => interfaces().map((i) => i.networkInterfaceId),
    groups: () => sandbox.ec2().interfaces.get(first())?.groupIds ?? [],
  };
}

/** A value that the lab must have. */
export function known<V>(map: ReadonlyMap<string, V>, name: string): V {
  const found = map.get(name);
  if (found === undefined) throw new Error(`The lab has no "${name}"`);
  return found;
}
