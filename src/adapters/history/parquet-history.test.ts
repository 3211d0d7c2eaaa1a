import { beforeEach, describe, expect, it } from "vitest";
import { memoryStore } from "../../../test/simulation/memory-store.ts";
import { seenLately } from "../../core/history/seen-lately.ts";
import type { HistoryObject, Summary } from "../../core/history/summary.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { compactHistory } from "./compact-history.ts";
import type { HistoryStore } from "./history-store.ts";
import { historyWriter } from "./history-writer.ts";
import { parquetHistory } from "./parquet-history.ts";

const DAY = 86_400;
const MIDNIGHT = Date.UTC(2026, 7, 16) / 1000;
const arn = (name: string): string => `arn:aws:rds:eu-west-1:111122223333:db:${name}`;

const object = (digest: string, account = "111122223333"): HistoryObject => ({
  digest,
  account,
  region: "eu-west-1",
  flowLog: "fl-1",
  slotStart: MIDNIGHT,
  records: 10,
  noData: 0,
  skipData: 0,
  malformed: 0,
  complete: true,
});

const summary = (changes: Partial<Summary> = {}): Summary => ({
  databaseArn: arn("orders"),
  databaseSide: "provider",
  hour: MIDNIGHT,
  consumer: "10.0.1.10",
  provider: "10.0.9.5",
  port: 3306,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  firstSeen: MIDNIGHT + 60,
  lastSeen: MIDNIGHT + 90,
  orientedBy: "syn",
  ...changes,
});

describe("parquetHistory", () => {
  let files: HistoryStore;
  let store: HistoryStore;
  /** Bytes that were read, by path. */
  let read: Map<string, number>;
  beforeEach(() => {
    files = memoryStore();
    read = new Map();
    store = {
      ...files,
      readPart: async (path, start, end) => {
        read.set(path, (read.get(path) ?? 0) + end - start);
        return files.readPart(path, start, end);
      },
    };
  });
  const add = (digest: string, summaries: readonly Summary[], account?: string) =>
    historyWriter(files).add(object(digest, account), summaries);
  const compact = () => compactHistory(files, { now: Date.now() + DAY * 1000, graceMs: 0 });
  const ask = parquetHistory;
  const lately = seenLately([arn("orders")], MIDNIGHT + DAY, 2);

  it("says who was let in to the databases that are asked about, and nobody else", async () => {
    await add("aa", [
      summary(),
      summary({ consumer: "10.0.1.11", action: "REJECT" }),
      summary({ consumer: "10.0.1.12", protocol: "udp" }),
      summary({ consumer: "10.0.1.13", databaseSide: "consumer" }),
      summary({ consumer: "10.0.1.14", databaseArn: arn("ledger") }),
    ]);
    expect((await ask(store).consumers(lately)).map((c) => c.consumer)).toEqual(["10.0.1.10"]);
  });

  it("finds a database whose logs another account wrote", async () => {
    await add("aa", [summary()], "999900001111");
    await add("bb", [summary({ consumer: "10.0.1.11" })], "unknown");
    await compact();
    expect((await ask(store).consumers(lately)).map((c) => c.consumer)).toEqual(["10.0.1.10", "10.0.1.11"]);
  });

  it("looks into no folder of an account that is not asked about, and finds a shared VPC's owner's", async () => {
    await add("aa", [summary()], "999900001111");
    await add("bb", [summary({ consumer: "10.0.1.11" })], "unknown");
    await add("cc", [summary({ consumer: "10.0.1.12" })], "222200001111");
    const listed: string[] = [];
    const watched: HistoryStore = {
      ...store,
      list: async (prefix, after) => {
        listed.push(prefix);
        return files.list(prefix, after);
      },
    };
    const accounts = ["111122223333", "999900001111", "unknown"];
    const consumers = await ask(watched).consumers({ ...lately, accounts });
    expect(consumers.map((c) => c.consumer)).toEqual(["10.0.1.10", "10.0.1.11"]);
    expect([...listed, ...read.keys()].filter((path) => path.includes("222200001111"))).toEqual([]);
    expect(await ask(watched).logHours({ accounts: ["999900001111"] })).toMatchObject([
      { account: "999900001111", objects: 1 },
    ]);
    expect(await ask(watched).consumers({ ...lately, regions: [] })).toEqual([]);
  });

  it("reads no day that is not asked about", async () => {
    await add("aa", [summary()]);
    const before = MIDNIGHT - 40 * DAY;
    await historyWriter(files).add({ ...object("bb"), slotStart: before }, [
      summary({ hour: before, firstSeen: before, lastSeen: before }),
    ]);
    expect(await ask(store).consumers(lately)).toHaveLength(1);
    expect([...read.keys()].map((path) => /day=([^/]+)/.exec(path)?.[1])).toEqual(["2026-08-16"]);
  });

  it("reads of a large day only the groups that may hold the database", async () => {
    const consumer = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    const rows = Array.from({ length: 30_000 }, (_, n) =>
      summary({ consumer: consumer(n), databaseArn: arn(n % 3 === 0 ? "a" : n % 3 === 1 ? "orders" : "z") }),
    );
    await add("aa", rows);
    await compact();
    const bytes = async (databaseArns: readonly string[], rows: number): Promise<number> => {
      read.clear();
      expect(await ask(store).consumers({ databaseArns })).toHaveLength(rows);
      return [...read.values()].reduce((sum, n) => sum + n, 0);
    };
    const [nobody, one, all] = [
      await bytes([arn("zz")], 0),
      await bytes([arn("orders")], 10_000),
      await bytes([arn("a"), arn("orders"), arn("z")], 30_000),
    ];
    // Of a file that knows nobody, its directory alone.
    expect(nobody).toBe(65_536);
    expect(one - nobody).toBeLessThan(0.75 * (all - nobody));
  });

  it.each([
    { what: "cut short", bytes: (b: Uint8Array) => b.subarray(0, b.length - 20) },
    { what: "of something else", bytes: () => new TextEncoder().encode("not Parquet at all") },
    { what: "empty", bytes: () => new Uint8Array() },
    { what: "changed in its middle", bytes: (b: Uint8Array) => b.map((n, i) => (i > 4 && i < 400 ? ~n : n)) },
  ])("answers with a fault where a file is $what", async ({ bytes }) => {
    await add("aa", [summary()]);
    await add("bb", [summary({ consumer: "10.0.1.11" })]);
    const [file] = await files.list("");
    const path = file?.path ?? "";
    await files.put(path, bytes((await files.read(path)) ?? new Uint8Array()));
    await expect(ask(store).consumers(lately)).rejects.toThrow(HistoryFault);
    await expect(ask(store).consumers(lately)).rejects.toThrow(/aa\.parquet.*damaged/);
  });

  it("answers with a fault when the time is over, at whatever point", async () => {
    for (let n = 0; n < 8; n += 1) await add(`a${n}`, [summary({ consumer: `10.0.1.${n}` })]);
    await compact();
    await add("bb", [summary()]);
    let looks = 0;
    const isOver = () => {
      looks += 1;
      return false;
    };
    const all = await ask(store, { isOver }).consumers(lately);
    expect([all.length, looks > 4]).toEqual([9, true]);
    for (let last = 0; last < looks; last += 1) {
      let left = last;
      const answer = ask(store, { isOver: () => left-- <= 0 }).consumers(lately);
      await expect(answer, `${last}`).rejects.toThrow(/longer to read than there is time/);
    }
  });

  it("looks again where a compaction took files away meanwhile, and counts each once", async () => {
    await add("aa", [summary()]);
    await add("bb", [summary({ records: 5 })]);
    let compacted = false;
    const moving: HistoryStore = {
      ...files,
      readPart: async (path, start, end) => {
        if (!compacted) {
          compacted = true;
          await compact();
        }
        return files.readPart(path, start, end);
      },
    };
    expect((await ask(moving).consumers(lately)).map((c) => c.records)).toEqual([7]);
    expect(await files.list("")).toHaveLength(1);
  });

  it("gives up where files go away time and again", async () => {
    await add("aa", [summary()]);
    const gone: HistoryStore = { ...files, readPart: async () => undefined };
    await expect(ask(gone).consumers(lately)).rejects.toThrow(/changes faster than it can be read/);
  });
});
