import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateFlowLogsCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { inProcessRequestHandler } from "../../in-process.ts";
import { assumeRole } from "../../model/sts.ts";
import { createSandboxAws } from "../../sandbox-aws.ts";

async function trailed() {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const ec2 = new EC2Client({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" },
    requestHandler: inProcessRequestHandler(sandbox),
    maxAttempts: 1,
  });
  const vpc = sandbox.seed.vpc();
  const tags = { ResourceType: "security-group" as const, Tags: [{ Key: "owner", Value: "moat" }] };
  const input = { GroupName: "db", Description: "d", VpcId: vpc.vpcId, TagSpecifications: [tags] };
  const { GroupId = "" } = await ec2.send(new CreateSecurityGroupCommand(input));
  const last = () => sandbox.cloudTrail.events.at(-1);
  return { sandbox, ec2, vpc, GroupId, last };
}

// The shapes are those of events recorded from AWS.
describe("CloudTrail events", () => {
  it("of CreateSecurityGroup", async () => {
    const { last, vpc, GroupId } = await trailed();
    expect(last()).toMatchObject({
      eventVersion: "1.08",
      userIdentity: { type: "IAMUser", accountId: "111122223333", accessKeyId: "AKIAEXAMPLE" },
      eventTime: "2026-01-05T09:00:00Z",
      eventSource: "ec2.amazonaws.com",
      eventName: "CreateSecurityGroup",
      awsRegion: "us-east-1",
      requestParameters: {
        groupName: "db",
        groupDescription: "d",
        vpcId: vpc.vpcId,
        tagSpecificationSet: {
          items: [{ resourceType: "security-group", tags: [{ key: "owner", value: "moat" }] }],
        },
      },
      responseElements: {
        _return: true,
        groupId: GroupId,
        tagSet: { items: [{ key: "owner", value: "moat" }] },
      },
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: "111122223333",
      eventCategory: "Management",
    });
  });

  it("of AuthorizeSecurityGroupIngress", async () => {
    const { ec2, last, GroupId } = await trailed();
    const IpRanges = [{ CidrIp: "0.0.0.0/0", Description: "TLS from Internet" }];
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges }];
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
    expect(last()?.requestParameters).toEqual({
      groupId: GroupId,
      ipPermissions: {
        items: [
          {
            ipProtocol: "tcp",
            fromPort: 443,
            toPort: 443,
            groups: {},
            ipRanges: { items: [{ cidrIp: "0.0.0.0/0", description: "TLS from Internet" }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    });
    expect(last()?.responseElements).toMatchObject({
      _return: true,
      securityGroupRuleSet: {
        items: [
          {
            groupOwnerId: "111122223333",
            groupId: GroupId,
            description: "TLS from Internet",
            isEgress: false,
            ipProtocol: "tcp",
            fromPort: 443,
            toPort: 443,
            cidrIpv4: "0.0.0.0/0",
          },
        ],
      },
    });
  });

  it("of a flat RevokeSecurityGroupIngress that failed", async () => {
    const { ec2, last, GroupId } = await trailed();
    const flat = { GroupId, IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIp: "0.0.0.0/0" };
    await expect(ec2.send(new RevokeSecurityGroupIngressCommand(flat))).rejects.toThrow();
    expect(last()).toMatchObject({
      errorCode: "Client.InvalidPermission.NotFound",
      errorMessage: "The specified rule does not exist in this security group.",
      requestParameters: {
        groupId: GroupId,
        ipPermissions: {},
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        cidrIp: "0.0.0.0/0",
      },
      responseElements: null,
    });
  });

  it("of ModifySecurityGroupRules, whose group lies elsewhere", async () => {
    const { ec2, last, GroupId, sandbox } = await trailed();
    const [rule] = sandbox.ec2().groups.get(GroupId)?.rules ?? [];
    const SecurityGroupRuleId = rule?.securityGroupRuleId ?? "";
    const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 1, ToPort: 2, CidrIpv4: "10.0.0.0/8" };
    const SecurityGroupRules = [{ SecurityGroupRuleId, SecurityGroupRule }];
    await ec2.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules }));
    expect(last()?.requestParameters).toEqual({
      ModifySecurityGroupRulesRequest: {
        GroupId,
        SecurityGroupRule: { tag: 1, SecurityGroupRuleId, SecurityGroupRule },
      },
    });
  });

  it("of CreateFlowLogs", async () => {
    const { ec2, last, vpc, sandbox } = await trailed();
    sandbox.seed.bucket("flow-logs");
    const { FlowLogIds } = await ec2.send(
      new CreateFlowLogsCommand({
        ResourceIds: [vpc.vpcId],
        ResourceType: "VPC",
        TrafficType: "ALL",
        LogDestinationType: "s3",
        LogDestination: "arn:aws:s3:::flow-logs",
        MaxAggregationInterval: 60,
      }),
    );
    expect(last()?.requestParameters).toMatchObject({
      CreateFlowLogsRequest: {
        ResourceId: { tag: 1, content: vpc.vpcId },
        MaxAggregationInterval: 60,
        ResourceType: "VPC",
      },
    });
    expect(last()?.responseElements).toMatchObject({
      CreateFlowLogsResponse: { unsuccessful: "", flowLogIdSet: { item: FlowLogIds?.[0] } },
    });
  });

  it("of CreateTags and DeleteSecurityGroup", async () => {
    const { ec2, last, GroupId } = await trailed();
    await ec2.send(new CreateTagsCommand({ Resources: [GroupId], Tags: [{ Key: "a", Value: "b" }] }));
    expect(last()?.requestParameters).toEqual({
      resourcesSet: { items: [{ resourceId: GroupId }] },
      tagSet: { items: [{ key: "a", value: "b" }] },
    });
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(last()).toMatchObject({
      eventName: "DeleteSecurityGroup",
      requestParameters: { groupId: GroupId },
    });
  });

  it("are not written for reads and dry runs", async () => {
    const { ec2, sandbox, GroupId } = await trailed();
    const before = sandbox.cloudTrail.events.length;
    await ec2.send(new DescribeSecurityGroupsCommand({}));
    const dryRun = {
      GroupId,
      DryRun: true,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    };
    const call = ec2.send(new AuthorizeSecurityGroupEgressCommand(dryRun));
    await expect(call).rejects.toMatchObject({ name: "DryRunOperation", $metadata: { httpStatusCode: 412 } });
    expect(sandbox.cloudTrail.events).toHaveLength(before);
  });

  it("name the role behind an assumed session", async () => {
    const { sandbox } = await trailed();
    const seen: string[] = [];
    sandbox.cloudTrail.subscribe((event) => seen.push(JSON.stringify(event.userIdentity)));
    const { world } = sandbox;
    const keys = assumeRole(world, {
      roleArn: "arn:aws:iam::111122223333:role/moat",
      roleSessionName: "run-1",
    });
    const ec2 = new EC2Client({
      region: "us-east-1",
      credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: "x", sessionToken: "y" },
      requestHandler: inProcessRequestHandler(sandbox),
    });
    await ec2.send(
      new CreateTagsCommand({
        Resources: [sandbox.ec2().vpcs.values()[0]?.vpcId ?? ""],
        Tags: [{ Key: "k" }],
      }),
    );
    expect(JSON.parse(seen[0] ?? "{}")).toMatchObject({
      type: "AssumedRole",
      arn: "arn:aws:sts::111122223333:assumed-role/moat/run-1",
      sessionContext: {
        sessionIssuer: { type: "Role", arn: "arn:aws:iam::111122223333:role/moat", userName: "moat" },
      },
    });
  });
});
