import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { s3FlowLogObject } from "../../src/adapters/aws/s3-flow-logs.ts";
import { compactHistory } from "../../src/adapters/history/compact-history.ts";
import { duckdbHistory } from "../../src/adapters/history/duckdb-history.ts";
import { fetchedFiles } from "../../src/adapters/history/history-files.ts";
import type { HistoryStore } from "../../src/adapters/history/history-store.ts";
import { historyWriter } from "../../src/adapters/history/history-writer.ts";
import { objectDigest } from "../../src/adapters/history/object-digest.ts";
import { s3Store } from "../../src/adapters/history/s3-store.ts";
import { planDatabases } from "../../src/app/plan-databases.ts";
import { readBatches } from "../../src/app/read-batches.ts";
import { readHistory } from "../../src/app/read-history.ts";
import { recordObjects } from "../../src/app/record-object.ts";
import { databaseAddresses } from "../../src/core/inventory/database-addresses.ts";
import type { Inventory } from "../../src/core/inventory/model.ts";
import { AwsFault } from "../../src/ports/aws-fault.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { createSandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { database, group, inventory, networkInterface, rule } from "../fixtures/inventory.ts";
import { SETTINGS } from "../fixtures/plan.ts";
import { policy } from "../fixtures/policy.ts";
import { type Dice, dice } from "./dice.ts";
import { memoryStore } from "./memory-store.ts";

/**
 * Messages that come twice, late and out of order, handlers and compactions that fail or die at any call, all at once:
 * in the end every record is counted once.
 */
const HEADER = "srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags log-status";
const START = Date.UTC(2026, 7, 15, 22) / 1000;
const world: Inventory = inventory({
  databases: [database("orders", ["sg-old"])],
  securityGroups: [group("sg-old", [rule("10.0.0.0/16")])],
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.9.5"], ["sg-old"], { description: "RDSNetworkInterface" }),
  ],
});
const addresses = databaseAddresses(world, "moat", new Map());
const caller = {
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
  env: {},
};

/** One object in its five minutes, and how many records each consumer has in it. */
interface Written {
  readonly key: string;
  readonly text: string;
  readonly truth: ReadonlyMap<string, number>;
}

function written(n: number, roll: Dice): Written {
  const start = START + n * 300;
  const at = new Date(start * 1000).toISOString().replace(/[-:]/g, "");
  const day = at.slice(0, 8).replace(/(\d{4})(\d{2})(\d{2})/, "$1/$2/$3");
  const name = `111122223333_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_${at.slice(0, 13)}Z_${String(n).padStart(8, "0")}.log.gz`;
  const truth = new Map<string, number>();
  const lines = Array.from({ length: 1 + roll.upTo(4) }, () => {
    const consumer = `10.0.1.${roll.upTo(6)}`;
    truth.set(consumer, (truth.get(consumer) ?? 0) + 1);
    return `${consumer} 10.0.9.5 ${40_000 + roll.upTo(20_000)} 3306 6 3 180 ${start} ${start + 60} ACCEPT 2 OK`;
  });
  const key = `AWSLogs/111122223333/vpcflowlogs/eu-west-1/${day}/${name}`;
  return { key, text: [HEADER, ...lines, ""].join("\n"), truth };
}

const totals = (objects: readonly Written[]): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>();
  for (const { truth } of objects)
    for (const [consumer, records] of truth) sum.set(consumer, (sum.get(consumer) ?? 0) + records);
  return sum;
};

class Died extends Error {}

/** A store whose calls fail before or after they had an effect, or kill the process that made them. */
function unreliable(store: HistoryStore, roll: Dice, percent: number): HistoryStore {
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    await yieldTurn();
    const early = misfortune(roll, percent);
    if (early !== undefined) throw early;
    const done = await work();
    const late = misfortune(roll, percent);
    if (late !== undefined) throw late;
    return done;
  };
  return {
    name: store.name,
    list: (prefix, after) => around(() => store.list(prefix, after)),
    folders: (below) => around(() => store.folders(below)),
    read: (path) => around(() => store.read(path)),
    readPart: (path, start, end) => around(() => store.readPart(path, start, end)),
    put: (path, bytes) => around(() => store.put(path, bytes)),
    putNew: (path, bytes) => around(() => store.putNew(path, bytes)),
    remove: (path) => around(() => store.remove(path)),
  };
}

function misfortune(roll: Dice, percent: number): Error | undefined {
  if (roll.upTo(100) >= percent) return undefined;
  return roll.upTo(2) === 0
    ? new Died()
    : new AwsFault("unavailable", "ServiceUnavailable", "s3", "503", "Wait");
}

const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A queue that gives a message again until somebody took it to its end, and now and then even then. */
async function handle(
  queue: Written[],
  roll: Dice,
  take: (objects: readonly Written[]) => Promise<boolean>,
): Promise<void> {
  while (queue.length > 0) {
    const batch = Array.from({ length: Math.min(10, queue.length) }, () => {
      const [one] = queue.splice(roll.upTo(queue.length), 1);
      return one;
    }).flatMap((one) => one ?? []);
    if (!(await take(batch))) queue.push(...batch);
    else if (roll.upTo(20) === 0) queue.push(...batch.slice(0, 2));
  }
}

/** What a handler does with a batch: reads, then keeps. True when no message has to come again. */
async function keep(
  store: HistoryStore,
  batch: readonly Written[],
  read: (one: Written) => ReturnType<typeof s3FlowLogObject>,
): Promise<boolean> {
  try {
    const batches = batch.map((one, i) => ({ id: String(i), objects: [read(one)] }));
    const clock = { now: () => 0, sleep: async () => {} };
    const reading = await readBatches(batches, { clock });
    await recordObjects({ writer: historyWriter(store), digestOf: objectDigest }, reading.objects, addresses);
    return reading.failed.length === 0;
  } catch (error) {
    if (error instanceof Died || error instanceof AwsFault) return false;
    throw error;
  }
}

async function compacting(store: HistoryStore, until: () => boolean): Promise<void> {
  while (!until()) {
    try {
      await compactHistory(store, { now: Date.now(), graceMs: 0 });
    } catch (error) {
      if (!(error instanceof Died || error instanceof AwsFault)) throw error;
    }
    await yieldTurn();
  }
}

const inMemory = ({ key, text }: Written): ReturnType<typeof s3FlowLogObject> => ({
  name: `s3://logs/${key}`,
  key,
  async *read() {
    yield new TextEncoder().encode(text);
  },
});

async function counted(store: HistoryStore): Promise<ReadonlyMap<string, number>> {
  const history = duckdbHistory(fetchedFiles(store));
  const rows = await history.consumers({});
  await history.close();
  return new Map(rows.map((row) => [row.consumer, row.records]));
}

const sorted = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1));

describe("counting under failures", () => {
  const seeds = Number(process.env.MOAT_HISTORY_SEEDS ?? 40);

  it(`loses nothing and counts nothing twice, in ${seeds} seeds`, async () => {
    let died = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const roll = dice(seed, 1);
      const objects = Array.from({ length: 40 }, (_, n) => written(n, roll));
      const store = memoryStore();
      const queue = [...objects, ...objects.filter(() => roll.upTo(4) === 0)];
      let handlers = 2;
      const work = async (): Promise<void> => {
        await handle(queue, roll, async (batch) => {
          const done = await keep(unreliable(store, roll, 6), batch, inMemory);
          if (!done) died += 1;
          return done;
        });
        handlers -= 1;
      };
      const isOver = (): boolean => handlers === 0;
      const unreliableHere = unreliable(store, roll, 6);
      await Promise.all([
        work(),
        work(),
        compacting(unreliableHere, isOver),
        compacting(unreliableHere, isOver),
      ]);
      expect([seed, sorted(await counted(store))]).toEqual([seed, sorted(totals(objects))]);
      // Calm, then all of it again: compaction finishes, and what comes back is known.
      await compactHistory(store, { now: Date.now() + 1, graceMs: 0 });
      for (const object of objects.slice(0, 10)) await keep(store, [object], inMemory);
      expect([seed, sorted(await counted(store))]).toEqual([seed, sorted(totals(objects))]);
    }
    expect(died).toBeGreaterThan(seeds / 4);
  }, 120_000);
});

describe("S3, queue, two handlers, history, plan", () => {
  const OBJECTS = Number(process.env.MOAT_HISTORY_OBJECTS ?? 10_000);
  const sandbox = createSandboxAws();
  const clients = awsClients({ ...caller, requestHandler: inProcessRequestHandler(sandbox) });
  const roll = dice(7, 1);
  const objects = Array.from({ length: OBJECTS }, (_, n) => written(n, roll));

  beforeAll(() => {
    for (const name of ["logs", "moat-history"])
      sandbox.s3.createBucket({ name, accountId: "111122223333", region: "eu-west-1" });
    for (const { key, text } of objects) sandbox.s3.putObject("logs", key, Buffer.from(text));
  });
  afterAll(() => clients.close());

  it(`${OBJECTS} objects, with failures: the plan shows every consumer, counted once`, async () => {
    const store = s3Store(clients, { bucket: "moat-history", prefix: "v1" });
    const queue = [...objects, ...objects.slice(0, OBJECTS / 10)];
    const fromS3 = ({ key }: Written) => s3FlowLogObject(clients, { bucket: "logs", key });
    const take = (batch: readonly Written[]) => keep(unreliable(store, roll, 1), batch, fromS3);
    await Promise.all([handle(queue, roll, take), handle(queue, roll, take)]);
    await compactHistory(store, { now: Date.now(), graceMs: 0 });
    const history = duckdbHistory(fetchedFiles(store));
    const reading = await readHistory(history);
    await history.close();
    const { plan } = planDatabases({
      inventory: world,
      policy: policy({ workloads: [], ruleSets: [] }),
      settings: SETTINGS,
      history: reading,
    });
    const lost = plan.databases.flatMap((d) => d.losesAccess.map((l) => [l.consumer, l.records] as const));
    expect(lost).toEqual(sorted(totals(objects)));
  }, 400_000);
});
