import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CloudTrailEvent } from "../../src/sandbox/aws/model/cloud-trail.ts";
import { runCli } from "../support/run-cli.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess, LogLine } from "./lambda-process.ts";

const bundle = useBundle();
const STATE_BUCKET = "moat-state";
const AUDIT = `s3://${STATE_BUCKET}/audit`;
const TEST_NET = "198.51.100.0/24";

/** The lines of a run that sum it up. */
const lines = ({ lines: all }: Invocation, message: string): readonly LogLine[] =>
  all.filter((line) => line.message === message);

describe("the three functions together", () => {
  let lab: LambdaLab;
  let ingest: LambdaProcess;
  let sweep: LambdaProcess;
  let reconcile: LambdaProcess;
  let sqs: SQSClient;
  let person: EC2Client;
  let fifo: string;
  let chat: Server;
  /** What the webhook got. */
  const posted: string[] = [];

  beforeAll(async () => {
    lab = await lambdaLab(bundle());
    const config = { endpoint: lab.endpoint, region: lab.company.region };
    const key = (accessKeyId: string) => ({ ...config, credentials: { accessKeyId, secretAccessKey: "x" } });
    const { defaultAccountId: accountId } = lab.aws.sandbox.world;
    lab.aws.sandbox.credentials.register("AKIAPERSON0000000001", {
      accountId,
      principalArn: `arn:aws:iam::${accountId}:user/alex`,
      userId: "AIDAALEX000000000000",
    });
    person = new EC2Client(key("AKIAPERSON0000000001"));
    sqs = new SQSClient(key("AKIAOTHER00000000001"));
    const { QueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({
        QueueName: "moat.fifo",
        Attributes: { FifoQueue: "true", VisibilityTimeout: "1800" },
      }),
    );
    fifo = QueueUrl;
    lab.aws.sandbox.s3.createBucket({
      name: STATE_BUCKET,
      accountId,
      region: lab.company.region,
    });
    chat = createServer(async (request, response) => {
      for await (const chunk of request) posted.push(String(chunk));
      response.end("ok");
    });
    await new Promise<void>((resolve) => chat.listen(0, "127.0.0.1", resolve));
    const { port } = chat.address() as AddressInfo;
    lab.aws.sandbox.secrets().put("moat/webhook", `http://127.0.0.1:${port}/services/hush`);
    const env = {
      MOAT_NOTIFY_WEBHOOK_SECRET: "moat/webhook",
      // The sandbox has no such service: a channel that is down.
      MOAT_NOTIFY_BUS: "moat",
      MOAT_QUEUE_URL: fifo,
      MOAT_STATE: `s3://${STATE_BUCKET}/state`,
      MOAT_AUDIT: AUDIT,
      MOAT_TWICE_APART_SECONDS: "1",
    };
    [ingest, sweep, reconcile] = await Promise.all([
      lab.start(env),
      lab.start(env, bundle("sweep")),
      lab.start(env, bundle("reconcile")),
    ]);
  });
  afterAll(async () => {
    sqs.destroy();
    person.destroy();
    chat.close();
    await lab.close();
  });

  /** Works the FIFO queue off, as its event source mapping does; answers what each invocation said. */
  async function workOff(): Promise<readonly Invocation[]> {
    const answers: Invocation[] = [];
    for (;;) {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: fifo, MaxNumberOfMessages: 1, AttributeNames: ["All"] }),
      );
      if (message === undefined) return answers;
      answers.push(await deliver(message));
    }
  }

  async function deliver(message: Message): Promise<Invocation> {
    const timer = setInterval(() => lab.clock.advance(30_000), 50);
    try {
      const answer = await reconcile.invoke({ Records: [recordOf(message)] });
      if (answer.failed.length === 0)
        await sqs.send(
          new DeleteMessageCommand({ QueueUrl: fifo, ReceiptHandle: message.ReceiptHandle ?? "" }),
        );
      return answer;
    } finally {
      clearInterval(timer);
    }
  }

  const recordOf = (message: Message) => ({
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: message.Attributes ?? {},
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:moat.fifo",
    awsRegion: lab.company.region,
  });

  /** What EventBridge puts into the queue of hints. */
  const hint = (detail: CloudTrailEvent) => ({
    Records: [
      recordOf({
        MessageId: "hint-1",
        Body: JSON.stringify({
          version: "0",
          id: detail.eventID,
          "detail-type": "AWS API Call via CloudTrail",
          source: detail.eventSource.replace(/^(\w+)\..*$/, "aws.$1"),
          account: detail.recipientAccountId,
          time: detail.eventTime,
          region: detail.awsRegion,
          resources: [],
          detail,
        }),
      }),
    ],
  });

  const tamper = (database: string) =>
    person.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: lab.groups(database)[0] ?? "",
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: TEST_NET }] },
        ],
      }),
    );

  const lastEvent = (): CloudTrailEvent => {
    const event = lab.aws.sandbox.cloudTrail.events.at(-1);
    if (event === undefined) throw new Error("Nothing was written down");
    return event;
  };

  it("leave a first swap alone until flow logs were looked at", async () => {
    const { failed, lines: said } = await sweep.invoke({ source: "moat.schedule" });
    expect(failed).toEqual([]);
    const [line] = said.filter(({ message }) => message === "swept");
    expect(line).toMatchObject({ databases: 3, handedOver: 0 });
    expect(JSON.stringify(line)).toContain("FIRST_SWAP_WAITS");
    expect(await workOff()).toEqual([]);
    expect(lab.writes()).toEqual([]);
  });

  it("swap databases whose flow logs arrive, one after another, not in ingest", async () => {
    const event = await lab.work();
    const before = lab.writes();
    const { failed } = await lab.deliver(ingest, event);
    expect(failed).toEqual([]);
    expect([...before, ...lab.writes()]).toEqual([]);
    const answers = await workOff();
    expect(answers.map((a) => a.failed)).toEqual([[], []]);
    expect(answers.flatMap((a) => lines(a, "reconciled"))).toMatchObject([
      { outcomes: [{ status: "done" }] },
      { outcomes: [{ status: "done" }] },
    ]);
    expect(lab.admits("web-1", "orders")).toBe(true);
    expect(lab.admits("scanner", "orders")).toBe(false);
    lab.writes();
  });

  it("make no call that writes while nothing changes", async () => {
    await sweep.invoke({ source: "moat.schedule" });
    const puts = () => lab.aws.sandbox.calls.filter(({ call }) => call.operation === "PutObject").length;
    const before = puts();
    for (let i = 0; i < 3; i += 1) {
      const said = await sweep.invoke({ source: "moat.schedule" });
      expect(lines(said, "swept")).toMatchObject([{ handedOver: 0, inSync: 2 }]);
    }
    expect(await workOff()).toEqual([]);
    expect(lab.writes()).toEqual([]);
    expect(puts()).toBe(before);
  });

  it("repair what somebody did by hand, and say who it was, from the event", async () => {
    await tamper("orders");
    lab.writes();
    const { failed } = await sweep.invoke(hint(lastEvent()));
    expect(failed).toEqual([]);
    const answers = await workOff();
    expect(answers.flatMap((a) => lines(a, "reconciled"))).toMatchObject([
      { drift: [{ database: "orders", kind: "ruleAdded", by: { who: "alex" } }], writeCalls: 2 },
    ]);
    expect(lab.rules("orders").join()).not.toContain(TEST_NET);
    expect(lab.writes()).toEqual(["RevokeSecurityGroupIngress", "CreateTags"]);
    // One message of what came and went; the channel that is down is told in the log, and fails nothing.
    expect(posted.splice(0).map((body) => (JSON.parse(body) as { text: string }).text)).toEqual([
      expect.stringMatching(/^\*RESOLVED: orders, changed by somebody\*\n[\s\S]*Changed by alex/),
    ]);
    expect(answers.flatMap((a) => lines(a, "notification failed"))).toMatchObject([
      { level: "ERROR", channel: "eventBridge", operation: "events:PutEvents" },
    ]);
    expect(JSON.stringify(answers)).not.toContain("hush");
  });

  it("tell when an account cannot be looked at, once, and when it can again", async () => {
    lab.aws.sandbox.faults.add({
      match: { operation: "DescribeDBInstances" },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "no" },
      times: 2,
    });
    for (let i = 0; i < 3; i += 1) await sweep.invoke({ source: "moat.schedule" });
    expect(
      posted.splice(0).map((body) => (JSON.parse(body) as { text: string }).text.split("\n")[0]),
    ).toEqual([
      "*OPEN: 111122223333 eu-west-1, account or region cannot be looked at*",
      "*RESOLVED: 111122223333 eu-west-1, account or region cannot be looked at*",
    ]);
  });

  it("take no notice of their own writes", async () => {
    const calls = lab.aws.sandbox.calls.length;
    await sweep.invoke(hint(lastEvent()));
    const asked = lab.aws.sandbox.calls.slice(calls).map(({ call }) => call.operation);
    expect(asked).not.toContain("DescribeSecurityGroups");
  });

  it("find out from CloudTrail's history who it was when the event was lost", async () => {
    await tamper("orders");
    lab.clock.advance(600_000);
    const said = await sweep.invoke({ source: "moat.schedule" });
    expect(lines(said, "swept")).toMatchObject([{ drift: [{ by: { who: "alex" } }], handedOver: 1 }]);
    await workOff();
    expect(lab.rules("orders").join()).not.toContain(TEST_NET);
    lab.writes();
  });

  it("take away what policy had granted only on the second answer", async () => {
    const retired = lab.pce.workloads.get("web-1") ?? "";
    lab.pce.sandbox.seed.relabel(retired, { app: "orders", env: "prod", loc: "eu", role: "retired" });
    expect(lines(await sweep.invoke({ source: "moat.schedule" }), "swept")).toMatchObject([
      { findings: expect.arrayContaining([{ database: "orders", code: "REVOCATION_HELD" }]) },
    ]);
    await workOff();
    expect(lab.admits("web-1", "orders")).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await sweep.invoke({ source: "moat.schedule" });
    await workOff();
    expect(lab.admits("web-1", "orders")).toBe(false);
    lab.writes();
  });

  it("record each write whole where it can be replayed, and make none that cannot be recorded", async () => {
    const env = {
      AWS_ENDPOINT_URL: lab.endpoint,
      AWS_REGION: lab.company.region,
      AWS_ACCESS_KEY_ID: "AKIAOTHER00000000001",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    const verified = await runCli(["audit", "verify", AUDIT, "--json"], { env });
    expect(verified).toMatchObject({ code: 0, err: "" });
    const said = JSON.parse(verified.out) as { readonly replayed: number; readonly lines: number };
    expect(said).toMatchObject({ databases: 2, violations: [], unfinished: [] });
    expect(said.replayed).toBeGreaterThan(10);

    await tamper("orders");
    lab.writes();
    const refused = lab.aws.sandbox.faults.add({
      match: { operation: "PutObject" },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "no" },
    });
    await sweep.invoke(hint(lastEvent()));
    await workOff();
    expect(lab.writes()).toEqual([]);
    refused();
    await sweep.invoke(hint(lastEvent()));
    await workOff();
    expect(lab.rules("orders").join()).not.toContain(TEST_NET);
    lab.writes();
  });

  it("hand a hint that makes no sense back, and do the others", async () => {
    const good = hint(lastEvent()).Records;
    const bad = { ...good[0], messageId: "hint-2", body: "{}" };
    const { failed } = await sweep.invoke({ Records: [...good, bad] });
    expect(failed).toEqual(["hint-2"]);
  });

  it("touch no database of an account that is not theirs", async () => {
    const body = {
      version: 1,
      database: "arn:aws:rds:eu-west-1:999988887777:db:orders",
      changes: [],
      objects: [],
    };
    const answer = await deliver({
      MessageId: "m",
      Body: JSON.stringify(body),
      Attributes: { MessageGroupId: "g" },
    });
    expect(answer.failed).toEqual(["m"]);
    expect(lab.writes()).toEqual([]);
    const { SecurityGroups } = await person.send(new DescribeSecurityGroupsCommand({}));
    expect(SecurityGroups?.length).toBeGreaterThan(0);
  });
});
