import { CreateSubnetCommand, CreateVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBProxyCommand,
  CreateDBSubnetGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { AwsClientsOptions } from "../../src/adapters/aws/aws-clients.ts";

/** A database to put into the world. Members of a cluster are called `<id>-1` and `<id>-2`. */
export interface NewDatabase {
  readonly kind: "instance" | "cluster" | "proxy" | "proxyEndpoint";
  readonly id: string;
  readonly groupIds: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** An AWS to run the contract against, with one VPC of its own in it. */
export interface AwsWorld {
  readonly options: AwsClientsOptions;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Makes a database that is `available`, and gives its ARN. A proxy endpoint belongs to a proxy `<id>-proxy`. */
  addDatabase(database: NewDatabase): Promise<string>;
  /** Comes back when nothing is in transition any more. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** A VPC with two subnets, through the API. */
export async function createNetwork(
  options: AwsClientsOptions,
): Promise<Pick<AwsWorld, "vpcId" | "subnetIds">> {
  const client = new EC2Client(clientConfig(options));
  const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: "10.20.0.0/16" }));
  const VpcId = known(Vpc?.VpcId);
  const subnetIds: string[] = [];
  for (const [index, zone] of ["a", "b"].entries()) {
    const subnet = { VpcId, CidrBlock: `10.20.${index}.0/24`, AvailabilityZone: `eu-west-1${zone}` };
    subnetIds.push(known((await client.send(new CreateSubnetCommand(subnet))).Subnet?.SubnetId));
  }
  client.destroy();
  return { vpcId: VpcId, subnetIds };
}

/** A world that makes everything by calls, for an AWS or an emulator that has the create calls of RDS. */
export async function sdkWorld(options: AwsClientsOptions): Promise<AwsWorld> {
  const network = await createNetwork(options);
  const rds = new RDSClient(clientConfig(options));
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: SUBNET_GROUP,
      DBSubnetGroupDescription: "contract",
      SubnetIds: [...network.subnetIds],
    }),
  );
  return {
    options,
    ...network,
    addDatabase: (database) => createDatabase(rds, database, network.subnetIds),
    settle: async () => undefined,
    close: async () => rds.destroy(),
  };
}

const SUBNET_GROUP = "contract";

function createDatabase(
  rds: RDSClient,
  database: NewDatabase,
  subnetIds: readonly string[],
): Promise<string> {
  switch (database.kind) {
    case "instance":
      return createInstance(rds, database);
    case "cluster":
      return createCluster(rds, database);
    case "proxy":
      return createProxy(rds, database, subnetIds);
    case "proxyEndpoint":
      throw new Error("No emulator creates proxy endpoints");
  }
}

const tagList = (tags: NewDatabase["tags"]) =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

async function createInstance(rds: RDSClient, { id, groupIds, tags }: NewDatabase): Promise<string> {
  const { DBInstance } = await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: id,
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: 20,
      MasterUsername: "root",
      MasterUserPassword: "not-a-secret",
      DBSubnetGroupName: SUBNET_GROUP,
      VpcSecurityGroupIds: [...groupIds],
      Tags: tagList(tags),
    }),
  );
  return known(DBInstance?.DBInstanceArn);
}

async function createCluster(rds: RDSClient, { id, groupIds, tags }: NewDatabase): Promise<string> {
  const { DBCluster } = await rds.send(
    new CreateDBClusterCommand({
      DBClusterIdentifier: id,
      Engine: "aurora-mysql",
      MasterUsername: "root",
      MasterUserPassword: "not-a-secret",
      DBSubnetGroupName: SUBNET_GROUP,
      VpcSecurityGroupIds: [...groupIds],
      Tags: tagList(tags),
    }),
  );
  for (const n of [1, 2]) {
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: `${id}-${n}`,
        DBClusterIdentifier: id,
        Engine: "aurora-mysql",
        DBInstanceClass: "db.t3.medium",
      }),
    );
  }
  return known(DBCluster?.DBClusterArn);
}

async function createProxy(
  rds: RDSClient,
  { id, groupIds, tags }: NewDatabase,
  subnetIds: readonly string[],
): Promise<string> {
  const { DBProxy } = await rds.send(
    new CreateDBProxyCommand({
      DBProxyName: id,
      EngineFamily: "MYSQL",
      Auth: [
        {
          AuthScheme: "SECRETS",
          IAMAuth: "DISABLED",
          SecretArn: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        },
      ],
      RoleArn: "arn:aws:iam::123456789012:role/proxy",
      VpcSubnetIds: [...subnetIds],
      VpcSecurityGroupIds: [...groupIds],
      Tags: tagList(tags),
    }),
  );
  return known(DBProxy?.DBProxyArn);
}

function clientConfig(options: AwsClientsOptions) {
  const { env: _env, ...config } = options;
  return { ...config, maxAttempts: 1 };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("AWS answered without an id");
  return value;
}
