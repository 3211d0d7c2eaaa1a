import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSubnetGroupCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type { MiddlewareStack } from "@smithy/types";
import type { AwsClients } from "../../src/adapters/aws/aws-clients.ts";

/** An instance, or an Aurora cluster of two members. */
export type MotoKind = "instance" | "cluster";

/** A MySQL database `orders` in moto, with interfaces that follow its groups as RDS's own do. */
export interface MotoDatabase {
  readonly arn: string;
  readonly endpoint: string;
  readonly address: string;
  /** The group that it starts with; it lets in the whole VPC. */
  readonly groupId: string;
  interfaceGroups(): Promise<readonly string[]>;
  /** Operations of the write calls that `clients` made from now on. */
  writes(): readonly string[];
}

const ADDRESS = "10.20.9.20";
const READER = "10.20.9.21";

/** Makes the database with the stranger's clients, and counts what `clients` write. */
export async function motoDatabase(
  clients: AwsClients,
  stranger: AwsClients,
  kind: MotoKind = "instance",
): Promise<MotoDatabase> {
  const { client: ec2 } = await stranger.ec2();
  const { client: rds } = await stranger.rds();
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.20.0.0/16" }));
  const VpcId = given(Vpc?.VpcId);
  const subnetIds: string[] = [];
  for (const [i, zone] of ["a", "b"].entries()) {
    const input = { VpcId, CidrBlock: `10.20.${9 + i}.0/24`, AvailabilityZone: `eu-west-1${zone}` };
    subnetIds.push(given((await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId));
  }
  const group = { GroupName: "legacy", Description: "legacy", VpcId };
  const groupId = given((await ec2.send(new CreateSecurityGroupCommand(group))).GroupId);
  const open = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "10.20.0.0/16" }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [open] }));
  await rds.send(
    new CreateDBSubnetGroupCommand({
      DBSubnetGroupName: "data",
      DBSubnetGroupDescription: "data",
      SubnetIds: subnetIds,
    }),
  );
  const { arn, endpoint } = await MAKE[kind](rds, groupId);
  const interfaceIds: string[] = [];
  for (const address of kind === "cluster" ? [ADDRESS, READER] : [ADDRESS]) {
    const input = { SubnetId: given(subnetIds[0]), PrivateIpAddress: address, Groups: [groupId] };
    const described = { ...input, Description: "RDSNetworkInterface" };
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(described));
    interfaceIds.push(given(NetworkInterface?.NetworkInterfaceId));
  }
  await letInterfacesFollow(clients, stranger, interfaceIds);
  return {
    arn,
    endpoint,
    address: ADDRESS,
    groupId,
    writes: await countWrites(clients),
    interfaceGroups: async () => {
      const input = { NetworkInterfaceIds: interfaceIds.slice(0, 1) };
      const [found] = (await ec2.send(new DescribeNetworkInterfacesCommand(input))).NetworkInterfaces ?? [];
      return (found?.Groups ?? []).flatMap((g) => g.GroupId ?? []);
    },
  };
}

interface Made {
  readonly arn: string;
  readonly endpoint: string;
}

const MAKE = { instance: createInstance, cluster: createCluster };
const COMMON = {
  MasterUsername: "root",
  MasterUserPassword: "not-a-secret",
  Port: 3306,
  DBSubnetGroupName: "data",
  Tags: [{ Key: "moat:mode", Value: "enforce" }],
};

async function createInstance(rds: RDSClient, groupId: string): Promise<Made> {
  const { DBInstance } = await rds.send(
    new CreateDBInstanceCommand({
      ...COMMON,
      DBInstanceIdentifier: "orders",
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: 20,
      VpcSecurityGroupIds: [groupId],
    }),
  );
  return { arn: given(DBInstance?.DBInstanceArn), endpoint: given(DBInstance?.Endpoint?.Address) };
}

async function createCluster(rds: RDSClient, groupId: string): Promise<Made> {
  const { DBCluster } = await rds.send(
    new CreateDBClusterCommand({
      ...COMMON,
      DBClusterIdentifier: "orders",
      Engine: "aurora-mysql",
      VpcSecurityGroupIds: [groupId],
    }),
  );
  for (const DBInstanceIdentifier of ["orders-1", "orders-2"]) {
    const member = {
      DBInstanceIdentifier,
      DBClusterIdentifier: "orders",
      Engine: "aurora-mysql",
      DBInstanceClass: "db.t3.medium",
    };
    await rds.send(new CreateDBInstanceCommand(member));
  }
  return { arn: given(DBCluster?.DBClusterArn), endpoint: given(DBCluster?.Endpoint) };
}

/** moto makes no interface for a database and moves none, so whoever changes the database's groups moves these. */
async function letInterfacesFollow(
  clients: AwsClients,
  stranger: AwsClients,
  interfaceIds: readonly string[],
): Promise<void> {
  const { client: ec2 } = await stranger.ec2();
  const rdsClients = [(await clients.rdsWrites()).client, (await stranger.rds()).client];
  for (const rds of rdsClients) {
    rds.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const output = await next(args);
          const { VpcSecurityGroupIds } = args.input as { readonly VpcSecurityGroupIds?: string[] };
          const follows = /^ModifyDB(Instance|Cluster)Command$/.test(commandName ?? "");
          for (const NetworkInterfaceId of follows && VpcSecurityGroupIds !== undefined ? interfaceIds : [])
            await ec2.send(
              new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups: VpcSecurityGroupIds }),
            );
          return output;
        },
      { step: "initialize" },
    );
  }
}

async function countWrites(clients: AwsClients): Promise<() => readonly string[]> {
  const seen: string[] = [];
  noteWrites((await clients.ec2()).client.middlewareStack, seen);
  noteWrites((await clients.ec2Writes()).client.middlewareStack, seen);
  noteWrites((await clients.rds()).client.middlewareStack, seen);
  noteWrites((await clients.rdsWrites()).client.middlewareStack, seen);
  return () => seen;
}

function noteWrites<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  seen: string[],
): void {
  stack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        if (!/^(Describe|Get|List)/.test(commandName)) seen.push(commandName);
        return next(args);
      },
    { step: "initialize" },
  );
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("moto answered without an id");
  return value;
}
