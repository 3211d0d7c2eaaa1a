import type { AwsClientsOptions } from "../../src/adapters/aws/aws-clients.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { seedCluster } from "../../src/sandbox/aws/model/rds/seed-cluster.ts";
import { seedInstance } from "../../src/sandbox/aws/model/rds/seed-instance.ts";
import { seedProxy, seedProxyEndpoint } from "../../src/sandbox/aws/model/rds/seed-proxy.ts";
import { rdsOf } from "../../src/sandbox/aws/model/rds/state.ts";
import { createSandboxAws, type SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { awsContract } from "./aws.contract.ts";
import { type AwsWorld, createNetwork, type NewDatabase } from "./aws-world.ts";

const SETTLED_MS = 30 * 60_000;
const caller = {
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
};

async function sandboxWorld(
  sandbox: SandboxAws,
  options: AwsClientsOptions,
  close: () => Promise<void>,
): Promise<AwsWorld> {
  const network = await createNetwork(options);
  return {
    options,
    ...network,
    addDatabase: async (database) => seedDatabase(sandbox, database, network.subnetIds),
    settle: async () => sandbox.clock.advance(SETTLED_MS),
    close,
  };
}

/** The sandbox has no create calls for databases. */
function seedDatabase(sandbox: SandboxAws, database: NewDatabase, subnetIds: readonly string[]): string {
  const rds = rdsOf(sandbox.region());
  const { id, kind, groupIds: groups, tags = {} } = database;
  switch (kind) {
    case "instance":
      return seedInstance(rds, { identifier: id, engine: "mysql", subnets: subnetIds, groups, tags }).arn;
    case "cluster": {
      const members = [`${id}-1`, `${id}-2`];
      return seedCluster(rds, {
        identifier: id,
        engine: "aurora-mysql",
        subnets: subnetIds,
        groups,
        tags,
        members,
      }).arn;
    }
    case "proxy":
      return seedProxy(rds, { name: id, engineFamily: "MYSQL", subnetIds, groups, tags }).arn;
    case "proxyEndpoint": {
      const proxyName = `${id}-proxy`;
      seedProxy(rds, { name: proxyName, engineFamily: "MYSQL", subnetIds, groups });
      return seedProxyEndpoint(rds, { name: id, proxyName, subnetIds, groups, tags }).arn;
    }
  }
}

awsContract("the sandbox in process", async () => {
  const sandbox = createSandboxAws();
  return sandboxWorld(
    sandbox,
    { ...caller, requestHandler: inProcessRequestHandler(sandbox) },
    async () => undefined,
  );
});

awsContract("the sandbox over HTTP", async () => {
  const running = await startSandboxAws();
  return sandboxWorld(running.sandbox, { ...caller, endpoint: running.url }, () => running.close());
});
