import { describe, expect, it } from "vitest";
import { sandboxClients } from "../../../../test/support/sandbox-clients.ts";
import { whoChanged } from "../../../core/trail/who-changed.ts";
import { seedInstance } from "../../../sandbox/aws/model/rds/seed-instance.ts";
import { rdsOf } from "../../../sandbox/aws/model/rds/state.ts";
import { parseResourceChange } from "./resource-change.ts";

const ALEX = {
  type: "AssumedRole",
  arn: "arn:aws:sts::111122223333:assumed-role/engineer/alex",
  accountId: "111122223333",
};

const event = (eventName: string, requestParameters: unknown, more: object = {}) => ({
  userIdentity: ALEX,
  eventTime: "2026-01-05T10:00:00Z",
  eventSource: "ec2.amazonaws.com",
  eventName,
  awsRegion: "eu-west-1",
  sourceIPAddress: "192.0.2.10",
  userAgent: "aws-cli/2.31.0",
  recipientAccountId: "111122223333",
  requestParameters,
  responseElements: null,
  ...more,
});

const rds = { eventSource: "rds.amazonaws.com" };
const ORDERS = "arn:aws:rds:eu-west-1:111122223333:db:orders";

describe("a CloudTrail event", () => {
  it.each<{ name: string; event: unknown; want: readonly string[] | undefined }>([
    {
      name: "authorize, whose answer lists the rules",
      event: event(
        "AuthorizeSecurityGroupIngress",
        { groupId: "sg-01", ipPermissions: { items: [{ ipProtocol: "tcp", groups: {}, ipRanges: {} }] } },
        {
          responseElements: {
            securityGroupRuleSet: { items: [{ groupId: "sg-01", securityGroupRuleId: "sgr-0a" }] },
          },
        },
      ),
      want: ["sg-01", "sgr-0a"],
    },
    {
      name: "authorize from another group: that one was not changed",
      event: event("AuthorizeSecurityGroupIngress", {
        groupId: "sg-01",
        ipPermissions: { items: [{ ipProtocol: "tcp", groups: { items: [{ groupId: "sg-02" }] } }] },
      }),
      want: ["sg-01"],
    },
    {
      name: "revoke by rule id",
      event: event("RevokeSecurityGroupIngress", {
        groupId: "sg-01",
        ipPermissions: {},
        securityGroupRuleIds: { items: [{ securityGroupRuleId: "sgr-0a" }] },
      }),
      want: ["sg-01", "sgr-0a"],
    },
    {
      name: "modify of one rule, an object below the request's own name",
      event: event("ModifySecurityGroupRules", {
        ModifySecurityGroupRulesRequest: {
          GroupId: "sg-01",
          SecurityGroupRule: {
            tag: 1,
            SecurityGroupRuleId: "sgr-0a",
            SecurityGroupRule: { ReferencedGroupId: "sg-02" },
          },
        },
      }),
      want: ["sg-01", "sgr-0a"],
    },
    {
      name: "modify of several rules, an array there",
      event: event("ModifySecurityGroupRules", {
        ModifySecurityGroupRulesRequest: {
          GroupId: "sg-01",
          SecurityGroupRule: [
            { tag: 1, SecurityGroupRuleId: "sgr-0a" },
            { tag: 2, SecurityGroupRuleId: "sgr-0b" },
          ],
        },
      }),
      want: ["sg-01", "sgr-0a", "sgr-0b"],
    },
    {
      name: "tags on a group, whose values only look like ids",
      event: event("CreateTags", {
        resourcesSet: { items: [{ resourceId: "sg-01" }] },
        tagSet: { items: [{ key: "moat:original-groups", value: "sg-02" }] },
      }),
      want: ["sg-01"],
    },
    {
      name: "the entries of a prefix list",
      event: event("ModifyManagedPrefixList", { ModifyManagedPrefixListRequest: { PrefixListId: "pl-01" } }),
      want: ["pl-01"],
    },
    {
      name: "the groups of an instance",
      event: event(
        "ModifyDBInstance",
        { dBInstanceIdentifier: "Orders", vpcSecurityGroupIds: ["sg-01"] },
        rds,
      ),
      want: [ORDERS],
    },
    {
      name: "the tags of an instance",
      event: event("AddTagsToResource", { resourceName: ORDERS, tags: [] }, rds),
      want: [ORDERS],
    },
    {
      name: "the groups of a proxy, by its name",
      event: event("ModifyDBProxy", { dBProxyName: "front", securityGroups: ["sg-01"] }, rds),
      want: ["front"],
    },
    {
      name: "a call that failed",
      event: event(
        "RevokeSecurityGroupIngress",
        { groupId: "sg-01" },
        { errorCode: "Client.InvalidPermission.NotFound" },
      ),
      want: undefined,
    },
    {
      name: "a call on something else",
      event: event("CreateTags", { resourcesSet: { items: [{ resourceId: "ami-01" }] } }),
      want: undefined,
    },
    { name: "no event at all", event: { Records: [] }, want: undefined },
    { name: "nothing", event: null, want: undefined },
  ])("tells what changed: $name", ({ event: json, want }) => {
    expect(parseResourceChange(json)?.resources).toEqual(want);
  });

  it.each([
    { name: "a role and its session", identity: ALEX, from: "192.0.2.10", want: ["engineer/alex", false] },
    {
      name: "a user",
      identity: { type: "IAMUser", arn: "arn:aws:iam::111122223333:user/anna", userName: "anna" },
      from: "192.0.2.10",
      want: ["anna", false],
    },
    {
      name: "RDS itself",
      identity: { type: "AWSService", invokedBy: "rds.amazonaws.com" },
      from: "rds.amazonaws.com",
      want: ["rds.amazonaws.com", true],
    },
    {
      name: "a person through CloudFormation",
      identity: { ...ALEX, invokedBy: "cloudformation.amazonaws.com" },
      from: "cloudformation.amazonaws.com",
      want: ["engineer/alex", false],
    },
  ])("names the actor: $name", ({ identity, from, want }) => {
    const change = parseResourceChange(
      event("DeleteSecurityGroup", { groupId: "sg-01" }, { userIdentity: identity, sourceIPAddress: from }),
    );
    expect([change?.actor.name, change?.actor.isService]).toEqual(want);
  });
});

describe("the events of calls that were made", () => {
  it("lead from a rule and from a database to who changed them", async () => {
    const { sandbox, clients } = sandboxClients();
    const { vpcId } = sandbox.seed.vpc();
    const subnets = ["a", "b"].map(
      (zone, i) =>
        sandbox.seed.subnet({ vpcId, cidrBlock: `10.0.${i}.0/24`, availabilityZone: `eu-west-1${zone}` })
          .subnetId,
    );
    const database = seedInstance(rdsOf(sandbox.region()), {
      identifier: "orders",
      engine: "mysql",
      subnets,
    });
    const { groupId } = sandbox.seed.securityGroup({ groupName: "g", vpcId });
    const ec2 = await clients.ec2();
    const rdsClient = await clients.rds();
    const { SecurityGroupRules } = await ec2.client.send(
      new ec2.sdk.AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    await rdsClient.client.send(
      new rdsClient.sdk.ModifyDBInstanceCommand({
        DBInstanceIdentifier: "orders",
        VpcSecurityGroupIds: [groupId],
      }),
    );
    const changes = sandbox.cloudTrail.events.flatMap((e) => parseResourceChange(e) ?? []);
    const rule = SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "";
    expect(whoChanged(changes, { resources: [rule] })?.operation).toBe("AuthorizeSecurityGroupIngress");
    expect(whoChanged(changes, { resources: [database.arn] })?.actor.name).toBe("sandbox");
    const self = changes[0]?.actor.arn ?? "";
    expect(whoChanged(changes, { resources: [rule, database.arn], self })).toBeUndefined();
  });
});
