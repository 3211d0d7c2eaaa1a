import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";
import { type ChaosQueue, chaosQueue, tries } from "./chaos-queue.ts";
import { useBundle } from "./lambda-bundle.ts";
import type { QueueEvent, QueueRecord } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess } from "./lambda-process.ts";
import { type ReconcileLab, reconcileLab, whileTimePasses } from "./reconcile-lab.ts";

const bundle = useBundle();
const python = {
  name: "ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const ENOUGH_MS = 300_000;
const RULES = ["10.20.1.21/32 5432", "10.20.1.31/32 5432"];

/** Invokes, and kills the function once it has made this many calls. @returns what it answered, if it lived */
async function killedAfter(
  company: ReconcileLab,
  lambda: LambdaProcess,
  event: QueueEvent,
  isLast: (operation: string, made: number) => boolean,
): Promise<Invocation | undefined> {
  let made = 0;
  let end = (): void => {};
  const reached = new Promise<undefined>((resolve) => {
    end = company.lab.aws.sandbox.onCall(({ phase, call }) => {
      if (phase !== "after") return;
      made += 1;
      if (isLast(call.operation, made)) resolve(undefined);
    });
  });
  const answer = await whileTimePasses(company.lab, () =>
    Promise.race([reached, lambda.invoke(event, ENOUGH_MS)]),
  );
  end();
  await lambda.stop();
  return answer;
}

describeWith(python, "the queue of databases when everything goes wrong that can", (found) => {
  let ministack: Ministack;
  let queue: ChaosQueue;
  let company: ReconcileLab;
  const sent = new Map<string, string>();
  /** Sequence numbers of what was worked on, in the order in which that ended, by message group. */
  const worked = new Map<string, string[]>();

  beforeAll(async () => {
    company = await reconcileLab(bundle);
    const { region } = company.lab.company;
    ministack = await startMinistack(found, "111122223333", region);
    queue = await chaosQueue("Databases", ministack, region);
  });
  afterAll(async () => {
    queue?.close();
    await ministack?.stop();
    await company?.lab.close();
  });

  async function send(body: string, group: string, deduplicationId: string, what: string): Promise<void> {
    sent.set(await queue.send(body, { group, deduplicationId }), what);
  }

  /** Ids that failed; all of them when the function died. */
  async function attempt(lambda: LambdaProcess, event: QueueEvent, chaos: Chaos): Promise<readonly string[]> {
    const all = event.Records.map(({ messageId }) => messageId);
    const { killAt, timeoutMs = ENOUGH_MS } = chaos;
    if (killAt !== undefined) {
      await killedAfter(company, lambda, event, (operation) => operation === killAt);
      return all;
    }
    const { failed, error } = await whileTimePasses(company.lab, () => lambda.invoke(event, timeoutMs));
    return error === undefined ? failed : all;
  }

  interface Chaos {
    readonly killAt?: string;
    readonly timeoutMs?: number;
  }

  /** Stands in for Lambda's poller. @returns how many messages were worked on */
  async function pass(chaos: Chaos = {}): Promise<number> {
    const events = await queue.batches();
    let handled = 0;
    let lambda = await company.start();
    for (const event of events) {
      const failed = await attempt(lambda, event, chaos);
      if (chaos.killAt !== undefined) lambda = await company.start();
      for (const record of event.Records) {
        if (failed.includes(record.messageId)) continue;
        handled += 1;
        const { MessageGroupId: group = "", SequenceNumber: number = "" } = record.attributes;
        worked.set(group, [...(worked.get(group) ?? []), number]);
        await queue.done(record.receiptHandle);
      }
    }
    await lambda.stop();
    await queue.shownAgain();
    return handled;
  }

  it("begins with every database named three times, once as a duplicate, and poison between", async () => {
    for (const id of ["orders", "ledger", "orders-dev"]) {
      const first = company.message(id, "request-1");
      await send(first.body, first.group, first.deduplicationId, `${id} 1`);
      // The queue itself swallows this one.
      await send(first.body, first.group, first.deduplicationId, `${id} 1`);
      if (id === "orders") await send("{", first.group, "poison-in-a-group", "poison");
      // Another request about the same thing: the queue cannot know that it is.
      const second = company.message(id, "request-2");
      await send(second.body, second.group, second.deduplicationId, `${id} 2`);
    }
    const foreign = company.message("orders", "x").body.replaceAll("111122223333", "999999999999");
    for (const [n, body] of ["", '{"version":2}', foreign].entries())
      await send(body, `poison-${n}`, `poison-${n}`, "poison");
    expect(await queue.left()).toBe(10);
  });

  it("first the function is killed when its new group stands empty", async () => {
    expect(await pass({ killAt: "CreateSecurityGroup" })).toBe(0);
  });

  it("then when two groups are attached", async () => {
    expect(await pass({ killAt: "ModifyDBInstance" })).toBe(0);
  });

  it("then the PCE is too slow for the function's time", async () => {
    const end = company.lab.pce.sandbox.faults.add({
      when: () => true,
      answer: { kind: "slow", delayMs: 400 },
    });
    const handled = await pass({ timeoutMs: 1_000 });
    end();
    expect(handled).toBe(0);
  });

  it("then one database's calls fail, and only its message comes again", async () => {
    const end = company.lab.aws.sandbox.faults.add({
      match: {
        operation: "ModifyDBInstance",
        predicate: (call) => JSON.stringify(call.input).includes('"ledger"'),
      },
      when: "before",
      error: { code: "ServiceUnavailable", httpStatus: 503, message: "for a while" },
    });
    const handled = await pass();
    end();
    expect(handled).toBe(2);
    expect(company.lab.rules("ledger")).not.toEqual(RULES);
  });

  it("in the end nothing is lost: each database is behind its moat, its messages in order", async () => {
    for (let round = 0; round < 3 * tries("Databases") && (await queue.left()) > 0; round += 1) await pass();
    expect(await queue.left()).toBe(0);
    expect(company.lab.rules("ledger")).toEqual(RULES);
    expect(company.lab.admits("scanner", "orders")).toBe(false);
    expect(company.lab.admits("web-1", "orders")).toBe(true);
    // Twice each: what a duplicate said was said once.
    expect([...worked.values()].map((numbers) => numbers.length)).toEqual([2, 2, 2]);
    for (const numbers of worked.values()) expect(numbers).toEqual(numbers.toSorted());
  });

  it("nobody was cut who may connect, and nobody let in who may not, at any moment of it", () => {
    expect(company.admitted.changes()).toBeGreaterThan(10);
    expect(company.admitted.violations()).toEqual([]);
  });

  it("and the dead-letter queue holds the poison, all of it and nothing else", async () => {
    const kinds = (await queue.dead()).map((id) => sent.get(id) ?? "unknown");
    expect(kinds).toEqual(["poison", "poison", "poison", "poison"]);
  });
});

describe("a batch of the queue of databases", () => {
  let company: ReconcileLab;
  beforeAll(async () => {
    company = await reconcileLab(bundle);
  });
  afterAll(() => company?.lab.close());

  const recordOf = (body: string, group: string, n: number): QueueRecord => ({
    messageId: `message-${n}`,
    receiptHandle: `handle-${n}`,
    body,
    attributes: { MessageGroupId: group, SequenceNumber: String(n) },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:moat.fifo",
    awsRegion: "eu-west-1",
  });
  const reconciled = ({ lines }: Invocation): readonly unknown[] =>
    lines.filter(({ message }) => message === "reconciled").map(({ database }) => database);

  it("fails what failed and what came after it of the same database, and works on the others", async () => {
    const [orders, ledger] = [company.message("orders", "1"), company.message("ledger", "1")];
    const lambda = await company.start();
    const records = [
      recordOf(orders.body, orders.group, 1),
      recordOf("{", orders.group, 2),
      recordOf(orders.body, orders.group, 3),
      recordOf(ledger.body, ledger.group, 4),
    ];
    const answer = await whileTimePasses(company.lab, () => lambda.invoke({ Records: records }, ENOUGH_MS));
    await lambda.stop();
    expect(answer.failed).toEqual(["message-2", "message-3"]);
    expect(reconciled(answer)).toEqual([company.arn("orders"), company.arn("ledger")]);
  });
});
