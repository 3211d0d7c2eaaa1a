import { readFileSync } from "node:fs";
import { join } from "node:path";
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
import { templateOf } from "./hub-stack.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueRecord } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess } from "./lambda-process.ts";

const bundle = useBundle();
const HANDLERS = ["ingest", "sweep", "reconcile"] as const;
type Handler = (typeof HANDLERS)[number];

const POLICY = readFileSync(join(import.meta.dirname, "../../examples/orders/policy.yaml"), "utf8");
const PERSON = "AKIAPERSON0000000001";
const OTHER_ACCOUNT = "444455556666";

/** Allowed to the functions, and called by Lambda on their behalf, not by the code. */
const CALLED_BY_LAMBDA = [
  ...["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  ...["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
  "sqs:ReceiveMessage",
];
/** Called, and nobody can be denied it: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const NEEDS_NO_PERMISSION = ["sts:GetCallerIdentity"];

/** Allowed though none of these runs calls it, and why. */
const SURPLUS: Readonly<Record<Handler, Readonly<Record<string, string>>>> = {
  ingest: {
    "s3:ListBucket": "without it S3 answers 403 for an object that is gone, and not 404",
    "cloudtrail:LookupEvents": "what looks at accounts is one statement for all three functions",
  },
  sweep: {
    "events:PutEvents": "incidents are told where a bus is named",
    "s3:ListBucket": "without it S3 answers 403 where nothing is remembered yet, and not 404",
    "organizations:ListAccounts": "called where the accounts are those of an organization",
  },
  reconcile: {
    "events:PutEvents": "incidents are told where a bus is named",
    "s3:ListBucket": "as for the two others",
    "organizations:ListAccounts": "called where the accounts are those of an organization",
  },
};

/** What a function's role allows, by the template. */
function allowed(handler: Handler): ReadonlySet<string> {
  const policies = Object.entries(templateOf("moat-hub-enforce").Resources).filter(
    ([name, { Type }]) =>
      ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].includes(Type) &&
      name.toLowerCase().startsWith(handler),
  );
  const actions = policies.flatMap(([, { Properties }]) => {
    const { PolicyDocument } = Properties as {
      PolicyDocument: { Statement: readonly { Effect: string; Action: string | readonly string[] }[] };
    };
    return PolicyDocument.Statement.flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : []));
  });
  return new Set(actions.filter((action) => !CALLED_BY_LAMBDA.includes(action)));
}

/** Operations whose action has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const ACTIONS: Readonly<Record<string, string>> = {
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "sqs:SendMessageBatch": "sqs:SendMessage",
};

/** The three functions at work on one lab, with a note of what each calls. */
interface Work {
  readonly lab: LambdaLab;
  readonly invoke: (handler: Handler, event: unknown) => Promise<Invocation>;
  /** Works the queue of databases off. */
  readonly workOff: () => Promise<readonly Invocation[]>;
  readonly person: EC2Client;
  readonly close: () => Promise<void>;
}

const called: Readonly<Record<Handler, Set<string>>> = {
  ingest: new Set(),
  sweep: new Set(),
  reconcile: new Set(),
};

async function startWork(env: NodeJS.ProcessEnv): Promise<Work> {
  const lab = await lambdaLab(bundle());
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
  const all = { MOAT_QUEUE_URL: QueueUrl, MOAT_STATE: "s3://moat-state/state", ...env };
  const functions = new Map<Handler, LambdaProcess>();
  for (const handler of HANDLERS) {
    const history = handler === "ingest" ? { MOAT_HISTORY: "s3://moat-state/history" } : {};
    functions.set(handler, await lab.start({ ...all, ...history }, bundle(handler)));
  }

  const invoke = async (handler: Handler, event: unknown): Promise<Invocation> => {
    const before = sandbox.calls.length;
    const timer = setInterval(() => lab.clock.advance(30_000), 50);
    const answer = await functions.get(handler)?.invoke(event);
    clearInterval(timer);
    if (answer === undefined) throw new Error(`${handler} does not run`);
    for (const { call } of sandbox.calls.slice(before)) {
      if (call.context.accessKeyId === PERSON) continue;
      const name = `${call.context.service}:${call.operation}`;
      called[handler].add(ACTIONS[name] ?? name);
    }
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
    invoke,
    workOff,
    person,
    close: async () => {
      person.destroy();
      sqs.destroy();
      await lab.close();
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
  beforeAll(async () => {
    work = await startWork({ MOAT_ACCOUNTS: `111122223333 ${OTHER_ACCOUNT}` });
  });
  afterAll(() => work.close());

  it("flow logs put databases behind their moats", async () => {
    const { failed } = await work.invoke("ingest", await work.lab.work());
    expect(failed).toEqual([]);
    expectDone(await work.workOff(), 2);
    expect(work.lab.admits("scanner", "orders")).toBe(false);
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

  it("allows nothing else, but for what is explained", () => {
    const surplus = [...allowed(handler)].filter((action) => !called[handler].has(action)).sort();
    expect(surplus).toEqual(Object.keys(SURPLUS[handler]).sort());
  });
});
