import { seedInstance } from "../aws/model/rds/seed-instance.ts";
import { rdsState } from "../aws/model/rds/state.ts";
import { createSandboxAws, type SandboxAws, type SandboxAwsOptions } from "../aws/sandbox-aws.ts";
import type { Company } from "./company.ts";

/** Name of the bucket that the company's flow logs go to. */
export const LOG_BUCKET = "orders-flow-logs";

/** The company's half in AWS, with what other parts must know of it. */
export interface CompanyAws {
  readonly sandbox: SandboxAws;
  readonly vpcId: string;
  /** Interface ids of consumers by name, and of databases by id. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** ARN and endpoint by database id. */
  readonly databases: ReadonlyMap<string, { readonly arn: string; readonly endpoint: string }>;
}

/** Builds the company's networks, groups, instances and databases. */
export function buildAws(company: Company, options: SandboxAwsOptions = {}): CompanyAws {
  const sandbox = createSandboxAws({ region: company.region, ...options });
  const { vpcId } = sandbox.seed.vpc({ cidrBlock: company.vpc, tags: { Name: company.name } });
  const zones = ["a", "b", "c"];
  const subnets = new Map(
    Object.entries(company.subnets).map(([name, cidrBlock], i) => {
      const availabilityZone = `${company.region}${zones[i % zones.length]}`;
      return [
        name,
        sandbox.seed.subnet({ vpcId, cidrBlock, availabilityZone, tags: { Name: name } }).subnetId,
      ];
    }),
  );
  const groups = buildGroups(sandbox, vpcId, company);
  const interfaces = new Map<string, string>();
  for (const consumer of company.consumers) {
    const instance = sandbox.seed.instance({
      subnetId: subnets.get("apps") ?? "",
      privateIpAddress: consumer.address,
      groupIds: [groups.get("apps") ?? ""],
      tags: { Name: consumer.name, ...labelTags(consumer.labels ?? {}) },
    });
    interfaces.set(consumer.name, instance.eni.networkInterfaceId);
  }
  sandbox.s3.createBucket({
    name: LOG_BUCKET,
    region: company.region,
    accountId: sandbox.world.defaultAccountId,
  });
  const databases = buildDatabases(
    sandbox,
    company,
    [subnets.get("data") ?? "", subnets.get("data-b") ?? ""],
    groups,
    interfaces,
  );
  return { sandbox, vpcId, interfaces, databases };
}

/** The labels that a careful team writes on what it launches: `Role`, `App` and `Env`. */
function labelTags({ role, app, env }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return {
    ...(role === undefined ? {} : { Role: role }),
    ...(app === undefined ? {} : { App: app }),
    ...(env === undefined ? {} : { Env: env }),
  };
}

function buildGroups(sandbox: SandboxAws, vpcId: string, company: Company): ReadonlyMap<string, string> {
  return new Map(
    company.securityGroups.map(({ name, allow }) => {
      const rules = allow.map(({ port, from }) => ({ port, cidr: from }));
      return [
        name,
        sandbox.seed.securityGroup({
          groupName: name,
          vpcId,
          description: `${name} of ${company.name}`,
          rules,
        }).groupId,
      ];
    }),
  );
}

function buildDatabases(
  sandbox: SandboxAws,
  company: Company,
  subnets: readonly string[],
  groups: ReadonlyMap<string, string>,
  interfaces: Map<string, string>,
): CompanyAws["databases"] {
  const rds = sandbox.region().part(rdsState);
  return new Map(
    company.databases.map((database) => {
      const instance = seedInstance(rds, {
        identifier: database.id,
        engine: database.engine,
        port: database.port,
        subnets,
        addresses: [database.address],
        groups: database.groups.map((name) => groups.get(name) ?? name),
        tags: {
          ...labelTags(database.labels),
          ...(database.mode === undefined ? {} : { "moat:mode": database.mode }),
        },
      });
      interfaces.set(database.id, instance.interfaces[0]?.networkInterfaceId ?? "");
      return [database.id, { arn: instance.arn, endpoint: instance.endpointAddress ?? "" }];
    }),
  );
}
