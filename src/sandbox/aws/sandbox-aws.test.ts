import {
  AuthorizeSecurityGroupIngressCommand,
  CreateFlowLogsCommand,
  CreateSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { ModifyDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcessRequestHandler } from "./in-process.ts";
import { createSandboxAws, type SandboxAws } from "./sandbox-aws.ts";
import { type RunningSandbox, startSandboxAws } from "./server.ts";

interface Door {
  readonly name: string;
  readonly config: (sandbox: SandboxAws) => object;
}

let running: RunningSandbox;
beforeAll(async () => {
  running = await startSandboxAws();
});
afterAll(() => running.close());

const doors: readonly Door[] = [
  { name: "over HTTP", config: () => ({ endpoint: running.url }) },
  { name: "in process", config: (sandbox) => ({ requestHandler: inProcessRequestHandler(sandbox) }) },
];
const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };

describe.each(doors)("an unmodified SDK client $name", ({ name, config }) => {
  const sandboxOf = () => (name === "over HTTP" ? running.sandbox : createSandboxAws());
  const setUp = () => {
    const sandbox = sandboxOf();
    const base = { region: "eu-west-1", credentials, maxAttempts: 1, ...config(sandbox) };
    return { sandbox, ec2: new EC2Client(base), sts: new STSClient(base), base };
  };

  it("creates a group, adds, reads and removes its rules", async () => {
    const { sandbox, ec2 } = setUp();
    const vpc = sandbox.seed.vpc();
    const created = await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "moat <db> & co".replaceAll(/[<>]/g, ""),
        Description: "a & b",
        VpcId: vpc.vpcId,
        TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "k<&>", Value: 'v"\n é' }] }],
      }),
    );
    const GroupId = created.GroupId;
    expect(created.Tags).toEqual([{ Key: "k<&>", Value: 'v"\n é' }]);
    const authorized = await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 5432,
            ToPort: 5432,
            IpRanges: [{ CidrIp: "10.1.2.3/24", Description: "app" }, { CidrIp: "10.2.0.0/16" }],
            Ipv6Ranges: [{ CidrIpv6: "2001:DB8::1/64" }],
          },
          { IpProtocol: "6", FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [{ GroupId }] },
        ],
      }),
    );
    expect(
      authorized.SecurityGroupRules?.map(
        (rule) => rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId,
      ),
    ).toEqual(["10.1.2.0/24", "10.2.0.0/16", "2001:db8::/64", GroupId]);
    const groups = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ""] }));
    expect(groups.SecurityGroups?.[0]).toMatchObject({
      Description: "a & b",
      VpcId: vpc.vpcId,
      IpPermissions: [
        {
          IpProtocol: "tcp",
          FromPort: 5432,
          IpRanges: [{ CidrIp: "10.1.2.0/24", Description: "app" }, { CidrIp: "10.2.0.0/16" }],
          Ipv6Ranges: [{ CidrIpv6: "2001:db8::/64" }],
        },
        { FromPort: 5433, UserIdGroupPairs: [{ GroupId, UserId: "111122223333" }] },
      ],
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
    const ids = authorized.SecurityGroupRules?.map((rule) => rule.SecurityGroupRuleId ?? "") ?? [];
    const revoked = await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ids }),
    );
    expect(revoked.RevokedSecurityGroupRules).toHaveLength(4);
    const rules = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId ?? ""] }] }),
    );
    expect(rules.SecurityGroupRules).toMatchObject([
      { IsEgress: true, IpProtocol: "-1", FromPort: -1, ToPort: -1 },
    ]);
  });

  it("sees the code of a refusal as the name of the error", async () => {
    const { ec2 } = setUp();
    const call = ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ["sg-0123456789abcdef0"] }));
    await expect(call).rejects.toMatchObject({
      name: "InvalidGroup.NotFound",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("moves to the account of a role that it assumes", async () => {
    const { sts, base } = setUp();
    const session = await sts.send(
      new AssumeRoleCommand({ RoleArn: "arn:aws:iam::444455556666:role/moat", RoleSessionName: "test" }),
    );
    const keys = session.Credentials;
    const assumed = {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    };
    const identity = await new STSClient({ ...base, credentials: assumed }).send(
      new GetCallerIdentityCommand({}),
    );
    expect(identity).toMatchObject({
      Account: "444455556666",
      Arn: "arn:aws:sts::444455556666:assumed-role/moat/test",
    });
  });

  it("breaks off when a fault resets the connection, after the call took effect", async () => {
    const { sandbox, ec2 } = setUp();
    const vpc = sandbox.seed.vpc();
    const match = { operation: "CreateSecurityGroup" };
    sandbox.faults.add({ match, when: "after", error: "connectionReset", times: 1 });
    const call = ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "lost", Description: "d", VpcId: vpc.vpcId }),
    );
    await expect(call).rejects.toThrow();
    const filter = { Name: "group-name", Values: ["lost"] };
    const found = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [filter] }));
    expect(found.SecurityGroups).toHaveLength(1);
  });

  it("describes RDS interfaces as they were recorded", async () => {
    const { sandbox, ec2 } = setUp();
    const vpc = sandbox.seed.vpc();
    const subnet = sandbox.seed.subnet({ vpcId: vpc.vpcId, cidrBlock: "10.0.1.0/24" });
    const group = sandbox.seed.defaultGroup(vpc.vpcId);
    const eni = sandbox.network.createRdsInterface(sandbox.region(), {
      subnetId: subnet.subnetId,
      groupIds: [group.groupId],
      publicIp: "52.41.66.102",
    });
    const answer = await ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [
          { Name: "description", Values: ["RDSNetwork*"] },
          { Name: "requester-id", Values: ["amazon-rds"] },
          { Name: "vpc-id", Values: [vpc.vpcId] },
        ],
        MaxResults: 5,
      }),
    );
    expect(answer.NextToken).toBeUndefined();
    expect(answer.NetworkInterfaces).toMatchObject([
      {
        NetworkInterfaceId: eni.networkInterfaceId,
        Description: "RDSNetworkInterface",
        RequesterId: "amazon-rds",
        RequesterManaged: true,
        Status: "in-use",
        InterfaceType: "interface",
        Attachment: {
          InstanceOwnerId: "amazon-rds",
          DeviceIndex: 1,
          DeleteOnTermination: false,
          Status: "attached",
        },
        Association: { IpOwnerId: "amazon-rds", PublicIp: "52.41.66.102" },
        Groups: [{ GroupId: group.groupId, GroupName: "default" }],
        PrivateIpAddress: "10.0.1.4",
        TagSet: [],
      },
    ]);
  });
});

describe("the whole sandbox", () => {
  it("lets a consumer in when the database's change of groups takes effect, and writes the flow log", async () => {
    const sandbox = createSandboxAws({ region: "us-east-1" });
    const { seed, network } = sandbox;
    const { vpcId } = seed.vpc();
    const subnets = ["a", "b"].map(
      (zone, index) =>
        seed.subnet({ vpcId, cidrBlock: `10.0.${index}.0/24`, availabilityZone: `us-east-1${zone}` })
          .subnetId,
    );
    const closed = seed.securityGroup({ groupName: "closed", vpcId });
    const open = seed.securityGroup({
      groupName: "open",
      vpcId,
      rules: [{ port: 5432, cidr: "10.0.0.0/16" }],
    });
    const web = seed.instance({ subnetId: subnets[0] ?? "", tags: { Name: "web" } });
    seed.dbInstance({ identifier: "orders", engine: "postgres", subnets, groups: [closed.groupId] });
    seed.bucket("flow-logs");
    const base = { region: "us-east-1", credentials, requestHandler: inProcessRequestHandler(sandbox) };
    const ec2 = new EC2Client(base);
    const logs = { ResourceType: "VPC", TrafficType: "ALL", LogDestinationType: "s3" } as const;
    const LogDestination = "arn:aws:s3:::flow-logs";
    const created = await ec2.send(
      new CreateFlowLogsCommand({ ResourceIds: [vpcId], ...logs, LogDestination }),
    );
    expect(created.Unsuccessful).toEqual([]);

    const filter = { Name: "group-id", Values: [closed.groupId] };
    const found = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [filter] }));
    const destination = found.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "";
    const probe = { source: web.eni.networkInterfaceId, destination, port: 5432 };
    const VpcSecurityGroupIds = [open.groupId];
    expect(network.connect(probe).action).toBe("REJECT");
    const rds = new RDSClient(base);
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", VpcSecurityGroupIds }));
    expect(network.connect(probe).action).toBe("REJECT");
    sandbox.clock.advance(60_000);
    expect(network.connect(probe).action).toBe("ACCEPT");
    sandbox.clock.advance(600_000);
    expect(sandbox.flowLogs.deliver().length).toBeGreaterThan(0);
    expect(sandbox.cloudTrail.events.map((event) => event.eventName)).toEqual([
      "CreateFlowLogs",
      "ModifyDBInstance",
    ]);
  });

  it("mints the same ids for the same writes, however many reads lie between", async () => {
    const ids = async (reads: number) => {
      const sandbox = createSandboxAws({ seed: 42 });
      const requestHandler = inProcessRequestHandler(sandbox);
      const ec2 = new EC2Client({ region: "eu-west-1", credentials, requestHandler });
      const { vpcId } = sandbox.seed.vpc();
      for (let index = 0; index < reads; index++) await ec2.send(new DescribeSecurityGroupsCommand({}));
      return ec2.send(new CreateSecurityGroupCommand({ GroupName: "g", Description: "d", VpcId: vpcId }));
    };
    expect((await ids(0)).GroupId).toBe((await ids(3)).GroupId);
  });
});
