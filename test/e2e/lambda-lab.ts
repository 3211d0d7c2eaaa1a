import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateFlowLogsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { buildAws, type CompanyAws, LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { buildPce, type CompanyPce } from "../../src/sandbox/company/build-pce.ts";
import { type Company, parseCompany } from "../../src/sandbox/company/company.ts";
import { interfaceOf, playTraffic, portOf } from "../../src/sandbox/company/play-traffic.ts";
import { TEN_COLUMNS } from "../../src/sandbox/company/subscribe-flow-logs.ts";
import { startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { type Invocation, type LambdaProcess, startLambda } from "./lambda-process.ts";

const COMPANY = join(import.meta.dirname, "../../examples/orders/company.yaml");
const QUEUE = "flow-logs";
const SECRET = "moat/pce";
const VISIBILITY_SECONDS = 1800;
const WORK_HOURS = 0.1;

/** Secrets of the labs, to be looked for in what the functions print. */
export const SECRETS = {
  key: "api_1d9f2c7be0a4",
  secret: "6f0c2b9a7d8e41f3a5b6c7d8e9f0a1b2",
  accessKeyId: "AKIAMOATLAMBDATEST01",
  secretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCYLAMBDATESTKEY",
} as const;

/** The sample company with a bucket that tells a queue, over HTTP, and functions that take from the queue. */
export interface LambdaLab {
  readonly company: Company;
  readonly aws: CompanyAws;
  readonly pce: CompanyPce;
  readonly clock: SandboxClock;
  readonly queueUrl: string;
  readonly closePce: () => Promise<void>;
  /** Starts a function; variables that are `undefined` are left out. */
  start(env?: NodeJS.ProcessEnv, file?: string): Promise<LambdaProcess>;
  /** For SDK clients; the access key of a person, so that their writes are not taken for Moat's. */
  readonly endpoint: string;
  /** Everything in the queue now, as the event that Lambda makes of it. */
  receive(): Promise<QueueEvent>;
  /**
   * Hands an event to a function as Lambda does: the queue forgets the messages that did not fail, and shows the others
   * again after their time. The sandbox's clock runs, 30 seconds each 50 milliseconds.
   */
  deliver(lambda: LambdaProcess, event: QueueEvent, timeoutMs?: number): Promise<Invocation>;
  /**
   * Lets the company work for some minutes and delivers its flow logs. Without the scanner there is nobody whom policy
   * cuts off.
   *
   * @returns the queue's event
   */
  work(options?: { readonly scanner?: boolean }): Promise<QueueEvent>;
  /** What {@link flows} shows after {@link work}. */
  readonly usualFlows: readonly string[];
  /** Groups that a database carries. */
  groups(database: string): readonly string[];
  /** Ingress of the groups that a database carries, as `source port`, sorted. */
  rules(database: string): readonly string[];
  admits(consumer: string, database: string): boolean;
  /** Calls that changed EC2 or RDS since this was asked last. */
  writes(): readonly string[];
  /** Flows that the PCE got since this was asked last, as `consumer > provider:port/protocol`, sorted. */
  flows(): readonly string[];
  close(): Promise<void>;
}

/** What Lambda hands over from a queue. */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: object;
  readonly md5OfBody: string;
  readonly eventSource: "aws:sqs";
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

export interface LabOptions {
  /** Leaves the message in the queue that S3 sends when the notification is set up. */
  readonly testMessage?: boolean;
  /** Enforces no database. */
  readonly observe?: boolean;
}

/** Builds a lab. `bundle` is the handler's file. */
export async function lambdaLab(bundle: string, options: LabOptions = {}): Promise<LambdaLab> {
  const described = parseCompany(readFileSync(COMPANY, "utf8"));
  const databases = described.databases.map(({ mode, ...database }) => ({
    ...database,
    ...(mode === undefined || options.observe === true ? {} : { mode }),
  }));
  const company: Company = { ...described, databases };
  const clock = new SandboxClock();
  const aws = buildAws(company, { clock });
  const credentials = [
    { keyId: SECRETS.key, secret: SECRETS.secret, userHref: "/users/1", username: "moat@example.com" },
  ];
  const pce = buildPce(company, aws, { now: () => clock.now(), credentials });
  const [servedAws, servedPce] = [
    await startSandboxAws({ sandbox: aws.sandbox }),
    await startSandboxPce({ sandbox: pce.sandbox }),
  ];
  aws.sandbox.secrets().put(SECRET, JSON.stringify({ key: SECRETS.key, secret: SECRETS.secret }));
  const config = {
    endpoint: servedAws.url,
    region: company.region,
    credentials: { accessKeyId: SECRETS.accessKeyId, secretAccessKey: SECRETS.secretAccessKey },
  };
  const [ec2, sqs] = [new EC2Client(config), new SQSClient(config)];
  await subscribe(ec2, aws);
  const queue = await queueOf(sqs);
  aws.sandbox.s3Notifications.configure(LOG_BUCKET, [
    { id: "to-moat", queueArn: queue.arn, events: ["s3:ObjectCreated:*"] },
  ]);
  if (options.testMessage !== true) aws.sandbox.sqs().queue(QUEUE).messages = [];
  const functions: LambdaProcess[] = [];
  const since = { call: aws.sandbox.calls.length, flow: 0 };
  return {
    company,
    aws,
    pce,
    clock,
    queueUrl: queue.url,
    closePce: () => servedPce.close(),
    endpoint: servedAws.url,
    start: async (env = {}, file = bundle) => {
      const lambda = await startLambda(file, {
        ...lambdaEnvironment(servedAws.url, servedPce.url, company),
        ...env,
      });
      functions.push(lambda);
      return lambda;
    },
    receive: () => receiveAll(sqs, queue),
    deliver: async (lambda, event, timeoutMs) => {
      const invocation = await whileTimePasses(clock, () => lambda.invoke(event, timeoutMs));
      const done = event.Records.filter(({ messageId }) => !invocation.failed.includes(messageId));
      for (const { receiptHandle: ReceiptHandle } of done)
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
      clock.advance(VISIBILITY_SECONDS * 1000);
      return invocation;
    },
    work: async ({ scanner = false } = {}) => {
      const traffic = company.traffic.filter(({ from }) => scanner || from !== "scanner");
      playTraffic({ ...company, traffic }, aws, WORK_HOURS);
      clock.advance(600_000);
      aws.sandbox.flowLogs.deliver();
      return receiveAll(sqs, queue);
    },
    usualFlows: company.traffic
      .filter(({ from }) => from !== "scanner")
      .map(
        ({ from, to }) => `${addressOf(company, from)} > ${addressOf(company, to)}:${portOf(company, to)}/6`,
      )
      .sort(),
    groups: (id) => aws.sandbox.rds().instance(id).assignment.groups,
    rules: (id) => rulesAt(aws, id),
    admits: (consumer, database) =>
      aws.sandbox.network.admits({
        source: interfaceOf(aws, consumer),
        destination: interfaceOf(aws, database),
        port: portOf(company, database),
      }).admitted,
    writes: () => {
      const calls = aws.sandbox.calls.slice(since.call);
      since.call = aws.sandbox.calls.length;
      return calls
        .filter(({ call }) => call.isWrite && ["ec2", "rds"].includes(call.context.service))
        .map(({ call }) => call.operation);
    },
    flows: () => {
      const received = pce.sandbox.receivedFlows.slice(since.flow);
      since.flow = pce.sandbox.receivedFlows.length;
      return received.map((f) => `${f.srcIp} > ${f.dstIp}:${f.dstPort}/${f.protocol}`).sort();
    },
    close: async () => {
      for (const each of functions) await each.stop();
      ec2.destroy();
      sqs.destroy();
      await Promise.all([servedAws.close(), servedPce.close().catch(() => undefined)]);
    },
  };
}

function addressOf({ consumers, databases }: Company, name: string): string {
  return (
    [
      ...consumers.map((each) => [each.name, each.address] as const),
      ...databases.map((each) => [each.id, each.address] as const),
    ].find(([known]) => known === name)?.[1] ?? name
  );
}

function rulesAt(aws: CompanyAws, database: string): readonly string[] {
  const { groups } = aws.sandbox.ec2();
  return aws.sandbox
    .rds()
    .instance(database)
    .assignment.groups.flatMap((groupId) => groups.get(groupId)?.rules ?? [])
    .flatMap(({ isEgress, peer, fromPort }) =>
      isEgress || peer.kind !== "cidr" ? [] : [`${peer.cidr} ${fromPort}`],
    )
    .sort();
}

/** All that a function needs, and nothing else of this machine. */
const lambdaEnvironment = (awsUrl: string, pceUrl: string, company: Company): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  AWS_REGION: company.region,
  AWS_ENDPOINT_URL: awsUrl,
  AWS_ACCESS_KEY_ID: SECRETS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: SECRETS.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  MOAT_PCE_URL: pceUrl,
  MOAT_PCE_SECRET_ID: SECRET,
});

async function subscribe(ec2: EC2Client, aws: CompanyAws): Promise<void> {
  const ResourceIds = [...aws.databases.keys()].map((id) => aws.interfaces.get(id) ?? "");
  await ec2.send(
    new CreateFlowLogsCommand({
      ResourceIds,
      ResourceType: "NetworkInterface",
      TrafficType: "ALL",
      LogDestinationType: "s3",
      LogDestination: `arn:aws:s3:::${LOG_BUCKET}`,
      MaxAggregationInterval: 60,
      LogFormat: TEN_COLUMNS,
    }),
  );
}

interface Queue {
  readonly url: string;
  readonly arn: string;
}

async function queueOf(sqs: SQSClient): Promise<Queue> {
  const { QueueUrl: url = "" } = await sqs.send(
    new CreateQueueCommand({
      QueueName: QUEUE,
      Attributes: { VisibilityTimeout: String(VISIBILITY_SECONDS) },
    }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
  );
  return { url, arn: Attributes?.QueueArn ?? "" };
}

async function receiveAll(sqs: SQSClient, { url, arn }: Queue): Promise<QueueEvent> {
  const Records: QueueRecord[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ["All"] }),
    );
    if (Messages.length === 0) return { Records };
    Records.push(...Messages.map((message) => queueRecord(message, arn)));
  }
}

const queueRecord = (message: Message, eventSourceARN: string): QueueRecord => ({
  messageId: message.MessageId ?? "",
  receiptHandle: message.ReceiptHandle ?? "",
  body: message.Body ?? "",
  attributes: message.Attributes ?? {},
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? "",
  eventSource: "aws:sqs",
  eventSourceARN,
  awsRegion: eventSourceARN.split(":")[3] ?? "",
});

async function whileTimePasses<T>(clock: SandboxClock, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => clock.advance(30_000), 50);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
