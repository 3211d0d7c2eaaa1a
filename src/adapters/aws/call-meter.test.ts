import { GetQueryExecutionCommand } from "@aws-sdk/client-athena";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ListAccountsCommand } from "@aws-sdk/client-organizations";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { operations, sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { startSandboxAws } from "../../sandbox/aws/server.ts";
import { athenaService } from "./athena-service.ts";
import { awsClients } from "./aws-clients.ts";
import { callMeter } from "./call-meter.ts";
import { lookUpChanges } from "./lookup-changes.ts";

/** A clock that notes how long was slept, and lets nothing pass meanwhile. */
function stillClock() {
  const slept: number[] = [];
  return { slept, clock: { now: () => 0, sleep: async (ms: number) => void slept.push(ms) } };
}

const SEVEN = Array.from({ length: 7 });

describe("callMeter", () => {
  it("lets the share of a bucket pass and makes the rest wait in turn", async () => {
    const { slept, clock } = stillClock();
    const meter = callMeter({ percent: 10, clock });
    const call = { accountId: "1", region: "eu-west-1", operation: "ec2:CreateSecurityGroup" };
    for (const _ of SEVEN) await meter.pass(call);
    expect(slept).toEqual([2000, 4000]);
  });

  it("is one budget for the reads and the writes, and for every client, of an account and region", async () => {
    const { slept, clock } = stillClock();
    const meter = callMeter({ percent: 10, clock });
    const { sandbox, clients } = sandboxClients({ meter, accountId: "111122223333" });
    const again = sandboxClients({ meter, accountId: "111122223333" });
    const other = sandboxClients({ meter, accountId: "444455556666" });
    const input = { Filters: [{ Name: "vpc-id", Values: ["vpc-1"] }] };
    const ask = async (from: typeof clients): Promise<void> => {
      await (await from.ec2Writes()).client.send(new DescribeSecurityGroupsCommand(input));
      await (await from.ec2()).client.send(new DescribeSecurityGroupsCommand(input));
    };
    for (const _ of [1, 2, 3]) await ask(clients);
    for (const _ of [1, 2]) await ask(again.clients);
    expect(slept).toEqual([]);
    await ask(clients);
    expect(slept).toEqual([500, 1000]);
    await ask(other.clients);
    expect(slept).toEqual([500, 1000]);
    expect(operations(sandbox)).toHaveLength(8);
  });

  it("counts a repetition like any other call, because AWS does", async () => {
    const { slept, clock } = stillClock();
    const meter = callMeter({ percent: 1, clock });
    const { sandbox, clients } = sandboxClients({ meter });
    sandbox.faults.add({
      match: { operation: "DescribeSecurityGroups" },
      when: "before",
      error: { code: "RequestLimitExceeded", httpStatus: 503, message: "Request limit exceeded." },
      times: 1,
    });
    const { sdk, client } = await clients.ec2();
    await client.send(new sdk.DescribeSecurityGroupsCommand({ MaxResults: 5 }));
    expect(operations(sandbox)).toHaveLength(2);
    // One call in all, and a fifth of one a second; half of that after AWS refused one.
    expect(slept).toEqual([10_000]);
  });

  it("counts every service that Moat calls, each by its own rate", async () => {
    const running = await startSandboxAws();
    const asked: string[] = [];
    const clients = awsClients({
      region: "eu-west-1",
      endpoint: running.url,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
      maxAttempts: 1,
      role: { roleArn: "arn:aws:iam::444455556666:role/moat" },
      meter: {
        pass: async ({ accountId, operation }) => void asked.push(`${accountId} ${operation}`),
        refused: () => {},
      },
    });
    // What the sandbox answers is beside the point.
    const asking = async (call: Promise<unknown>): Promise<void> => void (await call.catch(() => {}));
    await asking((await clients.s3()).client.send(new GetObjectCommand({ Bucket: "b", Key: "k" })));
    await asking(
      (await clients.sqs()).client.send(new SendMessageBatchCommand({ QueueUrl: running.url, Entries: [] })),
    );
    await asking((await clients.sts()).client.send(new GetCallerIdentityCommand({})));
    await asking((await clients.cloudTrail()).client.send(new LookupEventsCommand({})));
    await asking(
      (await clients.serviceQuotas()).client.send(
        new GetServiceQuotaCommand({ ServiceCode: "vpc", QuotaCode: "L" }),
      ),
    );
    await asking((await clients.secretsManager()).client.send(new GetSecretValueCommand({ SecretId: "s" })));
    await asking((await clients.organizations()).client.send(new ListAccountsCommand({})));
    await asking((await clients.eventBridge()).client.send(new PutEventsCommand({ Entries: [] })));
    await asking(
      (await athenaService(clients)()).client.send(new GetQueryExecutionCommand({ QueryExecutionId: "q" })),
    );
    clients.close();
    await running.close();
    // The role is taken anew for each: keys of the sandbox run out by its clock, which is behind.
    expect([...new Set(asked)]).toEqual([
      // Taking the role counts in the account of whoever takes it, the rest in the role's.
      " sts:AssumeRole",
      "444455556666 s3:GetObject",
      "444455556666 sqs:SendMessageBatch",
      "444455556666 sts:GetCallerIdentity",
      "444455556666 cloudtrail:LookupEvents",
      "444455556666 servicequotas:GetServiceQuota",
      "444455556666 secretsmanager:GetSecretValue",
      "444455556666 organizations:ListAccounts",
      "444455556666 events:PutEvents",
      "444455556666 athena:GetQueryExecution",
    ]);
  });

  it("asks CloudTrail no more often than it answers, and waits longer where it refuses", async () => {
    const { slept, clock } = stillClock();
    const { sandbox, clients } = sandboxClients({ meter: callMeter({ percent: 50, clock }) });
    sandbox.faults.add({
      match: { operation: "LookupEvents" },
      when: "before",
      error: { code: "ThrottlingException", httpStatus: 400, message: "Rate exceeded" },
      times: 1,
    });
    await lookUpChanges(clients, ["sg-1", "sg-2", "sg-3"]);
    expect(operations(sandbox).filter((name) => name === "LookupEvents")).toHaveLength(4);
    // Two a second, half of it ours: at half the pace after the refusal, two seconds each.
    expect(slept).toEqual([2_000, 4_000, 6_000]);
  });

  it("signs after the wait: a signature of before would be too old", async () => {
    const running = await startSandboxAws();
    const asked: string[] = [];
    const clients = awsClients({
      region: "eu-west-1",
      endpoint: running.url,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
      meter: {
        pass: async ({ region, operation }) => void asked.push(`${region} ${operation}`),
        refused: () => {},
      },
    });
    const { sdk, client } = await clients.rds();
    await client.send(new sdk.DescribeDBInstancesCommand({}));
    const stack = client.middlewareStack.identify();
    const at = (name: string): number => stack.findIndex((line) => line.startsWith(name));
    expect(asked).toEqual(["eu-west-1 rds:DescribeDBInstances"]);
    expect(at("retryMiddleware")).toBeLessThan(at("moatCallMeter"));
    expect(at("moatCallMeter")).toBeLessThan(at("httpSigningMiddleware"));
    clients.close();
    await running.close();
  });
});
