import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqsQueue } from "../../src/sandbox/aws/model/sqs/queue.ts";
import {
  deleteMessage,
  type ReceivedMessage,
  receiveMessages,
} from "../../src/sandbox/aws/model/sqs/receive.ts";
import { sendMessage } from "../../src/sandbox/aws/model/sqs/send.ts";
import { LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { dice } from "../simulation/dice.ts";
import { runCli } from "../support/run-cli.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type LambdaLab, lambdaLab } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";

/**
 * The way of the data, whole: S3 tells a queue, two bundled functions in processes of their own take from it as Lambda
 * has them do, and a plan is held against what they kept. Objects come twice and in no order, reads and writes fail,
 * processes die between any two calls, and both put the history together at once: in the end every record is counted
 * once. What goes wrong is drawn from a seed; which process meets it is not, and does not matter.
 */
const OBJECTS = Number(process.env.MOAT_LAMBDA_OBJECTS ?? 10_000);
const STATE = "moat-state";
const HISTORY = `s3://${STATE}/history`;
const POLICY = join(import.meta.dirname, "../../examples/orders/policy.yaml");
const SCHEDULED = { source: "aws.events", "detail-type": "Scheduled Event" };
const HEADER = "srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags log-status";
const START = Date.UTC(2026, 7, 15, 22) / 1000;
/** Flow logs that deliver in the same five minutes. */
const FLOW_LOGS = 4;
/** Most messages of one event, as the template says. */
const BATCH = 10;
/** How long the queue hides what was handed out. */
const HIDDEN_MS = 1_800_000;

const DATABASE = { id: "ledger", address: "10.20.9.30", port: 5432 };
/** One that policy allows there, and others whom it does not know. */
const ALLOWED = "10.20.1.31";
const CONSUMERS = [ALLOWED, ...Array.from({ length: 20 }, (_, n) => `10.20.7.${n + 1}`)];

interface Seen {
  readonly consumer: string;
  readonly records: number;
}

/** Records of each consumer. */
type Counts = Map<string, number>;
const add = (counts: Counts, key: string, records = 1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + records);
function countsOf(seen: readonly Seen[]): Counts {
  const counts: Counts = new Map();
  for (const { consumer, records } of seen) add(counts, consumer, records);
  return counts;
}
const sorted = (counts: Counts): readonly (readonly [string, number])[] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1));

const bundle = useBundle();

describe(`${OBJECTS} flow-log objects, two functions, and everything that can go wrong`, () => {
  const roll = dice(11, 1);
  const truth: Counts = new Map();
  const happened = { deaths: 0, failures: 0, twice: 0 };
  /** The two functions. One that died is started anew. */
  const functions: LambdaProcess[] = [];
  let lab: LambdaLab;
  let queue: SqsQueue;
  /** Messages at the beginning. */
  let announced = 0;
  let env: NodeJS.ProcessEnv;

  /** One object, told of by S3; what is in it is added to the truth. */
  function deliver(n: number, account: string): void {
    const start = START + Math.floor(n / FLOW_LOGS) * 300;
    const at = new Date(start * 1000).toISOString().replace(/[-:]/g, "");
    const day = at.slice(0, 8).replace(/(\d{4})(\d{2})(\d{2})/, "$1/$2/$3");
    const name = `${account}_vpcflowlogs_eu-west-1_fl-0123456789abcdef${n % FLOW_LOGS}_${at.slice(0, 13)}Z_${String(n).padStart(8, "0")}.log.gz`;
    const lines = Array.from({ length: 1 + roll.upTo(3) }, () => {
      const { address, port } = DATABASE;
      const consumer = roll.pick(CONSUMERS);
      add(truth, consumer);
      return `${consumer} ${address} ${40_000 + roll.upTo(20_000)} ${port} 6 3 180 ${start} ${start + 60} ACCEPT 2 OK`;
    });
    const key = `AWSLogs/${account}/vpcflowlogs/eu-west-1/${day}/${name}`;
    lab.aws.sandbox.s3.putObject(LOG_BUCKET, key, Buffer.from([HEADER, ...lines, ""].join("\n")));
  }

  /**
   * Puts what S3 announced into messages of one object to twenty, as the form of its events allows, each twentieth
   * object twice, in no order.
   */
  function spread(): void {
    const records = queue.messages.flatMap(
      ({ body }) => (JSON.parse(body) as { Records: unknown[] }).Records,
    );
    expect(records).toHaveLength(OBJECTS);
    const shuffled = [...records, ...roll.some(records, 0.05)]
      .map((record) => ({ record, place: roll.roll() }))
      .sort((a, b) => a.place - b.place)
      .map(({ record }) => record);
    queue.messages = [];
    while (shuffled.length > 0) {
      const body = JSON.stringify({ Records: shuffled.splice(0, 1 + roll.upTo(20)) });
      sendMessage(lab.aws.sandbox.sqs(), queue, { body });
    }
    announced = queue.messages.length;
  }

  beforeAll(async () => {
    lab = await lambdaLab(bundle(), { observe: true });
    const { sandbox } = lab.aws;
    const { defaultAccountId: accountId } = sandbox.world;
    sandbox.s3.createBucket({ name: STATE, accountId, region: lab.company.region });
    sandbox.s3.putObject(STATE, "policy.yaml", readFileSync(POLICY));
    env = {
      MOAT_PCE_URL: undefined,
      MOAT_PCE_SECRET_ID: undefined,
      MOAT_POLICY: `s3://${STATE}/policy.yaml`,
      MOAT_HISTORY: HISTORY,
      // The objects are of a day that the clock of this machine may have passed long since.
      MOAT_HISTORY_DAYS: "36500",
      // Nothing is to be done at a database that is observed; the inventory is kept for a minute then.
      MOAT_QUEUE_URL: `${lab.endpoint}/moat.fifo`,
    };
    queue = sandbox.sqs().queue("flow-logs");
    for (let n = 0; n < OBJECTS; n += 1) deliver(n, accountId);
    spread();

    const denied = { code: "AccessDenied", httpStatus: 403, message: "for a while" };
    const slow = { code: "SlowDown", httpStatus: 503, message: "Please reduce your request rate." };
    const s3 = (operation: string, probability: number) => ({
      match: { service: "s3", operation, predicate: () => roll.chance(probability) },
    });
    sandbox.faults.add({ ...s3("GetObject", 0.001), when: "before", error: denied });
    sandbox.faults.add({ ...s3("GetObject", 0.002), when: "before", error: slow });
    sandbox.faults.add({ ...s3("PutObject", 0.0003), when: "before", error: denied });
    // It is written, and nobody hears of it.
    sandbox.faults.add({ ...s3("PutObject", 0.001), when: "after", error: "connectionReset" });
    // Somebody else has put the day together a moment before.
    const compacts = (input: unknown): boolean => JSON.stringify(input).includes("compacted-");
    sandbox.faults.add({
      match: { service: "s3", operation: "PutObject", predicate: ({ input }) => compacts(input) },
      when: "before",
      error: { code: "PreconditionFailed", httpStatus: 412, message: "At least one of them did not hold" },
      times: 2,
    });
  }, 120_000);
  afterAll(() => lab?.close());

  const receive = (): readonly ReceivedMessage[] =>
    receiveMessages(lab.aws.sandbox.sqs(), queue, { max: BATCH });
  const eventOf = (messages: readonly ReceivedMessage[]) => ({
    Records: messages.map(({ message, receiptHandle }) => ({
      messageId: message.messageId,
      receiptHandle,
      body: message.body,
      attributes: {},
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: queue.arn,
      awsRegion: lab.company.region,
    })),
  });

  /** Kills a process once some calls have been made, by whomever. */
  function doom(lambda: LambdaProcess): () => void {
    let left = 1 + roll.upTo(150);
    const end = lab.aws.sandbox.onCall(() => {
      left -= 1;
      if (left > 0) return;
      end();
      void lambda.stop();
    });
    return end;
  }

  /** One function at work, as Lambda's poller feeds it, until nothing is left to be had or somebody says stop. */
  async function work(place: number, isOver: () => boolean): Promise<void> {
    let lambda = await functionAt(place);
    for (let messages = receive(); messages.length > 0 && !isOver(); messages = receive()) {
      const spare = roll.chance(0.06) ? doom(lambda) : () => undefined;
      const answer = await lambda.answer(eventOf(messages));
      spare();
      if (answer === undefined) {
        happened.deaths += 1;
        lambda = await functionAt(place);
        continue;
      }
      const { failed, error } = answer;
      expect(error).toBeUndefined();
      if (failed.length > 0) happened.failures += 1;
      for (const { message, receiptHandle } of messages) {
        if (failed.includes(message.messageId)) continue;
        // SQS delivers at least once: what was deleted may come again.
        if (roll.chance(0.03)) happened.twice += 1;
        else deleteMessage(queue, receiptHandle);
      }
    }
  }

  async function functionAt(place: number): Promise<LambdaProcess> {
    const lambda = functions[place] ?? (await lab.start(env));
    functions[place] = lambda;
    void lambda.ended.then(() => {
      if (functions[place] === lambda) delete functions[place];
    });
    return lambda;
  }

  const showAgain = (): void => lab.clock.advance(HIDDEN_MS);
  /** Two functions take until the queue has so many messages. */
  const takeDownTo = (most: number) => {
    const isOver = (): boolean => queue.messages.length <= most;
    return Promise.all([work(0, isOver), work(1, isOver)]);
  };
  /** Both put the history together at the same moment; one of them may die over it. */
  async function compact(dies: boolean): Promise<void> {
    const [one, other] = [await functionAt(2), await functionAt(3)];
    const spare = dies ? doom(one) : () => undefined;
    await Promise.all([one, other].map((lambda) => lambda.answer(SCHEDULED)));
    spare();
  }

  it("takes a part of them, while the history is put together by two at once", async () => {
    await takeDownTo(announced * 0.8);
    await Promise.all([takeDownTo(announced * 0.75), compact(true)]);
    await compact(false);
  }, 300_000);

  it("takes the rest, until nothing is in the queue any more", async () => {
    for (let round = 0; queue.messages.length > 0 && round < 20; round += 1) {
      showAgain();
      await takeDownTo(0);
    }
    expect(queue.messages).toEqual([]);
    const conflicts = lab.aws.sandbox.calls.filter(({ seen }) => seen === "PreconditionFailed").length;
    // Which calls a death or a failure meets depends on how fast the two processes are; that some do does not.
    for (const [what, count] of Object.entries({ ...happened, conflicts }))
      expect(count, what).toBeGreaterThan(0);
  }, 300_000);

  it("has every record in the history, once, and shows the plan who would lose access", async () => {
    lab.aws.sandbox.faults.clear();
    const person = {
      AWS_ENDPOINT_URL: lab.endpoint,
      AWS_REGION: lab.company.region,
      AWS_ACCESS_KEY_ID: "AKIAPERSON0000000001",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    const asked = await runCli(["history", "query", "--aws", "live", "--history", HISTORY, "--json"], {
      env: person,
    });
    expect(asked.err).toBe("");
    const { consumers } = JSON.parse(asked.out) as { readonly consumers: readonly Seen[] };
    expect(sorted(countsOf(consumers))).toEqual(sorted(truth));

    const planned = await runCli(
      ["plan", "--aws", "live", "--policy", POLICY, "--history", HISTORY, "--json"],
      { env: person },
    );
    const { databases } = JSON.parse(planned.out) as {
      readonly databases: readonly { readonly id: string; readonly losesAccess: readonly Seen[] }[];
    };
    const losing = databases.filter(({ losesAccess }) => losesAccess.length > 0);
    expect(losing.map(({ id }) => id)).toEqual([DATABASE.id]);
    const lost = countsOf(losing.flatMap(({ losesAccess }) => losesAccess));
    expect(sorted(lost)).toEqual(sorted(truth).filter(([consumer]) => consumer !== ALLOWED));
  }, 120_000);
});
