import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type IpPermission,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  ModifyDBProxyCommand,
  RDSClient,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { type Moto, startMoto } from "./moto.ts";
import { MOTO_DEVIATIONS, type MotoDeviation } from "./moto-deviations.ts";

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

/** A moto with one VPC in it, and short ways to make things there. */
interface World {
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  readonly vpcId: string;
  readonly subnetId: string;
}

const tcp = (...cidrs: string[]): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: 3306,
  ToPort: 3306,
  IpRanges: cidrs.map((CidrIp) => ({ CidrIp })),
});

const hosts = (count: number, from = 0): IpPermission =>
  tcp(
    ...Array.from({ length: count }, (_, i) => `10.0.${Math.floor((from + i) / 250)}.${(from + i) % 250}/32`),
  );

let made = 0;
const fresh = (prefix: string): string => `${prefix}-${++made}`;

async function group({ ec2, vpcId }: World, name = fresh("group")): Promise<string> {
  const command = new CreateSecurityGroupCommand({ GroupName: name, Description: "probe", VpcId: vpcId });
  return (await ec2.send(command)).GroupId ?? "";
}

const authorize = ({ ec2 }: World, GroupId: string, ...IpPermissions: IpPermission[]) =>
  ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));

async function ingress({ ec2 }: World, groupId: string, maxResults?: number) {
  const Filters = [{ Name: "group-id", Values: [groupId] }];
  const page = maxResults === undefined ? {} : { MaxResults: maxResults };
  const answer = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters, ...page }));
  return { ...answer, rules: (answer.SecurityGroupRules ?? []).filter((rule) => rule.IsEgress === false) };
}

async function instance(
  { rds }: World,
  cluster?: string,
): Promise<{ id: string; resourceId: string | undefined }> {
  const id = fresh("db");
  const kind =
    cluster === undefined ? { Engine: "mysql" } : { Engine: "aurora-mysql", DBClusterIdentifier: cluster };
  const login = { MasterUsername: "admin", MasterUserPassword: "not-a-secret" };
  const size = { DBInstanceClass: "db.t3.micro", AllocatedStorage: 20 };
  const command = new CreateDBInstanceCommand({ DBInstanceIdentifier: id, ...kind, ...size, ...login });
  return { id, resourceId: (await rds.send(command)).DBInstance?.DbiResourceId };
}

/** The code of the error that a call ends in, `undefined` when it goes well. */
async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    return $metadata?.httpStatusCode === 500 ? "HTTP 500" : name;
  }
}

/** True while moto still deviates. */
const PROBES: Readonly<Record<MotoDeviation, (world: World) => Promise<boolean>>> = {
  authorizeIsNotAtomic: async (world) => {
    const id = await group(world);
    await authorize(world, id, tcp("10.0.0.2/32"));
    await codeOf(authorize(world, id, tcp("10.0.0.1/32"), tcp("10.0.0.2/32")));
    return (await ingress(world, id)).rules.length === 2;
  },
  authorizeAnswersOnlyTheLastPermission: async (world) => {
    const second = { ...tcp("10.0.0.2/32"), FromPort: 5432, ToPort: 5432 };
    const answer = await authorize(world, await group(world), tcp("10.0.0.1/32"), second);
    return answer.SecurityGroupRules?.length === 1;
  },
  cidrIsNotCanonical: async (world) => {
    const id = await group(world);
    await authorize(world, id, tcp("10.9.8.7/24"));
    return (await codeOf(authorize(world, id, tcp("10.9.8.0/24")))) === undefined;
  },
  descriptionIsNotChecked: async (world) => {
    const permission = { ...tcp(), IpRanges: [{ CidrIp: "10.0.0.1/32", Description: "<né>" }] };
    return (await codeOf(authorize(world, await group(world), permission))) === undefined;
  },
  quotaCountsFamiliesTogether: async (world) => {
    const id = await group(world);
    await authorize(world, id, hosts(60));
    const six = { ...tcp(), IpRanges: [], Ipv6Ranges: [{ CidrIpv6: "2001:db8::1/128" }] };
    return (await codeOf(authorize(world, id, six))) === "RulesPerSecurityGroupLimitExceeded";
  },
  quotaIgnoresPrefixListSize: async (world) => {
    const size = { AddressFamily: "IPv4", MaxEntries: 100 };
    const list = await world.ec2.send(
      new CreateManagedPrefixListCommand({ PrefixListName: fresh("list"), ...size }),
    );
    const PrefixListId = list.PrefixList?.PrefixListId ?? "";
    const permission = { ...tcp(), IpRanges: [], PrefixListIds: [{ PrefixListId }] };
    return (await codeOf(authorize(world, await group(world), permission))) === undefined;
  },
  revokeDoesNotSayWhat: async (world) => {
    const GroupId = await group(world);
    await authorize(world, GroupId, tcp("10.0.0.1/32"));
    const IpPermissions = [tcp("10.0.0.1/32")];
    const answer = await world.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    return answer.RevokedSecurityGroupRules === undefined;
  },
  unknownRuleIdHasAnotherCode: async (world) => {
    const unknown = { GroupId: await group(world), SecurityGroupRuleIds: ["sgr-00000000000000000"] };
    const code = await codeOf(world.ec2.send(new RevokeSecurityGroupIngressCommand(unknown)));
    return code === "InvalidPermission.NotFound";
  },
  rulesComeInOnePage: async (world) => {
    const id = await group(world);
    await authorize(world, id, hosts(20));
    const page = await ingress(world, id, 5);
    return page.rules.length === 20 && page.NextToken === undefined;
  },
  ruleLacksItsOwner: async (world) => {
    const id = await group(world);
    await authorize(world, id, tcp("10.0.0.1/32"));
    return (await ingress(world, id)).rules[0]?.GroupOwnerId === undefined;
  },
  groupNamesDifferByCase: async (world) => {
    const name = fresh("case");
    await group(world, name);
    return (await codeOf(group(world, name.toUpperCase()))) === undefined;
  },
  groupInUseCanBeDeleted: async (world) => {
    const GroupId = await group(world);
    const SubnetId = world.subnetId;
    await world.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [GroupId] }));
    return (await codeOf(world.ec2.send(new DeleteSecurityGroupCommand({ GroupId })))) === undefined;
  },
  interfacesTakeAnyNumberOfGroups: async (world) => {
    const groups: string[] = [];
    for (let i = 0; i < 6; i++) groups.push(await group(world));
    const eni = await world.ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: world.subnetId }));
    const NetworkInterfaceId = eni.NetworkInterface?.NetworkInterfaceId ?? "";
    const command = new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups: groups });
    return (await codeOf(world.ec2.send(command))) === undefined;
  },
  databasesHaveNoInterface: async (world) => {
    await instance(world);
    const Filters = [{ Name: "description", Values: ["RDSNetworkInterface"] }];
    const answer = await world.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    return answer.NetworkInterfaces?.length === 0;
  },
  membershipIsActiveAtOnce: async (world) => {
    const VpcSecurityGroupIds = [await group(world)];
    const { id } = await instance(world);
    const command = new ModifyDBInstanceCommand({ DBInstanceIdentifier: id, VpcSecurityGroupIds });
    const answer = await world.rds.send(command);
    return (
      answer.DBInstance?.VpcSecurityGroups?.every((membership) => membership.Status === "active") === true
    );
  },
  stoppedInstanceCanBeModified: async (world) => {
    const { id } = await instance(world);
    await world.rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: id }));
    const change = { DBInstanceIdentifier: id, VpcSecurityGroupIds: [await group(world)] };
    return (await codeOf(world.rds.send(new ModifyDBInstanceCommand(change)))) === undefined;
  },
  unknownGroupCanBeAttached: async (world) => {
    const { id } = await instance(world);
    const change = { DBInstanceIdentifier: id, VpcSecurityGroupIds: ["sg-00000000000000000"] };
    return (await codeOf(world.rds.send(new ModifyDBInstanceCommand(change)))) === undefined;
  },
  clusterMemberBreaks: async (world) => {
    const cluster = fresh("cluster");
    const login = { MasterUsername: "admin", MasterUserPassword: "not-a-secret" };
    const create = { DBClusterIdentifier: cluster, Engine: "aurora-mysql", ...login };
    await world.rds.send(new CreateDBClusterCommand(create));
    const { id } = await instance(world, cluster);
    const change = { DBInstanceIdentifier: id, VpcSecurityGroupIds: [await group(world)] };
    return (await codeOf(world.rds.send(new ModifyDBInstanceCommand(change)))) === "HTTP 500";
  },
  unknownClusterBreaks: async (world) => {
    const change = { DBClusterIdentifier: "nowhere", VpcSecurityGroupIds: [await group(world)] };
    return (await codeOf(world.rds.send(new ModifyDBClusterCommand(change)))) === "HTTP 500";
  },
  proxiesCannotBeModified: async (world) => {
    const change = { DBProxyName: "nowhere", SecurityGroups: [await group(world)] };
    const code = await codeOf(world.rds.send(new ModifyDBProxyCommand(change)));
    return code !== "DBProxyNotFoundFault";
  },
  resourceIdsAreAllAlike: async (world) => {
    const [one, other] = [await instance(world), await instance(world)];
    return one.resourceId === other.resourceId;
  },
};

describeWith(python, "moto still deviates from AWS", (found) => {
  let moto: Moto;
  let world: World;

  beforeAll(async () => {
    moto = await startMoto(found);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const config = { endpoint: moto.url, region: "eu-west-1", credentials, maxAttempts: 1 };
    const [ec2, rds] = [new EC2Client(config), new RDSClient(config)];
    const vpcId = (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.[0]?.VpcId ?? "";
    const subnetId = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets?.[0]?.SubnetId ?? "";
    world = { ec2, rds, vpcId, subnetId };
  });

  afterAll(async () => {
    await moto?.stop();
  });

  it.each(Object.entries(PROBES))("%s", async (name, deviates) => {
    const { call, aws } = MOTO_DEVIATIONS[name as MotoDeviation];
    expect(await deviates(world), `moto's ${call} now does what AWS does (${aws}): remove the entry`).toBe(
      true,
    );
  });
});
