import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeNetworkInterfacesCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, CreateDBSubnetGroupCommand } from "@aws-sdk/client-rds";
import type { MiddlewareStack } from "@smithy/types";
import type { AwsClients } from "../../src/adapters/aws/aws-clients.ts";

/** A MySQL instance `orders` in moto, with an interface that follows its groups as RDS's own does. */
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

/** Makes the database with the stranger's clients, and counts what `clients` write. */
export async function motoDatabase(clients: AwsClients, stranger: AwsClients): Promise<MotoDatabase> {
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
  const { DBInstance } = await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "orders",
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: 20,
      MasterUsername: "root",
      MasterUserPassword: "not-a-secret",
      Port: 3306,
      DBSubnetGroupName: "data",
      VpcSecurityGroupIds: [groupId],
      Tags: [{ Key: "moat:mode", Value: "enforce" }],
    }),
  );
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: given(subnetIds[0]),
      Description: "RDSNetworkInterface",
      PrivateIpAddress: ADDRESS,
      Groups: [groupId],
    }),
  );
  const interfaceId = given(NetworkInterface?.NetworkInterfaceId);
  await letInterfaceFollow(clients, stranger, interfaceId);
  return {
    arn: given(DBInstance?.DBInstanceArn),
    endpoint: given(DBInstance?.Endpoint?.Address),
    address: ADDRESS,
    groupId,
    writes: await countWrites(clients),
    interfaceGroups: async () => {
      const input = { NetworkInterfaceIds: [interfaceId] };
      const [found] = (await ec2.send(new DescribeNetworkInterfacesCommand(input))).NetworkInterfaces ?? [];
      return (found?.Groups ?? []).flatMap((g) => g.GroupId ?? []);
    },
  };
}

/** moto makes no interface for a database and moves none, so whoever changes the database's groups moves this one. */
async function letInterfaceFollow(
  clients: AwsClients,
  stranger: AwsClients,
  interfaceId: string,
): Promise<void> {
  const { client: ec2 } = await stranger.ec2();
  const rdsClients = [(await clients.rdsWrites()).client, (await stranger.rds()).client];
  for (const rds of rdsClients) {
    rds.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const output = await next(args);
          const { VpcSecurityGroupIds } = args.input as { readonly VpcSecurityGroupIds?: string[] };
          if (commandName === "ModifyDBInstanceCommand" && VpcSecurityGroupIds !== undefined) {
            const input = { NetworkInterfaceId: interfaceId, Groups: VpcSecurityGroupIds };
            await ec2.send(new ModifyNetworkInterfaceAttributeCommand(input));
          }
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
