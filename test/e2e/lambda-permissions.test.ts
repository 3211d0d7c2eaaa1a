import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MapData } from "../../src/core/map/map-data.ts";
import type { CallRecord } from "../../src/sandbox/aws/model/call.ts";
import { LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { templateOf } from "./hub-stack.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent, type QueueRecord } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess } from "./lambda-process.ts";

const bundle = useBundle();
const HANDLERS = ["ingest", "sweep", "reconcile", "heartbeat", "map"] as const;
type Handler = (typeof HANDLERS)[number];

const POLICY = readFileSync(join(import.meta.dirname, "../../examples/orders/policy.yaml"), "utf8");
const PERSON = "AKIAPERSON0000000001";
const OTHER_ACCOUNT = "444455556666";

/** Allowed to the functions, and called on their behalf by Lambda, and by S3 and SQS where there is a key of one's own. */
const CALLED_BY_AWS = [
  ...["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  ...["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
  ...["sqs:ReceiveMessage", "kms:Decrypt", "kms:GenerateDataKey"],
];
/** Called, and nobody can be denied it: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const NEEDS_NO_PERMISSION = ["sts:GetCallerIdentity"];

/** The sandbox lives in a year of its own: what it keeps is too old for one day, and young enough for a hundred years. */
const HISTORY: Readonly<Record<Handler, NodeJS.ProcessEnv>> = {
  ingest: { MOAT_HISTORY: "s3://moat-state/history", MOAT_HISTORY_DAYS: "36500" },
  sweep: { MOAT_HISTORY: "s3://moat-state/history", MOAT_HISTORY_SEEN_DAYS: "36500" },
  reconcile: { MOAT_HISTORY: "s3://moat-state/history", MOAT_HISTORY_SEEN_DAYS: "36500" },
  heartbeat: {},
  map: {},
};

/** What EventBridge sends when a schedule fires. */
const SCHEDULED = { source: "aws.events", "detail-type": "Scheduled Event" };

/** What a function's role allows, by the template. */
function allowed(handler: Handler): ReadonlySet<string> {
  const { Resources } = templateOf(handler === "map" ? "moat-map" : "moat-hub-enforce");
  const [role, { Properties: ofRole } = {}] =
    Object.entries(Resources).find(
      ([name, { Type }]) => Type === "AWS::IAM::Role" && name.toLowerCase().startsWith(handler),
    ) ?? [];
  if (role === undefined) throw new Error(`There is no role of ${handler}`);
  const attached = JSON.stringify(ofRole);
  const policies = Object.entries(Resources).filter(
    ([name, { Type, Properties }]) =>
      (Type === "AWS::IAM::ManagedPolicy" && attached.includes(`"${name}"`)) ||
      (Type === "AWS::IAM::Policy" && JSON.stringify(Properties?.Roles).includes(`"${role}"`)),
  );
  expect(policies).not.toEqual([]);
  const actions = policies.flatMap(([, { Properties }]) => {
    const { PolicyDocument } = Properties as {
      PolicyDocument: { Statement: readonly { Effect: string; Action: string | readonly string[] }[] };
    };
    return PolicyDocument.Statement.flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));
  });
  return new Set(actions.filter((action) => !CALLED_BY_AWS.includes(action)));
}

interface S3Notification {
  readonly Records: readonly {
    readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
  }[];
}

/** Operations whose action has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const ACTIONS: Readonly<Record<string, string>> = {
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

/**
 * Actions that a call needed. To learn that an object is not there takes a right of its own; who lacks it is told that
 * access is denied: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
function actionsOf({ call, seen }: CallRecord): readonly string[] {
  const name = `${call.context.service}:${call.operation}`;
  const missed = name === "s3:GetObject" && seen === "NoSuchKey";
  return [ACTIONS[name] ?? name, ...(missed ? ["s3:ListBucket"] : [])];
}

/** Services that the sandbox does not have, answered in as many words as the functions read. */
interface OtherServices {
  readonly url: string;
  /** Actions called since this was asked last. */
  readonly called: () => readonly string[];
  readonly close: () => Promise<void>;
}

const ANSWERS: Readonly<Record<string, readonly [action: string, answer: object]>> = {
  "AWSEvents.PutEvents": [
    "events:PutEvents",
    { FailedEntryCount: 0, Entries: [{ EventId: "17793124-05d4-b198-2fde-7ededc63b103" }] },
  ],
  "AWSOrganizationsV20161128.ListAccounts": [
    "organizations:ListAccounts",
    { Accounts: ["111122223333", OTHER_ACCOUNT].map((Id) => ({ Id, State: "ACTIVE" })) },
  ],
};

async function startOtherServices(): Promise<OtherServices> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    const [action, answer] = ANSWERS[String(request.headers["x-amz-target"])] ?? ["unknown", {}];
    heard.push(action);
    request.resume().on("end", () => {
      response.writeHead(action === "unknown" ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    called: () => heard.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The functions at work on one lab, with a note of what each calls. */
interface Work {
  readonly lab: LambdaLab;
  readonly canary: string;
  readonly invoke: (handler: Handler, event: unknown) => Promise<Invocation>;
  /** Works the queue of databases off. */
  readonly workOff: () => Promise<readonly Invocation[]>;
  /** Lets a function of its own tend the history. */
  readonly tend: (env?: NodeJS.ProcessEnv) => Promise<Invocation>;
  readonly person: EC2Client;
  readonly close: () => Promise<void>;
}

const called: Readonly<Record<Handler, Set<string>>> = {
  ingest: new Set(),
  sweep: new Set(),
  reconcile: new Set(),
  heartbeat: new Set(),
  map: new Set(),
};

async function startWork(env: NodeJS.ProcessEnv): Promise<Work> {
  const lab = await lambdaLab(bundle());
  const others = await startOtherServices();
  const { sandbox } = lab.aws;
  const { defaultAccountId: accountId } = sandbox.world;
  sandbox.credentials.register(PERSON, {
    accountId,
    principalArn: `arn:aws:iam::${accountId}:user/alex`,
    userId: "AIDAALEX000000000000",
  });
  const config = { endpoint: lab.endpoint, region: lab.company.region };
  const credentials = { accessKeyId: PERSON, secretAccessKey: "x" };
  const person = new EC2Client({ ...config, credentials });
  const sqs = new SQSClient({ ...config, credentials });
  const { QueueUrl = "" } = await sqs.send(
    new CreateQueueCommand({
      QueueName: "moat.fifo",
      Attributes: { FifoQueue: "true", VisibilityTimeout: "1800" },
    }),
  );
  sandbox.seed.bucket("moat-state");
  const { groupId: canary } = sandbox.seed.securityGroup({ groupName: "canary", vpcId: lab.aws.vpcId });
  const all = {
    MOAT_QUEUE_URL: QueueUrl,
    MOAT_STATE: "s3://moat-state/state",
    MOAT_AUDIT: "s3://moat-state/audit",
    MOAT_NOTIFY_BUS: "moat",
    MOAT_CANARY: canary,
    MOAT_MAP_LOGS: `s3://${LOG_BUCKET}`,
    MOAT_MAP_PAGES: "s3://moat-state/map",
    // The sandbox lives at a time of its own.
    MOAT_MAP_HOURS: "1000000",
    AWS_ENDPOINT_URL_EVENTBRIDGE: others.url,
    AWS_ENDPOINT_URL_ORGANIZATIONS: others.url,
    ...env,
  };
  const functions = new Map<Handler, LambdaProcess>();
  for (const handler of HANDLERS) {
    functions.set(handler, await lab.start({ ...all, ...HISTORY[handler] }, bundle(handler)));
  }

  const note = (handler: Handler, before: number): void => {
    for (const record of sandbox.calls.slice(before)) {
      if (record.call.context.accessKeyId === PERSON) continue;
      for (const action of actionsOf(record)) called[handler].add(action);
    }
    for (const action of others.called()) called[handler].add(action);
  };
  const invoke = async (handler: Handler, event: unknown): Promise<Invocation> => {
    const before = sandbox.calls.length;
    const timer = setInterval(() => lab.clock.advance(30_000), 50);
    const answer = await functions.get(handler)?.invoke(event);
    clearInterval(timer);
    if (answer === undefined) throw new Error(`${handler} does not run`);
    note(handler, before);
    return answer;
  };
  const workOff = async (): Promise<readonly Invocation[]> => {
    const answers: Invocation[] = [];
    for (;;) {
      const { Messages: [message] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, AttributeNames: ["All"] }),
      );
      if (message === undefined) return answers;
      answers.push(await invoke("reconcile", { Records: [recordOf(message)] }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle ?? "" }));
    }
  };
  return {
    lab,
    canary,
    invoke,
    workOff,
    tend: async (env = {}) => {
      const another = await lab.start({ ...all, ...HISTORY.ingest, ...env }, bundle("ingest"));
      const before = sandbox.calls.length;
      const answer = await another.invoke(SCHEDULED);
      note("ingest", before);
      return answer;
    },
    person,
    close: async () => {
      person.destroy();
      sqs.destroy();
      await lab.close();
      await others.close();
    },
  };
}

const recordOf = ({
  MessageId = "",
  ReceiptHandle = "",
  Body = "",
  Attributes = {},
}: Message): QueueRecord => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
  attributes: Attributes,
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:moat.fifo",
  awsRegion: "eu-west-1",
});

const expectDone = (answers: readonly Invocation[], count: number): void => {
  expect(answers.flatMap(({ failed, error }) => [...failed, ...(error ?? [])])).toEqual([]);
  expect(answers).toHaveLength(count);
};

describe("with policy from a PCE, in two accounts", () => {
  let work: Work;
  let delivered: QueueEvent;
  beforeAll(async () => {
    work = await startWork({ MOAT_ACCOUNTS: "organization" });
  });
  afterAll(() => work.close());

  it("flow logs put databases behind their moats", async () => {
    delivered = await work.lab.work();
    const { failed } = await work.invoke("ingest", delivered);
    expect(failed).toEqual([]);
    expectDone(await work.workOff(), 2);
    expect(work.lab.admits("scanner", "orders")).toBe(false);
  });

  it("flow logs of the other account are worked on beside the databases there", async () => {
    const { s3, calls } = work.lab.aws.sandbox;
    const [record] = delivered.Records;
    const body = (record?.body ?? "").replaceAll(
      /111122223333(?=\/vpcflowlogs|_vpcflowlogs)/g,
      OTHER_ACCOUNT,
    );
    const { bucket, object } = (JSON.parse(body) as S3Notification).Records[0]?.s3 ?? {};
    const key = decodeURIComponent(object?.key ?? "");
    expect(key).toContain(`AWSLogs/${OTHER_ACCOUNT}/`);
    const from = s3.getObject(bucket?.name ?? "", key.replaceAll(OTHER_ACCOUNT, "111122223333"));
    s3.putObject(bucket?.name ?? "", key, from.body);
    const before = calls.length;
    const { failed, lines } = await work.invoke("ingest", { Records: [{ ...record, body }] });
    expect(failed).toEqual([]);
    expect(lines.filter(({ level }) => level === "WARN")).toEqual([]);
    const looked = calls.slice(before).filter(({ call }) => call.operation === "DescribeDBInstances");
    expect(looked.map(({ call }) => call.context.accountId)).toEqual([OTHER_ACCOUNT]);
  });

  it("the map of each account is drawn, with what was seen", async () => {
    const { error, lines } = await work.invoke("map", { source: "aws.events" });
    expect(error).toBeUndefined();
    expect(lines.filter(({ message }) => message === "map drawn")).toHaveLength(2);
    const { region } = work.lab.company;
    const page = work.lab.aws.sandbox.s3.getObject("moat-state", `map/111122223333/${region}.html`);
    const text = Buffer.from(page.body).toString();
    expect(text).toContain("default-src 'none'");
    const [, json = ""] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(text) ?? [];
    const data = JSON.parse(json) as MapData;
    expect(data.databases.map(({ id }) => id)).toEqual(expect.arrayContaining(["orders", "ledger"]));
    expect(data.links.accepted.some((records) => records > 0)).toBe(true);
  });

  it("log events are read in the format that their flow log has", async () => {
    const message = {
      messageType: "DATA_MESSAGE",
      owner: "111122223333",
      logGroup: "vpc/orders",
      logStream: "eni-0a1b2c3d-all",
      subscriptionFilters: ["moat"],
      logEvents: [{ id: "0", timestamp: 1_767_603_600_000, message: "ACCEPT 3306 51000 one of its own" }],
    };
    const data = gzipSync(JSON.stringify(message)).toString("base64");
    const { error, lines } = await work.invoke("ingest", { awslogs: { data } });
    expect(error).toBeUndefined();
    expect(JSON.stringify(lines)).toContain("FLOW_LOG_FORMAT_UNKNOWN");
  });

  it("an object that is gone is passed over", async () => {
    const Records = delivered.Records.slice(0, 1).map((each) => ({
      ...each,
      body: each.body.replaceAll(".log.gz", "0.log.gz"),
    }));
    const { failed, lines } = await work.invoke("ingest", { Records });
    expect(failed).toEqual([]);
    expect(JSON.stringify(lines)).toContain("FLOW_OBJECT_INCOMPLETE");
  });

  it("the history of what they told becomes a file a day, by two at once, and its old days go", async () => {
    const { s3 } = work.lab.aws.sandbox;
    const files = (): readonly string[] =>
      s3.objects("moat-state").flatMap(({ key }) => (key.startsWith("history/") ? [key] : []));
    const small = files().length;
    expect(small).toBeGreaterThan(1);
    const both = await Promise.all([work.tend(), work.tend()]);
    const again = await work.invoke("ingest", SCHEDULED);
    for (const { error, lines } of [...both, again]) {
      expect(error).toBeUndefined();
      expect(lines.map(({ message }) => message)).toContain("history tended");
    }
    const left = files();
    expect(left.length).toBeLessThan(small);
    expect(left.every((key) => key.includes("/compacted-"))).toBe(true);
    expect((await work.tend({ MOAT_HISTORY_DAYS: "1" })).error).toBeUndefined();
    expect(files()).toEqual([]);
  });

  it("a sweep finds what somebody did, and a run undoes it", async () => {
    await work.person.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: work.lab.groups("orders")[0] ?? "",
        IpPermissions: [
          { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "198.51.100.0/24" }] },
        ],
      }),
    );
    await work.invoke("sweep", { source: "moat.schedule" });
    expectDone(await work.workOff(), 1);
    expect(work.lab.rules("orders").join()).not.toContain("198.51.100.0/24");
  });

  it("so it does with a group that nobody needs any more", async () => {
    const { sandbox } = work.lab.aws;
    const { groupId } = sandbox.seed.securityGroup({
      groupName: "moat-left-over",
      vpcId: work.lab.aws.vpcId,
      tags: { "moat:owner": "moat", "moat:database": work.lab.aws.databases.get("orders")?.arn ?? "" },
    });
    await work.invoke("sweep", { source: "moat.schedule" });
    expectDone(await work.workOff(), 1);
    expect(sandbox.ec2().groups.has(groupId)).toBe(false);
  });

  it("a database of the other account is looked after by the role there", async () => {
    const database = `arn:aws:rds:${work.lab.company.region}:${OTHER_ACCOUNT}:db:gone`;
    const body = JSON.stringify({ version: 1, database, changes: [], objects: [] });
    const { failed } = await work.invoke("reconcile", {
      Records: [recordOf({ MessageId: "m", Body: body, Attributes: { MessageGroupId: "g" } })],
    });
    expect(failed).toEqual([]);
  });
});

describe("the heartbeat", () => {
  let work: Work;
  const beat = () => work.invoke("heartbeat", { source: "aws.events" });
  const rules = () =>
    work.lab.aws.sandbox
      .ec2()
      .groups.get(work.canary)
      ?.rules.filter(({ isEgress }) => !isEgress) ?? [];
  /** CloudTrail's event of the last write, as the bus and the queue hand it over. */
  const lastWrite = () => {
    const detail = work.lab.aws.sandbox.cloudTrail.events.at(-1);
    const body = JSON.stringify({
      source: "aws.ec2",
      "detail-type": "AWS API Call via CloudTrail",
      account: "111122223333",
      region: work.lab.company.region,
      detail,
    });
    return { Records: [recordOf({ MessageId: "hint", Body: body })] };
  };
  const figures = ({ lines }: Invocation): Readonly<Record<string, unknown>> =>
    Object.assign({}, ...lines.filter((line) => "_aws" in line));

  beforeAll(async () => {
    work = await startWork({});
  });
  afterAll(() => work.close());

  it("opens the canary, the sweep hears of it, and the next run closes it", async () => {
    expect(figures(await beat())).toMatchObject({ CanaryLeft: 0 });
    expect(rules()).toHaveLength(1);
    const { failed, lines } = await work.invoke("sweep", lastWrite());
    expect(failed).toEqual([]);
    // The canary is of no database: no account is looked at for it.
    expect(lines.map(({ message }) => message)).not.toContain("swept");
    const answers = await work.workOff();
    expectDone(answers, 1);
    expect(rules()).toEqual([]);
    const [repaired] = answers.map(figures);
    expect(repaired).toMatchObject({ CanaryRepairs: 1 });
    expect(repaired?.CanarySeconds).toBeGreaterThan(0);
    expect(repaired?.CanarySeconds).toBeLessThan(60);
  });

  it("the event of the repair leads to nothing more", async () => {
    const { failed } = await work.invoke("sweep", lastWrite());
    expect(failed).toEqual([]);
    expectDone(await work.workOff(), 0);
  });

  it("a change that nobody noticed is counted by the next beat, and does not stay", async () => {
    await beat();
    const [first] = rules();
    const second = await beat();
    expect(figures(second)).toMatchObject({ CanaryLeft: 1 });
    expect(second.lines.find(({ level }) => level === "ERROR")?.message).toBe("canary not repaired");
    expect(rules()).toHaveLength(1);
    expect(rules()).not.toContainEqual(first);
  });

  it("a message that names another group changes nothing", async () => {
    const group = work.lab.groups("orders")[0] ?? "";
    work.lab.writes();
    const body = JSON.stringify({ version: 1, canary: group });
    const { failed } = await work.invoke("reconcile", {
      Records: [recordOf({ MessageId: "m", Body: body, Attributes: { MessageGroupId: "canary" } })],
    });
    expect(failed).toEqual(["m"]);
    expect(work.lab.writes()).toEqual([]);
  });
});

describe("with policy from a file in S3", () => {
  const URI = { MOAT_POLICY: "s3://moat-policy/policy.yaml", MOAT_PCE_URL: undefined };
  let work: Work;
  const put = (text: string): void => {
    work.lab.aws.sandbox.s3.putObject("moat-policy", "policy.yaml", Buffer.from(text));
  };
  const groupsOf = (kind: "clusters" | "proxies" | "proxyEndpoints", id: string): readonly string[] =>
    work.lab.aws.sandbox.rds()[kind].get(id)?.assignment.groups ?? [];

  beforeAll(async () => {
    work = await startWork({
      ...URI,
      MOAT_PCE_SECRET_ID: undefined,
      MOAT_FIRST_SWAP: "at-once",
      MOAT_TWICE_APART_SECONDS: "1",
    });
    const { sandbox } = work.lab.aws;
    sandbox.seed.bucket("moat-policy");
    put(POLICY);
    const orders = sandbox.rds().instance("orders");
    // What may leave a database is taken over from the groups that are replaced.
    const [GroupId = ""] = orders.assignment.groups;
    const to = (CidrIp: string) => ({
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp }] }],
    });
    await work.person.send(new RevokeSecurityGroupEgressCommand(to("0.0.0.0/0")));
    await work.person.send(new AuthorizeSecurityGroupEgressCommand(to("10.20.0.0/16")));
    const subnetIds = orders.subnetGroup.subnets.map(({ subnetIdentifier }) => subnetIdentifier);
    const common = {
      groups: orders.assignment.groups,
      tags: { App: "orders", Env: "prod", "moat:mode": "enforce" },
    };
    sandbox.seed.dbCluster({
      ...common,
      identifier: "orders-cluster",
      engine: "aurora-mysql",
      subnets: subnetIds,
    });
    sandbox.seed.dbProxy({ ...common, name: "orders-proxy", engineFamily: "MYSQL", subnetIds });
    sandbox.seed.dbProxyEndpoint({
      ...common,
      name: "orders-readers",
      proxyName: "orders-proxy",
      subnetIds,
    });
    sandbox.seed.rules(work.lab.groups("orders")[0] ?? "", [
      {
        port: 3306,
        prefixListId: sandbox.seed.awsPrefixList("com.amazonaws.eu-west-1.s3", ["52.218.0.0/17"])
          .prefixListId,
      },
    ]);
  });
  afterAll(() => work.close());

  const WEB = ["10.20.1.11/32 3306", "10.20.1.12/31 3306"];
  const BATCH = "10.20.1.21/32 3306";

  it("instances, clusters, proxies and their endpoints get what the file says", async () => {
    const { failed } = await work.invoke("ingest", await work.lab.work());
    expect(failed).toEqual([]);
    await work.workOff();
    await work.invoke("sweep", { source: "moat.schedule" });
    await work.workOff();
    const { error } = await work.invoke("map", { source: "aws.events" });
    expect(error).toBeUndefined();
    expect(work.lab.rules("orders")).toEqual(["10.20.1.4/30 3306", ...WEB, BATCH].sort());
    const legacy = work.lab.groups("orders-dev");
    for (const groups of [
      groupsOf("clusters", "orders-cluster"),
      groupsOf("proxies", "orders-proxy"),
      groupsOf("proxyEndpoints", "orders-readers"),
    ]) {
      expect(groups).toHaveLength(1);
      expect(legacy).not.toContain(groups[0]);
    }
    // Without a PCE there is nobody to show flows to.
    expect(work.lab.flows()).toEqual([]);
  });

  it("what the file no longer grants is taken away, once it says so twice", async () => {
    put(POLICY.replace("consumers: role=batch\n", "consumers: role=reporting\n"));
    await work.invoke("sweep", { source: "moat.schedule" });
    await work.workOff();
    expect(work.lab.rules("orders")).toContain(BATCH);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await work.invoke("sweep", { source: "moat.schedule" });
    await work.workOff();
    expect(work.lab.rules("orders")).not.toContain(BATCH);
  });

  it("a file that cannot be read, or is none, changes nothing and is said loudly", async () => {
    work.lab.writes();
    for (const text of ["rule_sets: [", "", "version: 1\nrule_set: []\n"]) {
      put(text);
      const { error, lines } = await work.invoke("sweep", { source: "moat.schedule" });
      const loud = error ?? lines.find(({ level }) => level === "ERROR")?.message;
      expect(loud, `policy ${JSON.stringify(text)}`).toBeDefined();
    }
    work.lab.aws.sandbox.s3.deleteObject("moat-policy", "policy.yaml");
    const { error } = await work.invoke("sweep", { source: "moat.schedule" });
    expect(error).toBeDefined();
    expect(await work.workOff()).toEqual([]);
    expect(work.lab.writes()).toEqual([]);
  });
});

describe.each(HANDLERS)("the role of %s", (handler) => {
  it("allows every call that the function made", () => {
    const missing = [...called[handler]].filter(
      (action) => !allowed(handler).has(action) && !NEEDS_NO_PERMISSION.includes(action),
    );
    expect(missing).toEqual([]);
  });

  it("allows nothing else", () => {
    expect([...allowed(handler)].filter((action) => !called[handler].has(action))).toEqual([]);
  });
});
