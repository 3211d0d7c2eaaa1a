import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";
import { type ChaosQueue, chaosQueue } from "./chaos-queue.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab, type QueueEvent } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";

const bundle = useBundle();
const python = {
  name: "ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const POISON = ["", "{", '{"Records":[{"eventSource":"aws:s3"}]}'];

describeWith(python, "the queue of objects when everything goes wrong that can", (found) => {
  let ministack: Ministack;
  let lab: LambdaLab;
  let queue: ChaosQueue;
  const sent = new Map<string, string>();

  beforeAll(async () => {
    lab = await lambdaLab(bundle());
    const { region } = lab.company;
    ministack = await startMinistack(found, "111122223333", region);
    queue = await chaosQueue("Objects", ministack, region);
  });
  afterAll(async () => {
    queue?.close();
    await ministack?.stop();
    await lab?.close();
  });

  const send = async (body: string, what: string): Promise<void> =>
    void sent.set(await queue.send(body), what);

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
    const events = await queue.batches();
    let handled = 0;
    let lambda = await lab.start();
    for (const event of events) {
      const failed = await attempt(lambda, event, timeoutMs, dies);
      if (dies) lambda = await lab.start();
      for (const { messageId, receiptHandle } of event.Records) {
        if (failed.includes(messageId)) continue;
        handled += 1;
        await queue.done(receiptHandle);
      }
    }
    await lambda.stop();
    await queue.shownAgain();
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
    expect(await queue.left()).toBe(0);
  });

  it("and the dead-letter queue holds the poison, all of it and nothing else", async () => {
    const kinds = (await queue.dead()).map((id) => sent.get(id) ?? "unknown");
    expect(kinds).toEqual(POISON.map(() => "poison"));
  });
});
