import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { DEFAULT_ACCOUNT_ID } from "../../src/sandbox/aws/model/region-state.ts";
import { findAwsCli } from "../support/aws-cli.ts";
import { describeWith } from "../support/describe-with.ts";
import { sampleAwsEnvironment, startSampleAws } from "./sample-aws.ts";

const cli = {
  name: "version 2 of the AWS CLI",
  found: findAwsCli(),
  fix: "npm test installs it on Debian as root; elsewhere install awscli yourself",
};

describeWith(cli, "the AWS CLI, against the sandbox AWS", (found) => {
  let running: Awaited<ReturnType<typeof startSampleAws>>;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "moat-aws-cli-"));
    running = await startSampleAws();
  });

  afterAll(async () => {
    await running?.close();
    rmSync(home, { recursive: true, force: true });
  });

  // The endpoint is given twice: versions before 2.13 do not read it from the environment.
  const aws = (...args: string[]) =>
    run(found, [...args, "--endpoint-url", running.url, "--output", "json", "--no-cli-pager"], {
      env: sampleAwsEnvironment(running.url, home),
    });

  async function answer(...args: string[]): Promise<Record<string, unknown>> {
    const { code, output } = await aws(...args);
    expect(code, `aws ${args.join(" ")}\n${output}`).toBe(0);
    return output.trim() === "" ? {} : (JSON.parse(output) as Record<string, unknown>);
  }

  async function refusal(...args: string[]): Promise<string> {
    const { code, output } = await aws(...args);
    expect(code, `aws ${args.join(" ")} should have failed`).not.toBe(0);
    return /\((\w[\w.]*)\)/.exec(output)?.[1] ?? output;
  }

  const newGroup = async (name: string): Promise<string> => {
    const made = await answer(
      ...["ec2", "create-security-group", "--group-name", name, "--description", "made by the CLI"],
      ...["--vpc-id", running.vpcId],
      ...["--tag-specifications", "ResourceType=security-group,Tags=[{Key=moat:owner,Value=moat}]"],
    );
    return String(made.GroupId);
  };

  const rulesOf = (groupId: string) =>
    answer("ec2", "describe-security-group-rules", "--filters", `Name=group-id,Values=${groupId}`);

  it("says who it is", async () => {
    expect(await answer("sts", "get-caller-identity")).toMatchObject({ Account: DEFAULT_ACCOUNT_ID });
  });

  it("makes a group, fills it, reads it, empties it and deletes it", async () => {
    const id = await newGroup("walk");
    expect(await answer("ec2", "describe-security-groups", "--group-ids", id)).toMatchObject({
      SecurityGroups: [
        {
          GroupId: id,
          GroupName: "walk",
          VpcId: running.vpcId,
          Tags: [{ Key: "moat:owner", Value: "moat" }],
        },
      ],
    });

    const authorized = await answer(
      ...["ec2", "authorize-security-group-ingress", "--group-id", id],
      ...["--ip-permissions", "IpProtocol=tcp,FromPort=3306,ToPort=3306,IpRanges=[{CidrIp=10.9.8.7/24}]"],
    );
    expect(authorized).toMatchObject({
      Return: true,
      SecurityGroupRules: [{ IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, CidrIpv4: "10.9.8.0/24" }],
    });

    const { SecurityGroupRules } = await rulesOf(id);
    const inbound = (SecurityGroupRules as { IsEgress: boolean; SecurityGroupRuleId: string }[]).filter(
      (rule) => !rule.IsEgress,
    );
    expect(inbound).toHaveLength(1);

    const ruleId = inbound[0]?.SecurityGroupRuleId ?? "";
    const revoke = ["ec2", "revoke-security-group-ingress", "--group-id", id];
    expect(await answer(...revoke, "--security-group-rule-ids", ruleId)).toMatchObject({ Return: true });
    expect(await refusal(...revoke, "--security-group-rule-ids", ruleId)).toBe(
      "InvalidSecurityGroupRuleId.NotFound",
    );

    await answer("ec2", "delete-security-group", "--group-id", id);
    expect(await refusal("ec2", "describe-security-groups", "--group-ids", id)).toBe("InvalidGroup.NotFound");
  });

  it("is told no in AWS's words", async () => {
    const id = await newGroup("refused");
    const allow = (cidr: string) =>
      [
        "ec2",
        "authorize-security-group-ingress",
        "--group-id",
        id,
        "--protocol",
        "tcp",
        "--port",
        "3306",
      ].concat(["--cidr", cidr]);
    await answer(...allow("10.0.0.1/32"));
    expect(await refusal(...allow("10.0.0.1/32"))).toBe("InvalidPermission.Duplicate");
    expect(
      await refusal(
        ...["ec2", "create-security-group", "--group-name", "REFUSED"],
        ...["--description", "same name", "--vpc-id", running.vpcId],
      ),
    ).toBe("InvalidGroup.Duplicate");
    expect(await refusal("rds", "describe-db-instances", "--db-instance-identifier", "nowhere")).toBe(
      "DBInstanceNotFound",
    );
  });

  it("replaces a database's groups, which takes a while", async () => {
    const id = await newGroup("attached");
    const orders = ["--db-instance-identifier", "orders"];
    const membership = (Status: string) => ({ VpcSecurityGroupId: id, Status });
    const VpcSecurityGroups = expect.arrayContaining([membership("adding")]);
    expect(
      await answer("rds", "modify-db-instance", ...orders, "--vpc-security-group-ids", id),
    ).toMatchObject({
      DBInstance: { DBInstanceIdentifier: "orders", VpcSecurityGroups },
    });

    running.sandbox.clock.advance(10 * 60_000);
    expect(await answer("rds", "describe-db-instances", ...orders)).toMatchObject({
      DBInstances: [{ DBInstanceStatus: "available", VpcSecurityGroups: [membership("active")] }],
    });
    expect(await refusal("ec2", "delete-security-group", "--group-id", id)).toBe("DependencyViolation");
  });

  it("puts files into a bucket and gets them back", async () => {
    const [from, to] = [join(home, "from.log"), join(home, "to.log")];
    writeFileSync(from, "version account-id\n2 123456789010\n");
    for (const args of [
      ["s3", "mb", "s3://moat-logs"],
      ["s3", "cp", from, "s3://moat-logs/AWSLogs/1/from.log"],
      ["s3", "cp", "s3://moat-logs/AWSLogs/1/from.log", to],
    ]) {
      const { code, output } = await aws(...args);
      expect(code, output).toBe(0);
    }
    expect(readFileSync(to, "utf8")).toBe(readFileSync(from, "utf8"));
    const { output } = await aws("s3", "ls", "s3://moat-logs/", "--recursive");
    expect(output).toMatch(/ 34 AWSLogs\/1\/from\.log$/m);
  });

  it("sends, receives and deletes messages of a queue, in the older protocol that Debian's version speaks", async () => {
    const { QueueUrl } = await answer(
      "sqs",
      "create-queue",
      "--queue-name",
      "events",
      "--attributes",
      "VisibilityTimeout=5",
    );
    const url = ["--queue-url", String(QueueUrl)];
    const attributes = await answer(
      "sqs",
      "get-queue-attributes",
      ...url,
      "--attribute-names",
      "VisibilityTimeout",
    );
    expect(attributes.Attributes).toEqual({ VisibilityTimeout: "5" });
    await answer("sqs", "send-message", ...url, "--message-body", "a <body> & more");
    const received = await answer("sqs", "receive-message", ...url, "--attribute-names", "All");
    const [message] = received.Messages as {
      Body: string;
      ReceiptHandle: string;
      Attributes: Record<string, string>;
    }[];
    expect([message?.Body, message?.Attributes.ApproximateReceiveCount]).toEqual(["a <body> & more", "1"]);
    await answer("sqs", "delete-message", ...url, "--receipt-handle", message?.ReceiptHandle ?? "");
    const missing = ["--queue-url", String(QueueUrl).replace("events", "nothing")];
    expect(await refusal("sqs", "receive-message", ...missing)).toBe(
      "AWS.SimpleQueueService.NonExistentQueue",
    );
  });
});
