import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";
import { templateOf } from "./hub-stack.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent, type QueueRecord } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";

const bundle = useBundle();
const python = {
  name: "ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const VISIBILITY_S = 2;
const POISON = ["", "{", '{"Records":[{"eventSource":"aws:s3"}]}'];

/** How often a message may fail, by the template. */
function tries(): number {
  const queues = Object.entries(templateOf("moat-hub").Resources).filter(([name]) =>
    /^Objects.{8}$/.test(name),
  );
  const [count] = queues.flatMap(([, { Properties }]) => {
    const { RedrivePolicy } = Properties as { RedrivePolicy?: { maxReceiveCount: number } };
    return RedrivePolicy?.maxReceiveCount ?? [];
  });
  if (count === undefined) throw new Error("The template has no queue of objects that gives up");
  return count;
}

describeWith(python, "the queue of objects when everything goes wrong that can", (found) => {
  let ministack: Ministack;
  let lab: LambdaLab;
  let sqs: SQSClient;
  let main: string;
  let dead: string;
  let deadIds: readonly string[] = [];
  const sent = new Map<string, string>();

  beforeAll(async () => {
    lab = await lambdaLab(bundle());
    const { region } = lab.company;
    ministack = await startMinistack(found, "111122223333", region);
    sqs = new SQSClient({
      endpoint: ministack.url,
      region,
      credentials: { accessKeyId: "111122223333", secretAccessKey: "x" },
    });
    dead = await queue("objects-dead", {});
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ["QueueArn"] }),
    );
    main = await queue("objects", {
      VisibilityTimeout: String(VISIBILITY_S),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: tries() }),
    });
  });
  afterAll(async () => {
    sqs?.destroy();
    await ministack?.stop();
    await lab?.close();
  });

  const queue = async (QueueName: string, Attributes: Record<string, string>): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";

  async function send(body: string, what: string): Promise<void> {
    const { MessageId = "" } = await sqs.send(
      // SQS takes no empty message.
      new SendMessageCommand({ QueueUrl: main, MessageBody: body === "" ? " " : body }),
    );
    sent.set(MessageId, what);
  }

  const receive = async (QueueUrl: string): Promise<readonly Message[]> =>
    (
      await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ["All"] }),
      )
    ).Messages ?? [];

  const eventOf = (messages: readonly Message[]): QueueEvent => ({
    Records: messages.map(
      ({ MessageId = "", ReceiptHandle = "", Body = "", Attributes = {} }): QueueRecord => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes,
        messageAttributes: {},
        md5OfBody: "",
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:objects",
        awsRegion: "eu-west-1",
      }),
    ),
  });

  /** Invokes, and answers the ids that failed; all of them when the function died. */
  async function attempt(
    lambda: LambdaProcess,
    event: QueueEvent,
    timeoutMs: number,
    dies: boolean,
  ): Promise<readonly string[]> {
    const all = event.Records.map(({ messageId }) => messageId);
    const timer = setInterval(() => lab.clock.advance(30_000), 50);
    try {
      if (!dies) {
        const { failed, error } = await lambda.invoke(event, timeoutMs);
        return error === undefined ? failed : all;
      }
      const inTheMiddle = new Promise<void>((resolve) => {
        const end = lab.aws.sandbox.onCall(({ phase, call }) => {
          if (phase !== "after" || !["CreateSecurityGroup", "GetObject"].includes(call.operation)) return;
          end();
          resolve();
        });
      });
      // Poison calls nothing: then the function dies before the queue hears of its answer.
      await Promise.race([inTheMiddle, lambda.invoke(event, timeoutMs)]);
      await lambda.stop();
      return all;
    } finally {
      clearInterval(timer);
    }
  }

  /** Stands in for Lambda's poller: takes what is visible now, in batches of ten, then waits until the rest is again. */
  async function pass(timeoutMs: number, dies = false): Promise<number> {
    const events: QueueEvent[] = [];
    for (let got = await receive(main); got.length > 0; got = await receive(main)) events.push(eventOf(got));
    const visibleAt = performance.now() + VISIBILITY_S * 1_000 + 200;
    let handled = 0;
    let lambda = await lab.start();
    for (const event of events) {
      const failed = await attempt(lambda, event, timeoutMs, dies);
      if (dies) lambda = await lab.start();
      for (const { messageId, receiptHandle } of event.Records) {
        if (failed.includes(messageId)) continue;
        handled += 1;
        await sqs.send(new DeleteMessageCommand({ QueueUrl: main, ReceiptHandle: receiptHandle }));
      }
    }
    await lambda.stop();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, visibleAt - performance.now())));
    return handled;
  }

  const ENOUGH_MS = 300_000;

  it("begins with every object announced twice, and poison between", async () => {
    const { Records } = await lab.work();
    expect(Records.length).toBeGreaterThan(2);
    for (const { body } of Records) for (const copy of [1, 2]) await send(body, `object ${copy}`);
    for (const body of POISON) await send(body, "poison");
  });

  it("first the function is killed in the middle", async () => {
    expect(await pass(ENOUGH_MS, true)).toBe(0);
  });

  it("then the PCE is too slow for the function's time", async () => {
    const end = lab.pce.sandbox.faults.add({ when: () => true, answer: { kind: "slow", delayMs: 400 } });
    expect(await pass(1_000)).toBe(0);
    end();
  });

  it("then one object in two cannot be read", async () => {
    let n = 0;
    const end = lab.aws.sandbox.faults.add({
      match: { service: "s3", operation: "GetObject", predicate: () => (n++ >> 3) % 2 === 0 },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "for a while" },
    });
    await pass(ENOUGH_MS);
    end();
  });

  it("then the PCE gives no policy", async () => {
    const end = lab.pce.sandbox.faults.add({ when: () => true, answer: { kind: "status", status: 403 } });
    await pass(ENOUGH_MS);
    end();
  });

  it("in the end nothing is lost: every flow at the PCE, every database behind its moat", async () => {
    for (let round = 0; round < 3; round += 1) await pass(ENOUGH_MS);
    expect([...new Set(lab.flows())]).toEqual(lab.usualFlows);
    expect(lab.rules("ledger")).toEqual(["10.20.1.21/32 5432", "10.20.1.31/32 5432"]);
    expect(lab.admits("scanner", "orders")).toBe(false);
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: main, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
    });
  });

  it("and the dead-letter queue holds the poison, all of it and nothing else", async () => {
    for (let messages = await receive(dead); messages.length > 0; messages = await receive(dead))
      deadIds = [...deadIds, ...messages.map(({ MessageId = "" }) => MessageId)];
    const kinds = deadIds.map((id) => sent.get(id) ?? "unknown");
    expect(kinds).toEqual(POISON.map(() => "poison"));
  });
});
