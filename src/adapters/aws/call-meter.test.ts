import { DescribeSecurityGroupsCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { operations, sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { startSandboxAws } from "../../sandbox/aws/server.ts";
import { awsClients } from "./aws-clients.ts";
import { callMeter } from "./call-meter.ts";

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
    // One call in all, and a fifth of one a second.
    expect(slept).toEqual([5000]);
  });

  it("signs after the wait: a signature of before would be too old", async () => {
    const running = await startSandboxAws();
    const asked: string[] = [];
    const clients = awsClients({
      region: "eu-west-1",
      endpoint: running.url,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
      meter: { pass: async ({ region, operation }) => void asked.push(`${region} ${operation}`) },
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
