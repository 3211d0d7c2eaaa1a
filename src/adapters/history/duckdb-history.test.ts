import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HistoryObject, Summary } from "../../core/history/summary.ts";
import { type FlowHistory, HistoryFault } from "../../ports/flow-history.ts";
import { inProcessRequestHandler } from "../../sandbox/aws/in-process.ts";
import { createSandboxAws } from "../../sandbox/aws/sandbox-aws.ts";
import { awsClients } from "../aws/aws-clients.ts";
import { compactHistory } from "./compact-history.ts";
import { duckdbHistory } from "./duckdb-history.ts";
import { expireHistory } from "./expire-history.ts";
import { folderStore } from "./folder-store.ts";
import { fetchedFiles, filesOfFolder } from "./history-files.ts";
import type { HistoryStore } from "./history-store.ts";
import { historyWriter } from "./history-writer.ts";
import { s3Store } from "./s3-store.ts";

const ORDERS = "arn:aws:rds:eu-west-1:111122223333:db:orders";
const HOUR_MS = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 7, 16) / 1000;
const object = (digest: string, over: Partial<HistoryObject> = {}): HistoryObject => ({
  digest,
  account: "111122223333",
  region: "eu-west-1",
  flowLog: "fl-0123456789abcdef0",
  slotStart: MIDNIGHT,
  records: 10,
  noData: 0,
  skipData: 0,
  malformed: 0,
  complete: true,
  ...over,
});
const summary = (over: Partial<Summary> = {}): Summary => ({
  databaseArn: ORDERS,
  databaseSide: "provider",
  hour: MIDNIGHT,
  consumer: "10.0.1.10",
  provider: "10.0.9.5",
  port: 3306,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  packets: 10,
  bytes: 999,
  firstSeen: MIDNIGHT + 60,
  lastSeen: MIDNIGHT + 120,
  orientedBy: "syn",
  ...over,
});

interface Kept {
  readonly store: HistoryStore;
  readonly history: FlowHistory;
  remove(): Promise<void>;
}

async function inFolder(): Promise<Kept> {
  const folder = await mkdtemp(join(tmpdir(), "moat-history-"));
  return {
    store: folderStore(folder),
    history: duckdbHistory(filesOfFolder(folder)),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function inS3(): Promise<Kept> {
  const sandbox = createSandboxAws();
  const clients = awsClients({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    requestHandler: inProcessRequestHandler(sandbox),
    env: {},
  });
  sandbox.s3.createBucket({ name: "moat-history", accountId: "111122223333", region: "eu-west-1" });
  const store = s3Store(clients, { bucket: "moat-history", prefix: "v1" });
  return { store, history: duckdbHistory(fetchedFiles(store)), remove: async () => clients.close() };
}

describe.each([
  { place: "a folder", make: inFolder },
  { place: "S3", make: inS3 },
])("history in $place, through DuckDB", ({ make }) => {
  let kept: Kept;
  let history: FlowHistory;
  let add: (digest: string, summaries: readonly Summary[]) => Promise<void>;
  /** By the clock of the store, which in the sandbox is another one. */
  const compact = async (graceMs = 0) => {
    const newest = Math.max(...(await kept.store.list("")).map((f) => f.modified));
    return compactHistory(kept.store, { now: newest + HOUR_MS, graceMs });
  };
  const counts = async () => (await history.consumers({})).map((c) => c.records);
  const paths = async () => (await kept.store.list("")).map((f) => f.path.slice(f.path.lastIndexOf("/") + 1));
  beforeEach(async () => {
    kept = await make();
    history = kept.history;
    const writer = historyWriter(kept.store);
    add = (digest, summaries) => writer.add(object(digest), summaries);
  });
  afterEach(async () => {
    await history.close();
    await kept.remove();
  });

  it("has no rows where nothing was written", async () => {
    expect([await history.consumers({}), await history.logHours({})]).toEqual([[], []]);
  });

  it("adds the records of several objects up, with the earliest and the latest time", async () => {
    await add("aa", [summary()]);
    await add("bb", [summary({ records: 5, lastSeen: MIDNIGHT + 400 })]);
    expect(await history.consumers({})).toEqual([
      {
        databaseArn: ORDERS,
        databaseSide: "provider",
        consumer: "10.0.1.10",
        provider: "10.0.9.5",
        port: 3306,
        protocol: "tcp",
        action: "ACCEPT",
        records: 7,
        firstSeen: MIDNIGHT + 60,
        lastSeen: MIDNIGHT + 400,
      },
    ]);
  });

  it("counts an object once, however often, from wherever and how far it was written before", async () => {
    const rows = [summary({ hour: MIDNIGHT - 3600 }), summary()];
    // The first try died between the two days.
    await add("aa", rows.slice(0, 1));
    await Promise.all([1, 2, 3].map(() => add("aa", rows)));
    expect(await counts()).toEqual([4]);
    expect(await paths()).toEqual(["aa.parquet", "aa.parquet"]);
  });

  it("sees what is written after it was first asked", async () => {
    await add("aa", [summary()]);
    await history.consumers({});
    await add("bb", [summary()]);
    expect((await history.consumers({})).map((c) => c.records)).toEqual([4]);
  });

  it("narrows by database, consumer and time, and takes a quote for what it is", async () => {
    await add("aa", [
      summary({ consumer: "10.0.1.11", lastSeen: MIDNIGHT + 1000 }),
      summary(),
      summary({ databaseArn: `${ORDERS}-2`, consumer: "10.0.1.12" }),
    ]);
    const who = async (range: Parameters<FlowHistory["consumers"]>[0]) =>
      (await history.consumers(range)).map((c) => c.consumer);
    expect(await who({ databaseArns: [ORDERS] })).toEqual(["10.0.1.10", "10.0.1.11"]);
    expect(await who({ consumer: "10.0.1.12" })).toEqual(["10.0.1.12"]);
    expect(await who({ since: MIDNIGHT + 500 })).toEqual(["10.0.1.11"]);
    expect(await who({ databaseArns: ["x' OR '1'='1"] })).toEqual([]);
  });

  it("keeps absent what the log format did not carry", async () => {
    const { port: _, protocol: __, action: ___, packets: ____, bytes: _____, ...bare } = summary();
    await add("aa", [bare]);
    const [row] = await history.consumers({});
    expect(Object.keys(row ?? {})).toEqual([
      "databaseArn",
      "databaseSide",
      "consumer",
      "provider",
      "records",
      "firstSeen",
      "lastSeen",
    ]);
  });

  it("counts the same before, while and after the files of a day become one", async () => {
    await add("aa", [summary({ hour: MIDNIGHT - 3600 }), summary()]);
    await add("bb", [summary({ records: 5, consumer: "10.0.1.11", lastSeen: MIDNIGHT + 400 })]);
    const before = await history.consumers({});
    // The small files are still there: somebody may be reading them.
    expect(await compact(2 * HOUR_MS)).toMatchObject({ compacted: 2, removed: 0, lost: 0 });
    expect(await history.consumers({})).toEqual(before);
    expect(await compact()).toMatchObject({ compacted: 0, removed: 3, lost: 0 });
    expect(await history.consumers({})).toEqual(before);
    expect(await paths()).toEqual(["compacted-000001.parquet", "compacted-000001.parquet"]);
  });

  it("does not count an object again that comes back after compaction, and takes in what is new", async () => {
    await add("aa", [summary()]);
    await compact();
    await add("aa", [summary()]);
    await add("bb", [summary({ records: 5 })]);
    expect(await counts()).toEqual([7]);
    await compact();
    expect(await counts()).toEqual([7]);
    expect(await paths()).toEqual(["compacted-000002.parquet"]);
    expect((await history.logHours({})).map((h) => [h.objects, h.records])).toEqual([[2, 20]]);
  });

  it("stands when two compact at once, and when one of them is late by generations", async () => {
    await add("aa", [summary()]);
    await add("bb", [summary({ records: 5 })]);
    // One that was held up between reading and writing: its file is of a generation that is past.
    const stale: { path: string; bytes: Uint8Array }[] = [];
    await compactHistory(
      {
        ...kept.store,
        putNew: async (path, bytes) => {
          stale.push({ path, bytes });
          return true;
        },
      },
      { now: 0, graceMs: 0 },
    );
    const reports = await Promise.all([compact(2 * HOUR_MS), compact(2 * HOUR_MS)]);
    expect(reports.reduce((n, r) => n + r.compacted, 0)).toBe(1);
    await add("cc", [summary({ records: 11 })]);
    await compact();
    expect(await paths()).toEqual(["compacted-000002.parquet"]);
    const [first] = stale;
    if (first === undefined) throw new Error("The late one wrote nothing");
    expect(await kept.store.putNew(first.path, first.bytes)).toBe(true);
    expect(await counts()).toEqual([18]);
    await compact();
    expect([await counts(), await paths()]).toEqual([[18], ["compacted-000002.parquet"]]);
  });

  it("drops days before one, and keeps the rest", async () => {
    await add("aa", [summary({ hour: MIDNIGHT - 3600 }), summary({ records: 9 })]);
    await compact();
    expect(await expireHistory(kept.store, "2026-08-16")).toBe(1);
    expect(await counts()).toEqual([9]);
  });

  it("tells which hours were logged, and by which flow log, also where nobody talked", async () => {
    const writer = historyWriter(kept.store);
    await writer.add(object("aa"), [summary()]);
    await writer.add(object("bb", { slotStart: MIDNIGHT + 7200, skipData: 3, complete: false }), []);
    const hours = await history.logHours({});
    expect(hours).toEqual([
      expect.objectContaining({ hourStart: MIDNIGHT, objects: 1, records: 10, skipData: 0, incomplete: 0 }),
      expect.objectContaining({ hourStart: MIDNIGHT + 7200, objects: 1, skipData: 3, incomplete: 1 }),
    ]);
    expect(await history.databaseLogs({})).toEqual([
      {
        databaseArn: ORDERS,
        account: "111122223333",
        region: "eu-west-1",
        flowLog: "fl-0123456789abcdef0",
      },
    ]);
  });
});

describe("a history that cannot be read", () => {
  it("is a fault where there is no folder, not a history without rows", async () => {
    const history = duckdbHistory(filesOfFolder(join(tmpdir(), randomUUID())));
    await expect(history.consumers({})).rejects.toThrow(HistoryFault);
  });

  it("is a fault where a file is damaged, for questions and for compaction", async () => {
    const { store, history, remove } = await inFolder();
    await historyWriter(store).add(object("aa"), [summary()]);
    const [file] = await store.list("");
    const path = join(store.name, file?.path ?? "");
    await writeFile(path, "PAR1 no more");
    await expect(history.consumers({})).rejects.toThrow(HistoryFault);
    await expect(compactHistory(store, { now: 0, graceMs: 0 })).rejects.toThrow(HistoryFault);
    expect((await readdir(join(path, ".."))).filter((n) => n.endsWith(".unfinished"))).toEqual([]);
    await history.close();
    await remove();
  });
});
