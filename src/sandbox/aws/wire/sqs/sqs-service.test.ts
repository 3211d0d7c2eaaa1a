import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { describe, expect, it, vi } from "vitest";
import { longPolling } from "../../model/sqs/sqs-region.ts";
import { createSandboxAws } from "../../sandbox-aws.ts";
import { clientConfig } from "../../testing/rds-world.ts";

async function sqsWorld(QueueName = "jobs", Attributes: Record<string, string> = {}) {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const { world } = sandbox;
  const client = new SQSClient({
    ...clientConfig(sandbox),
  });
  const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  const send = (
    MessageBody: string,
    more: { MessageGroupId?: string; MessageDeduplicationId?: string } = {},
  ) => client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (MaxNumberOfMessages = 10, url = QueueUrl): Promise<Message[]> =>
    (
      await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages,
          MessageSystemAttributeNames: ["All"],
        }),
      )
    ).Messages ?? [];
  return { world, client, QueueUrl, send, receive };
}

it("gives attributes only to those who ask", async () => {
  const { client, QueueUrl } = await sqsWorld();
  const MessageAttributes = { kind: { DataType: "String", StringValue: "x" } };
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "m", MessageAttributes }));
  const ask = async (more: object) => {
    const input = { QueueUrl, VisibilityTimeout: 0, ...more };
    const [message] = (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
    return [Object.keys(message?.Attributes ?? {}).length, message?.MessageAttributes];
  };
  expect(await ask({})).toEqual([0, undefined]);
  expect(await ask({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] })).toEqual([1, undefined]);
  expect(await ask({ AttributeNames: ["All"], MessageAttributeNames: ["All"] })).toEqual([
    4,
    MessageAttributes,
  ]);
});

const bodies = (messages: readonly Message[]) => messages.map((message) => message.Body);

describe("standard queues", () => {
  it("hide a received message for the visibility timeout and count how often it was received", async () => {
    const { world, client, QueueUrl, send, receive } = await sqsWorld("jobs", { VisibilityTimeout: "60" });
    await send("one");
    const [first] = await receive();
    expect(first?.Attributes?.ApproximateReceiveCount).toBe("1");
    expect(await receive()).toEqual([]);
    world.clock.advance(60_000);
    const [second] = await receive();
    expect(second?.Attributes?.ApproximateReceiveCount).toBe("2");

    // The outdated handle succeeds and deletes nothing.
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    const shown = { QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 };
    await client.send(new ChangeMessageVisibilityCommand(shown));
    const [third] = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
    world.clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  it("move a message to the dead-letter queue after so many receives", async () => {
    const setup = await sqsWorld("dead");
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:111122223333:dead";
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: "2" });
    const { client, world, receive, QueueUrl: deadUrl } = setup;
    const created = await client.send(
      new CreateQueueCommand({ QueueName: "jobs", Attributes: { RedrivePolicy } }),
    );
    const QueueUrl = created.QueueUrl ?? "";
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));
    for (const want of [["poison"], ["poison"], []]) {
      expect(bodies(await receive(10, QueueUrl))).toEqual(want);
      world.clock.advance(30_000);
    }
    expect(bodies(await receive(10, deadUrl))).toEqual(["poison"]);
  });

  it("take batches and report what failed of them", async () => {
    const { client, QueueUrl, receive } = await sqsWorld();
    const Entries = Array.from({ length: 3 }, (_, index) => ({ Id: `e${index}`, MessageBody: `m${index}` }));
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map((entry) => entry.Id)).toEqual(["e0", "e1", "e2"]);
    const received = await receive(2);
    expect(bodies(received)).toEqual(["m0", "m1"]);
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "good", ReceiptHandle: received[0]?.ReceiptHandle },
          { Id: "bad", ReceiptHandle: "nonsense" },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: "good" }]);
    expect(deleted.Failed?.[0]).toMatchObject({ Id: "bad", Code: "ReceiptHandleIsInvalid" });
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
      QueueArn: "arn:aws:sqs:us-east-1:111122223333:jobs",
    });
  });

  it("are found by name, or do not exist", async () => {
    const { client, QueueUrl } = await sqsWorld();
    expect(QueueUrl).toBe("https://sqs.us-east-1.amazonaws.com/111122223333/jobs");
    expect((await client.send(new GetQueueUrlCommand({ QueueName: "jobs" }))).QueueUrl).toBe(QueueUrl);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: "nobody" }))).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      Code: "AWS.SimpleQueueService.NonExistentQueue",
    });
  });
});

it("waits for a message only where long polling is on", async () => {
  const { world, client, QueueUrl, send } = await sqsWorld();
  const wait = () => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect((await wait()).Messages).toBeUndefined();
  world.part(longPolling).enabled = true;
  const waiting = wait();
  await send("late");
  await vi.waitFor(() => expect(world.clock.nextDueMs()).toBeDefined());
  world.clock.advance(1_000);
  expect(bodies((await waiting).Messages ?? [])).toEqual(["late"]);
});

describe("FIFO queues", () => {
  it("keep the order within a group and hold it back while one of it is in flight", async () => {
    const { world, client, QueueUrl, send, receive } = await sqsWorld("jobs.fifo", { FifoQueue: "true" });
    for (const [group, body] of [
      ["a", "a1"],
      ["a", "a2"],
      ["b", "b1"],
    ] as const) {
      await send(body, { MessageGroupId: group, MessageDeduplicationId: body });
    }
    const [first] = await receive(1);
    expect(first?.Body).toBe("a1");
    expect(bodies(await receive())).toEqual(["b1"]);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(bodies(await receive())).toEqual(["a2"]);
    world.clock.advance(30_000);
    expect(bodies(await receive())).toEqual(["a2", "b1"]);
  });

  it("swallow a duplicate for five minutes", async () => {
    const { world, send, receive } = await sqsWorld("jobs.fifo", {
      FifoQueue: "true",
      ContentBasedDeduplication: "true",
    });
    const first = await send("same", { MessageGroupId: "g" });
    const second = await send("same", { MessageGroupId: "g" });
    expect(second.MessageId).toBe(first.MessageId);
    expect(bodies(await receive())).toEqual(["same"]);
    world.clock.advance(300_000);
    expect((await send("same", { MessageGroupId: "g" })).MessageId).not.toBe(first.MessageId);
    await expect(send("x")).rejects.toMatchObject({ name: "MissingParameter" });
  });
});
