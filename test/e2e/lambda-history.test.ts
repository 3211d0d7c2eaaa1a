import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueRecord } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess, LogLine } from "./lambda-process.ts";

const bundle = useBundle();
const STATE_BUCKET = "moat-state";
const TEST_NET = "198.51.100.0/24";
const SCHEDULED = { source: "moat.schedule" };

const lines = ({ lines: all }: Invocation, message: string): readonly LogLine[] =>
  all.filter((line) => line.message === message);

/** Who was seen in the flow logs of the past keeps access in the cloud as on the command line. */
describe("the functions hold a plan against the history", () => {
  let lab: LambdaLab;
  let ingest: LambdaProcess;
  let sweep: LambdaProcess;
  let reconcile: LambdaProcess;
  let sqs: SQSClient;
  let person: EC2Client;
  let fifo: string;

  beforeAll(async () => {
    lab = await lambdaLab(bundle());
    const { defaultAccountId: accountId } = lab.aws.sandbox.world;
    const credentials = { accessKeyId: "AKIAPERSON0000000001", secretAccessKey: "x" };
    lab.aws.sandbox.credentials.register(credentials.accessKeyId, {
      accountId,
      principalArn: `arn:aws:iam::${accountId}:user/alex`,
      userId: "AIDAALEX000000000000",
    });
    const config = { endpoint: lab.endpoint, region: lab.company.region, credentials };
    [person, sqs] = [new EC2Client(config), new SQSClient(config)];
    const { QueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({
        QueueName: "moat.fifo",
        Attributes: { FifoQueue: "true", VisibilityTimeout: "1800" },
      }),
    );
    fifo = QueueUrl;
    lab.aws.sandbox.s3.createBucket({ name: STATE_BUCKET, accountId, region: lab.company.region });
    const env = {
      MOAT_QUEUE_URL: fifo,
      MOAT_STATE: `s3://${STATE_BUCKET}/state`,
      MOAT_HISTORY: `s3://${STATE_BUCKET}/history`,
      // The sandbox lives in a year of its own.
      MOAT_HISTORY_SEEN_DAYS: "36500",
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
    await lab.close();
  });

  async function workOff(): Promise<readonly Invocation[]> {
    const answers: Invocation[] = [];
    for (;;) {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: fifo, MaxNumberOfMessages: 1, AttributeNames: ["All"] }),
      );
      if (message === undefined) return answers;
      answers.push(await handled(message));
      const { ReceiptHandle = "" } = message;
      await sqs.send(new DeleteMessageCommand({ QueueUrl: fifo, ReceiptHandle }));
    }
  }

  async function handled(message: Message): Promise<Invocation> {
    const timer = setInterval(() => lab.clock.advance(30_000), 50);
    const answer = await reconcile.invoke({ Records: [recordOf(message)] });
    clearInterval(timer);
    expect(answer.failed).toEqual([]);
    return answer;
  }

  const recordOf = (message: Message): QueueRecord => ({
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

  /** What a sweep says, and what the runs say to which it gives something to do. */
  async function swept(): Promise<{ readonly line: LogLine | undefined; readonly runs: readonly LogLine[] }> {
    const said = await sweep.invoke(SCHEDULED);
    expect(said.error).toBeUndefined();
    const answers = await workOff();
    return {
      line: lines(said, "swept")[0],
      runs: [said, ...answers].flatMap(({ lines: all }) => all),
    };
  }
  const twice = async () => {
    await swept();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    return swept();
  };
  const historyReads = (since: number): number =>
    lab.aws.sandbox.calls
      .slice(since)
      .filter(({ call }) => call.operation === "GetObject" && JSON.stringify(call).includes("history/"))
      .length;
  const bucket = () => lab.aws.sandbox.s3;
  const historyFiles = () =>
    bucket()
      .objects(STATE_BUCKET)
      .flatMap(({ key }) => (key.startsWith("history/") ? [key] : []));
  /** A message that names the database and nothing else, as after a lost event. */
  const named = (database: string) => {
    const arn = lab.aws.databases.get(database)?.arn ?? "";
    const Body = JSON.stringify({ version: 1, database: arn, changes: [], objects: [] });
    return handled({ MessageId: "m", Body, Attributes: { MessageGroupId: "g" } });
  };

  it("which they fill, and do not ask while nothing is to be done", async () => {
    const { failed } = await lab.deliver(ingest, await lab.work());
    expect(failed).toEqual([]);
    const answers = await workOff();
    expect(answers.flatMap((a) => lines(a, "history read"))).toHaveLength(2);
    expect(JSON.stringify(answers)).not.toContain("NO_FLOW_HISTORY");
    expect(lab.admits("scanner", "orders")).toBe(false);
    expect(historyFiles().length).toBeGreaterThan(0);
    const since = lab.aws.sandbox.calls.length;
    expect((await swept()).line).toMatchObject({ handedOver: 0, inSync: 2 });
    expect(historyReads(since)).toBe(0);
  });

  it("so that a client that was seen keeps its way in when policy drops it", async () => {
    const retired = lab.pce.workloads.get("web-1") ?? "";
    lab.pce.sandbox.seed.relabel(retired, { app: "orders", env: "prod", loc: "eu", role: "retired" });
    lab.writes();
    const since = lab.aws.sandbox.calls.length;
    const { line, runs } = await twice();
    expect(historyReads(since)).toBeGreaterThan(0);
    expect(line).toMatchObject({
      handedOver: 0,
      refused: [{ database: "orders", gates: [{ gate: "losesAccess" }] }],
    });
    expect(JSON.stringify(runs)).not.toContain("NO_FLOW_HISTORY");
    // Nor does a message about the database help, whoever sent it.
    const reconciled = lines(await named("orders"), "reconciled");
    expect(reconciled).toMatchObject([{ refused: [{ gates: [{ gate: "losesAccess" }] }] }]);
    expect(lab.writes()).toEqual([]);
    expect(lab.admits("web-1", "orders")).toBe(true);
  });

  it("and that nobody loses it while a part of the history cannot be read, but intruders", async () => {
    const [first = ""] = historyFiles();
    const broken = first.replace(/[^/]+$/, "ffffffffffffffffffffffffffffffff.parquet");
    bucket().putObject(STATE_BUCKET, broken, Buffer.from("no Parquet"));
    const { line, runs } = await swept();
    expect(line).toMatchObject({ refused: [{ gates: [{ gate: "unreadHistory" }] }] });
    expect(line).toMatchObject({ planFindings: expect.arrayContaining(["HISTORY_UNREADABLE"]) });
    expect(runs.filter(({ message }) => message === "history not read")).toMatchObject([{ level: "ERROR" }]);
    expect(lab.admits("web-1", "orders")).toBe(true);
    await person.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: lab.groups("ledger")[0] ?? "",
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: TEST_NET }] },
        ],
      }),
    );
    expect(lab.rules("ledger").join()).toContain(TEST_NET);
    await swept();
    expect(lab.rules("ledger").join()).not.toContain(TEST_NET);
    bucket().deleteObject(STATE_BUCKET, broken);
  });

  it("until a person says so in the file beside their memory", async () => {
    const { line } = await swept();
    const [refused] = (line as unknown as { refused: { gates: { acknowledge: string }[] }[] }).refused;
    const token = refused?.gates[0]?.acknowledge ?? "";
    expect(token).toMatch(/^losesAccess:orders:/);
    const text = `${token}  # the host is retired\n`;
    bucket().putObject(STATE_BUCKET, "state/acknowledged.txt", Buffer.from(text));
    await twice();
    expect(lab.admits("web-1", "orders")).toBe(false);
    expect((await swept()).line).toMatchObject({ handedOver: 0, inSync: 2 });
  });
});
