import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playTraffic } from "../../src/sandbox/company/play-traffic.ts";
import { summary, useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent } from "./lambda-lab.ts";
import type { LambdaProcess, LogLine } from "./lambda-process.ts";

const bundle = useBundle();

/** Tokens of the refusals in a log line, as a person would copy them. */
const tokens = (line: LogLine): string =>
  [...JSON.stringify(line).matchAll(/"acknowledge":"([^"]+)"/g)].map((match) => match[1]).join(" ");

describe("from flow log to moat", () => {
  let lab: LambdaLab;
  let lambda: LambdaProcess;
  let acknowledge: string;
  let last: QueueEvent;
  beforeAll(async () => {
    lab = await lambdaLab(bundle(), { testMessage: true });
    lambda = await lab.start();
  });
  afterAll(() => lab.close());

  it("drops the test message of a new notification", async () => {
    const event = await lab.receive();
    expect(event.Records).toHaveLength(1);
    const { failed, lines } = await lab.deliver(lambda, event);
    expect(failed).toEqual([]);
    expect(summary(lines)).toMatchObject({ message: "ingested", objects: 0, cold_start: true });
  });

  it("asks for nothing but the objects while there is no traffic", async () => {
    lab.aws.sandbox.flowLogs.deliver();
    lab.clock.advance(600_000);
    lab.aws.sandbox.flowLogs.deliver();
    const before = lab.aws.sandbox.calls.length;
    const event = await lab.receive();
    expect(event.Records.length).toBeGreaterThan(0);
    await lab.deliver(lambda, event);
    const services = lab.aws.sandbox.calls.slice(before).map(({ call }) => call.context.service);
    expect([...new Set(services)].sort()).toEqual(["s3", "sqs"]);
  });

  it("shows who talks to whom, and refuses to cut off somebody who was seen", async () => {
    const attempts = playTraffic(lab.company, lab.aws, 1);
    lab.aws.sandbox.flowLogs.deliver();
    const event = await lab.receive();
    lab.writes();
    const { failed, lines } = await lab.deliver(lambda, event);
    expect(failed).toEqual([]);
    const seen = new Set(attempts.map((a) => `${a.srcaddr} > ${a.dstaddr}:${a.dstport}/6`));
    expect(seen.size).toBe(lab.company.traffic.length);
    // The traffic lies in two hours, and each conversation is told once an hour.
    const told = lab.flows();
    expect([...new Set(told)]).toEqual([...seen].sort());
    expect([...seen].filter((flow) => told.filter((one) => one === flow).length > 2)).toEqual([]);
    const line = summary(lines);
    expect(line).toMatchObject({
      message: "ingested",
      cold_start: false,
      function_request_id: expect.stringMatching(/^request-/),
      correlation_id: line.function_request_id,
      databases: 3,
      writeCalls: 0,
      flows: { sent: told.length, received: told.length, failed: 0 },
      refused: [
        { database: "ledger", gates: [{ gate: "losesAccess", acknowledge: expect.any(String) }] },
        { database: "orders", gates: [{ gate: "losesAccess", acknowledge: expect.any(String) }] },
        { database: "orders-dev" },
      ].slice(0, 2),
    });
    expect(lab.writes()).toEqual([]);
    acknowledge = tokens(line);
  });

  it("puts the enforced databases behind their own groups once a person agreed", async () => {
    lambda = await lab.start({ MOAT_ACKNOWLEDGE: acknowledge });
    playTraffic(lab.company, lab.aws, 1);
    lab.aws.sandbox.flowLogs.deliver();
    last = await lab.receive();
    const { failed, lines } = await lab.deliver(lambda, last);
    expect(failed).toEqual([]);
    const line = summary(lines);
    expect(line.outcomes).toMatchObject([
      { database: "ledger", status: "done" },
      { database: "orders", status: "done" },
    ]);
    expect(lab.writes()).toHaveLength(Number(line.writeCalls));
    expect(lab.rules("orders")).toEqual([
      "10.20.1.11/32 3306",
      "10.20.1.12/31 3306",
      "10.20.1.21/32 3306",
      "10.20.1.4/30 3306",
    ]);
    expect(lab.rules("ledger")).toEqual(["10.20.1.21/32 5432", "10.20.1.31/32 5432"]);
    expect(lab.admits("web-1", "orders")).toBe(true);
    expect(lab.admits("scanner", "orders")).toBe(false);
    expect(lab.admits("scanner", "orders-dev")).toBe(true);
  });

  it("recorded each write before it was made, without the addresses", async () => {
    lab.aws.sandbox.seed.rules(lab.groups("orders")[0] ?? "", [{ port: 3306, cidr: "10.20.1.99/32" }]);
    playTraffic(lab.company, lab.aws, 1);
    lab.aws.sandbox.flowLogs.deliver();
    const { lines } = await lab.deliver(lambda, await lab.receive());
    expect(lab.writes()).toEqual(["RevokeSecurityGroupIngress"]);
    const audits = lines.filter(({ message }) => message === "audit");
    expect(audits).toMatchObject([
      {
        level: "INFO",
        audit: {
          action: "revoke",
          database: lab.aws.databases.get("orders")?.arn,
          step: { rules: { count: 1, digest: expect.any(String) }, group: expect.stringMatching(/^sg-/) },
          why: expect.any(String),
        },
      },
    ]);
    expect(lines.indexOf(audits[0] as LogLine)).toBeLessThan(lines.indexOf(summary(lines)));
    expect(lab.admits("scanner", "orders")).toBe(false);
  });

  it("changes nothing in AWS when a message comes again", async () => {
    const { failed, lines } = await lab.deliver(lambda, last);
    expect(failed).toEqual([]);
    expect(lab.writes()).toEqual([]);
    expect(summary(lines)).toMatchObject({ writeCalls: 0 });
  });
});
