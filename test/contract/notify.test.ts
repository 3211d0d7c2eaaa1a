import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { bookText } from "../../src/adapters/notify/book-text.ts";
import { eventBridgeNotifier } from "../../src/adapters/notify/event-bridge-notifier.ts";
import { snsNotifier } from "../../src/adapters/notify/sns-notifier.ts";
import { textInMemory } from "../../src/adapters/notify/text-in-memory.ts";
import { webhookNotifier } from "../../src/adapters/notify/webhook-notifier.ts";
import { tellIncidents } from "../../src/app/incident/tell-incidents.ts";
import type { Incident, IncidentMessage } from "../../src/core/incident/incident.ts";
import type { Notifier } from "../../src/ports/notifier.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";
import { startMoto } from "./moto.ts";

const INCIDENT: Incident = {
  key: "drift arn:aws:rds:eu-west-1:111122223333:db:orders",
  kind: "drift",
  severity: "high",
  database: { id: "orders", arn: "arn:aws:rds:eu-west-1:111122223333:db:orders" },
  accountId: "111122223333",
  region: "eu-west-1",
  what: 'A change at database "orders" that policy does not explain',
  why: "Changed by <!channel> & alex",
  fix: "Nothing while Moat repairs it",
  details: ["rule 0.0.0.0/0 tcp 3306 was added"],
};
const { key, ...rest } = INCIDENT;
const MESSAGE: IncidentMessage = {
  version: 1,
  kind: "incident",
  state: "open",
  dedupKey: `moat ${key}`,
  owner: "moat",
  openedAt: "2026-01-05T10:00:00Z",
  incident: rest,
};

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "a bus and a topic, of an emulator that others wrote", (interpreter) => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let queueUrl: string;
  let queueArn: string;
  let sqs: SQSClient;
  let config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };

  beforeAll(async () => {
    moto = await startMoto(interpreter);
    config = {
      endpoint: moto.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    sqs = new SQSClient(config);
    ({ QueueUrl: queueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "told" })));
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["QueueArn"] }),
    );
    queueArn = Attributes.QueueArn ?? "";
  });
  afterAll(async () => {
    sqs.destroy();
    await moto.stop();
  });

  const received = async (): Promise<unknown> => {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5 }),
    );
    return JSON.parse(message?.Body ?? "null");
  };

  it("puts an event that a rule for our source sees", async () => {
    const events = new EventBridgeClient(config);
    await events.send(new CreateEventBusCommand({ Name: "moat" }));
    const rule = {
      Name: "incidents",
      EventBusName: "moat",
      EventPattern: JSON.stringify({ source: ["moat"] }),
    };
    await events.send(new PutRuleCommand(rule));
    await events.send(
      new PutTargetsCommand({
        Rule: "incidents",
        EventBusName: "moat",
        Targets: [{ Id: "q", Arn: queueArn }],
      }),
    );
    const clients = awsClients({ env: {}, ...config });
    await eventBridgeNotifier(clients, "moat").notify(MESSAGE);
    expect(await received()).toMatchObject({
      source: "moat",
      "detail-type": "Moat Incident",
      resources: ["arn:aws:rds:eu-west-1:111122223333:db:orders"],
      detail: MESSAGE,
    });
    clients.close();
    events.destroy();
  });

  it("publishes to a topic what people and filters need, and says when there is none", async () => {
    const sns = new SNSClient(config);
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "incidents" }));
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn, ReturnSubscriptionArn: true }),
    );
    expect(SubscriptionArn).toBeDefined();
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: "DisplayName", AttributeValue: "Moat" }),
    );
    const clients = awsClients({ env: {}, ...config });
    await snsNotifier(clients, TopicArn).notify(MESSAGE);
    const envelope = (await received()) as { Message: string; Subject: string; MessageAttributes: object };
    expect(JSON.parse(envelope.Message)).toEqual(MESSAGE);
    expect(envelope.Subject).toBe("Moat OPEN: orders, changed by somebody");
    expect(envelope.MessageAttributes).toMatchObject({ kind: { Value: "drift" }, state: { Value: "open" } });
    await expect(snsNotifier(clients, `${TopicArn}-none`).notify(MESSAGE)).rejects.toThrow("sns:Publish");
    clients.close();
    sns.destroy();
  });
});

describe("a webhook", () => {
  let server: Server;
  let answers: { readonly status: number; readonly headers?: Record<string, string> }[];
  let posted: { readonly text: string }[];
  let slept: number[];
  let base: string;
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      posted.push(JSON.parse(Buffer.concat(chunks).toString()) as { text: string });
      const { status, headers = {} } = answers.shift() ?? { status: 200 };
      response.writeHead(status, headers).end("ok");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    [answers, posted, slept] = [[], [], []];
  });
  const hook = (url = `${base}/services/T0/B0/hunter2`): Notifier =>
    webhookNotifier({ url: async () => `${url}\n`, clock });

  it("hears from moat watch what moat.yaml says it should", async () => {
    const folder = mkdtempSync(join(tmpdir(), "moat-notify-"));
    writeSampleFlowLogs(join(folder, "flows"));
    writeFileSync(join(folder, "moat.yaml"), "notify: { webhook: env:HOOK }\n");
    const sources = ["--aws", "sandbox", "--flows", join(folder, "flows")];
    const args = ["watch", "--once", ...sources, "--config", join(folder, "moat.yaml")];
    const env = { HOOK: `${base}/services/x` };
    const { code, err } = await runCli([...args, "--audit", join(folder, "audit.jsonl")], { env });
    rmSync(folder, { recursive: true });
    expect({ code, err }).toEqual({ code: 3, err: "" });
    expect(posted.map(({ text }) => text.split("\n")[0]).sort()).toEqual([
      "*OPEN: ledger, refused by a gate*",
      "*OPEN: orders, refused by a gate*",
    ]);
  });

  it("posts what Slack takes, and lets no text be a command of Slack's", async () => {
    await hook().notify(MESSAGE);
    expect(posted).toEqual([
      {
        text: [
          "*OPEN: orders, changed by somebody*",
          'A change at database "orders" that policy does not explain',
          "- rule 0.0.0.0/0 tcp 3306 was added",
          "Why: Changed by &lt;!channel&gt; &amp; alex",
          "Do: Nothing while Moat repairs it",
          "Since 2026-01-05T10:00:00Z, in account 111122223333, eu-west-1",
        ].join("\n"),
      },
    ]);
  });

  it.each([
    {
      name: "a busy server, as long as it asks",
      before: [{ status: 429, headers: { "retry-after": "2" } }],
      waits: [2000],
    },
    {
      name: "a broken server, longer each time",
      before: [{ status: 500 }, { status: 503 }, { status: 502 }],
      waits: [500, 1000, 2000],
    },
  ])("waits for $name", async ({ before, waits }) => {
    answers = [...before];
    await hook().notify(MESSAGE);
    expect(posted).toHaveLength(before.length + 1);
    expect(slept).toEqual(waits);
  });

  it.each([
    { name: "one that refuses", before: [{ status: 404 }], tries: 1 },
    {
      name: "one that leads elsewhere",
      before: [{ status: 302, headers: { location: "http://127.0.0.1:9/" } }],
      tries: 1,
    },
    {
      name: "one that asks for a minute",
      before: [{ status: 429, headers: { "retry-after": "60" } }],
      tries: 1,
    },
    { name: "one that stays broken", before: Array.from({ length: 9 }, () => ({ status: 500 })), tries: 4 },
  ])("gives $name up, without naming the secret", async ({ before, tries }) => {
    answers = [...before];
    const error = await hook()
      .notify(MESSAGE)
      .then(() => undefined, String);
    expect(error).toContain("did not take a message");
    expect(error).not.toContain("hunter2");
    expect(posted).toHaveLength(tries);
  });

  it("names no secret where nobody answers, or the address is none", async () => {
    for (const url of ["http://127.0.0.1:9/hunter2", "http://example.com/hunter2", "hunter2"]) {
      const error = await hook(url)
        .notify(MESSAGE)
        .then(() => undefined, String);
      expect(error).toMatch(/^Error: The webhook/);
      expect(error).not.toContain("hunter2");
    }
  });
});

describe("telling", () => {
  const clock = { now: () => 1_767_607_200_000, sleep: async () => {} };
  const covers = () => true;

  it("tells each channel once, and never throws when one fails or the memory does", async () => {
    const told: string[] = [];
    const failures: string[] = [];
    let down = true;
    let now = clock.now();
    const notifier = (name: string, fails: () => boolean): Notifier => ({
      name,
      notify: async ({ state, openedAt }) => {
        if (fails()) throw new Error(`${name} is down`);
        told.push(`${name} ${state} ${openedAt}`);
      },
    });
    const ports = {
      owner: "moat",
      clock: { ...clock, now: () => now },
      notifiers: [notifier("bus", () => false), notifier("chat", () => down)],
      failed: ({ channel, error }: { readonly channel: string; readonly error: unknown }) =>
        void failures.push(`${channel}: ${String(error)}`),
    };
    const book = textInMemory();
    const seen = { book, format: bookText, covers, found: [INCIDENT], left: [INCIDENT] };
    expect(await tellIncidents(ports, seen)).toBe(1);
    expect(await tellIncidents(ports, seen)).toBe(0);
    expect(told).toEqual(["bus open 2026-01-05T10:00:00Z"]);
    expect(failures).toEqual(["chat: Error: chat is down"]);
    down = false;
    now += 300_000;
    expect(await tellIncidents(ports, seen)).toBe(0);
    expect(told.at(-1)).toBe("chat open 2026-01-05T10:00:00Z");
    await tellIncidents(ports, { ...seen, found: [], left: [] });
    expect(told.slice(2)).toEqual([
      "bus resolved 2026-01-05T10:00:00Z",
      "chat resolved 2026-01-05T10:00:00Z",
    ]);
    expect((await book.read())?.text).toBe('{"version":1,"incidents":{}}');

    const broken = { read: async () => Promise.reject(new Error("no bucket")), write: async () => false };
    expect(await tellIncidents(ports, { ...seen, book: broken })).toBe(1);
    expect(failures.at(-1)).toBe("memory of incidents: Error: no bucket");
  });

  it("of two runs that see the same at once, lets one tell it", async () => {
    const told: string[] = [];
    const notifiers = [{ name: "bus", notify: async () => void told.push("bus") }];
    const ports = { owner: "moat", clock, notifiers, failed: () => {} };
    const seen = { book: textInMemory(), format: bookText, covers, found: [INCIDENT], left: [INCIDENT] };
    await Promise.all(Array.from({ length: 4 }, () => tellIncidents(ports, seen)));
    expect(told).toEqual(["bus"]);
  });

  it("tells fifty of a flood at once, and the rest later", async () => {
    const told: number[] = [];
    let now = clock.now();
    const notifiers = [{ name: "bus", notify: async () => void told.push(1) }];
    const ports = { owner: "moat", clock: { ...clock, now: () => now }, notifiers, failed: () => {} };
    const flood = Array.from({ length: 120 }, (_, i) => ({ ...INCIDENT, key: `drift ${i}` }));
    const seen = { book: textInMemory(), format: bookText, covers, found: flood, left: flood };
    const counts: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      await tellIncidents(ports, seen);
      counts.push(told.length);
      now += 120_000;
    }
    expect(counts).toEqual([50, 100, 120, 120]);
  });

  it("takes a memory that makes no sense for none", () => {
    for (const text of ["", "{", "[]", '{"version":2}']) expect(bookText.read(text).size).toBe(0);
  });
});
