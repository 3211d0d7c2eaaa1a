import { describe, expect, it } from "vitest";
import type { FaultAnswer } from "../../src/sandbox/pce/index.ts";
import { summary, useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent } from "./lambda-lab.ts";
import type { Invocation } from "./lambda-process.ts";

const bundle = useBundle();
/** Runs a test on a lab of its own, so that several may wait side by side. */
const onLab = (test: (lab: LambdaLab) => Promise<void>) => async (): Promise<void> => {
  const lab = await lambdaLab(bundle());
  await test(lab).finally(() => lab.close());
};

const ids = (event: QueueEvent): readonly string[] => event.Records.map(({ messageId }) => messageId);

/** Codes of the problems for which messages failed, each once. */
const problems = ({ lines }: Invocation): readonly string[] => {
  const { failed = [] } = summary(lines) as { failed?: readonly { readonly problem: { code: string } }[] };
  return [...new Set(failed.map(({ problem }) => problem.code))];
};

/** Delivers what failed again, in a calm world: everything is done then, and nothing twice. */
async function expectRedelivered(lab: LambdaLab, env: NodeJS.ProcessEnv = {}): Promise<void> {
  lab.writes();
  const again = await lab.receive();
  const { failed } = await lab.deliver(await lab.start(env), again);
  expect(failed).toEqual([]);
  expect(lab.flows()).toEqual(lab.usualFlows);
  expect(lab.rules("ledger")).toEqual(["10.20.1.21/32 5432", "10.20.1.31/32 5432"]);
}

describe.concurrent("a PCE that gives no policy: nothing is written, and every message comes again", () => {
  const QUICK = { MOAT_PCE_TIMEOUT_SECONDS: "0.3" };
  it.each<[FaultAnswer, string]>([
    [{ kind: "status", status: 401 }, "POLICY_CREDENTIALS"],
    [{ kind: "status", status: 403 }, "POLICY_DENIED"],
    [{ kind: "status", status: 429, retryAfter: 0 }, "POLICY_RATE_LIMITED"],
    [{ kind: "status", status: 503 }, "POLICY_SERVER_ERROR"],
    [{ kind: "html", status: 200 }, "POLICY_BAD_ANSWER"],
    [{ kind: "html", status: 502 }, "POLICY_SERVER_ERROR"],
    [{ kind: "truncated" }, "POLICY_BAD_ANSWER"],
    [{ kind: "disconnect" }, "POLICY_BAD_ANSWER"],
    [{ kind: "slow", delayMs: 1_500 }, "POLICY_TIMED_OUT"],
  ])("%j", (answer, code) =>
    onLab(async (lab) => {
      const event = await lab.work();
      lab.pce.sandbox.faults.add({ when: () => true, answer });
      const invocation = await lab.deliver(await lab.start(QUICK), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(problems(invocation)).toEqual([code]);
      expect(summary(invocation.lines)).toMatchObject({
        level: "ERROR",
        failed: expect.arrayContaining([
          expect.objectContaining({ problem: expect.objectContaining({ fix: expect.any(String) }) }),
        ]),
      });
      expect(lab.writes()).toEqual([]);
      expect(lab.flows()).toEqual([]);
      lab.pce.sandbox.faults.clear();
      await expectRedelivered(lab);
    })(),
  );

  it(
    "that is not there",
    onLab(async (lab) => {
      const event = await lab.work();
      await lab.closePce();
      const invocation = await lab.deliver(await lab.start(), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(problems(invocation)).toEqual(["POLICY_UNREACHABLE"]);
      expect(lab.writes()).toEqual([]);
    }),
  );

  it(
    "from the middle of a change on: what was done is logged, nothing is uploaded",
    onLab(async (lab) => {
      const event = await lab.work();
      let modified = 0;
      lab.aws.sandbox.onCall(({ phase, call }) => {
        if (phase === "after" && call.operation === "ModifyDBInstance" && ++modified === 4)
          lab.pce.sandbox.faults.add({ when: () => true, answer: { kind: "status", status: 403 } });
      });
      const invocation = await lab.deliver(await lab.start(), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(summary(invocation.lines)).toMatchObject({
        outcomes: [{ status: "done" }, { status: "done" }],
        writeCalls: lab.writes().length,
      });
      expect(lab.flows()).toEqual([]);
      lab.pce.sandbox.faults.clear();
      await expectRedelivered(lab);
      expect(lab.writes()).toEqual([]);
    }),
  );
});

describe.concurrent("a PCE that takes no flows", () => {
  const isUpload = ({ path }: { readonly path: string }) => path.endsWith("bulk_traffic_flows");

  it.each<[FaultAnswer, string]>([
    [{ kind: "status", status: 401 }, "POLICY_CREDENTIALS"],
    [{ kind: "status", status: 403 }, "POLICY_DENIED"],
    [{ kind: "status", status: 429, retryAfter: 0 }, "POLICY_RATE_LIMITED"],
  ])("%j: it took nothing, so the messages come again", (answer, code) =>
    onLab(async (lab) => {
      const event = await lab.work();
      lab.pce.sandbox.faults.add({ when: isUpload, answer });
      const invocation = await lab.deliver(await lab.start(), event);
      expect(invocation.failed.length).toBeGreaterThan(0);
      expect(problems(invocation)).toEqual([code]);
      expect(lab.rules("ledger")).toEqual(["10.20.1.21/32 5432", "10.20.1.31/32 5432"]);
      lab.pce.sandbox.faults.clear();
      await expectRedelivered(lab);
      expect(lab.writes()).toEqual([]);
    })(),
  );

  it.each<FaultAnswer>([
    { kind: "status", status: 503 },
    { kind: "html", status: 200 },
    { kind: "truncated" },
    { kind: "disconnect" },
    { kind: "slow", delayMs: 1_500 },
  ])("%j: what it took is unknown, so it is counted and not sent again", (answer) =>
    onLab(async (lab) => {
      const event = await lab.work();
      lab.pce.sandbox.faults.add({ when: isUpload, answer, afterwards: true });
      const { failed, lines } = await lab.deliver(
        await lab.start({ MOAT_PCE_TIMEOUT_SECONDS: "0.5" }),
        event,
      );
      expect(failed).toEqual([]);
      expect(lab.flows()).toEqual(lab.usualFlows);
      expect(summary(lines)).toMatchObject({
        level: "WARN",
        flows: { sent: lab.usualFlows.length, received: 0, failed: 0, unsure: lab.usualFlows.length },
        uploadFailures: [expect.stringMatching(/^\d+ flows: The PCE /)],
      });
      expect((await lab.receive()).Records).toEqual([]);
    })(),
  );
});

describe.concurrent("an AWS that does not answer: nothing is written, and every message comes again", () => {
  it.each([
    {
      service: "s3",
      operation: "GetObject",
      code: "AccessDenied",
      httpStatus: 403,
      is: "FLOW_OBJECT_DENIED",
    },
    { service: "s3", operation: "GetObject", code: "SlowDown", httpStatus: 503, is: "AWS_THROTTLED" },
    {
      service: "ec2",
      operation: "DescribeSecurityGroups",
      code: "UnauthorizedOperation",
      httpStatus: 403,
      is: "AWS_DENIED",
    },
    {
      service: "rds",
      operation: "DescribeDBInstances",
      code: "Throttling",
      httpStatus: 400,
      is: "AWS_THROTTLED",
    },
  ])("$operation: $code", ({ service, operation, code, httpStatus, is }) =>
    onLab(async (lab) => {
      const event = await lab.work();
      const error = { code, httpStatus, message: "An injected fault" };
      lab.aws.sandbox.faults.add({ match: { service, operation }, when: "before", error });
      const invocation = await lab.deliver(await lab.start(), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(problems(invocation)).toEqual([is]);
      expect(lab.writes()).toEqual([]);
      expect(lab.flows()).toEqual([]);
      lab.aws.sandbox.faults.clear();
      await expectRedelivered(lab);
    })(),
  );

  it.each([
    {
      name: "no credentials",
      env: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      is: "AWS_CREDENTIALS",
    },
    {
      name: "unknown region",
      env: { AWS_REGION: "xx-nowhere-1", AWS_ENDPOINT_URL: undefined },
      is: "AWS_UNREACHABLE",
    },
    { name: "no such secret", env: { MOAT_PCE_SECRET_ID: "moat/other" }, is: "AWS_NOT_FOUND" },
  ])("$name", ({ env, is }) =>
    onLab(async (lab) => {
      const event = await lab.work();
      const invocation = await lab.deliver(await lab.start(env), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(problems(invocation)).toEqual([is]);
      expect(lab.writes()).toEqual([]);
      await expectRedelivered(lab);
    })(),
  );

  it(
    "a secret that is no key",
    onLab(async (lab) => {
      const event = await lab.work();
      lab.aws.sandbox.secrets().rotate("moat/pce", '{"password":"6f0c2b9a7d8e41f3a5b6c7d8e9f0a1b2"}');
      const invocation = await lab.deliver(await lab.start(), event);
      expect(invocation.failed).toEqual(ids(event));
      expect(problems(invocation)).toEqual(["POLICY_CREDENTIALS"]);
      expect(lab.writes()).toEqual([]);
    }),
  );

  it(
    "says so when a write is denied, and leaves the database behind its old groups",
    onLab(async (lab) => {
      const event = await lab.work();
      const error = { code: "UnauthorizedOperation", httpStatus: 403, message: "You are not authorized" };
      lab.aws.sandbox.faults.add({
        match: { operation: "AuthorizeSecurityGroupIngress" },
        when: "before",
        error,
      });
      const before = lab.groups("orders");
      const { failed, lines } = await lab.deliver(await lab.start(), event);
      expect(failed).toEqual([]);
      expect(summary(lines)).toMatchObject({
        level: "ERROR",
        outcomes: [
          { database: "ledger", status: "failed", problem: { code: "AWS_DENIED" } },
          { database: "orders", status: "failed", problem: { code: "AWS_DENIED" } },
        ],
      });
      expect(lab.groups("orders")).toEqual(before);
      expect(lab.flows()).toEqual(lab.usualFlows);
    }),
  );
});

describe.concurrent("a function that has little time", () => {
  it(
    "stops before its end, leaves the databases where they stand, and goes on in the next run",
    onLab(async (lab) => {
      const event = await lab.work();
      const lambda = await lab.start();
      const before = lab.groups("orders");
      // Time stands still in AWS, so that the attached group never becomes active.
      const invocation = await lambda.invoke(event, 8_000);
      expect(invocation.milliseconds).toBeLessThan(8_000);
      expect(invocation.failed.length).toBeGreaterThan(0);
      expect(problems(invocation)).toEqual(["OUT_OF_TIME"]);
      expect(summary(invocation.lines)).toMatchObject({
        outcomes: [
          { database: "ledger", status: "failed", problem: { code: "WAIT_TIMED_OUT" } },
          { database: "orders", status: "failed", problem: { code: "WAIT_TIMED_OUT" } },
        ],
      });
      expect(lab.groups("orders")).toEqual([...before, expect.stringMatching(/^sg-/)]);
      expect(lab.flows()).toEqual([]);
      lab.clock.advance(3_600_000);
      await expectRedelivered(lab);
      expect(lab.groups("orders")).toHaveLength(1);
    }),
  );
});
