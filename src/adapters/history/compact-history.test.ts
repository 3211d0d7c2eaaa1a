import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../test/simulation/memory-store.ts";
import type { HistoryRow } from "../../core/history/history-row.ts";
import { compactHistory } from "./compact-history.ts";
import { objectPath } from "./day-file.ts";
import { expireHistory } from "./expire-history.ts";
import type { HistoryStore } from "./history-store.ts";
import { parquetRows } from "./parquet-rows.ts";
import { rowsParquet } from "./rows-parquet.ts";

const MIDNIGHT = Date.UTC(2026, 7, 15) / 1000;
const FOLDER = "account=111122223333/region=eu-west-1";
const dayOf = (day: string): string => `${FOLDER}/day=${day}`;
const CALM = { now: Number.MAX_SAFE_INTEGER, graceMs: 0 };

/** One object with the flows of some consumers, one record each. */
const rows = (objectDigest: string, consumers: number): readonly HistoryRow[] => [
  {
    rowKind: "object",
    generation: 0,
    objectDigest,
    hourStart: MIDNIGHT,
    records: consumers,
    noData: 0,
    skipData: 0,
    malformed: 0,
    complete: 1,
  },
  ...Array.from({ length: consumers }, (_, n) => ({
    rowKind: "flow" as const,
    generation: 0,
    objectDigest,
    hourStart: MIDNIGHT,
    databaseArn: "arn:aws:rds:eu-west-1:111122223333:db:orders",
    databaseSide: "provider",
    consumer: `10.0.${n >> 8}.${n & 255}`,
    provider: "10.0.9.5",
    records: 1,
    firstSeen: MIDNIGHT,
    lastSeen: MIDNIGHT,
  })),
];

async function filled(days: readonly string[], objects: number, consumers = 3): Promise<HistoryStore> {
  const store = memoryStore();
  for (const day of days)
    for (let n = 0; n < objects; n += 1) {
      const digest = n.toString(16).padStart(32, "0");
      await store.put(objectPath(dayOf(day), digest), rowsParquet(rows(digest, consumers)));
    }
  return store;
}

const names = async (store: HistoryStore): Promise<readonly string[]> =>
  (await store.list("")).map(({ path }) => path.slice(FOLDER.length + 1));

/** Objects that the newest compacted file of a day counts, and the records of its flows. */
async function compacted(store: HistoryStore, day: string) {
  const file = (await store.list(`${dayOf(day)}/compacted-`)).at(-1);
  const found = await parquetRows((await store.read(file?.path ?? "")) ?? new Uint8Array());
  return {
    objects: found.filter((row) => row.rowKind === "object").length,
    records: found.reduce((sum, row) => sum + (row.rowKind === "flow" ? row.records : 0), 0),
  };
}

describe("compaction within bounds", () => {
  it("writes what it has read when the time is over, and the next run takes up the rest", async () => {
    const store = await filled(["2026-08-15", "2026-08-16"], 600);
    let asked = 0;
    // Over within the first day, between two chunks.
    const first = await compactHistory(store, { ...CALM, isOver: () => ++asked > 3 });
    expect(first).toMatchObject({ compacted: 0, waiting: 2, removed: 0, tooLarge: [] });
    const { objects, records } = await compacted(store, "2026-08-15");
    expect(objects).toBeGreaterThan(0);
    expect(objects).toBeLessThan(600);
    expect(records).toBe(3 * objects);
    const second = await compactHistory(store, CALM);
    expect(second).toMatchObject({ compacted: 2, waiting: 0, removed: 1201 });
    expect(await compacted(store, "2026-08-15")).toEqual({ objects: 600, records: 1800 });
    expect(await names(store)).toEqual([
      "day=2026-08-15/compacted-000002.parquet",
      "day=2026-08-16/compacted-000001.parquet",
    ]);
  });

  it("begins nothing when there is no time at all", async () => {
    const store = await filled(["2026-08-15"], 3);
    const before = await names(store);
    expect(await compactHistory(store, { ...CALM, isOver: () => true })).toMatchObject({ waiting: 1 });
    expect(await names(store)).toEqual(before);
  });

  it("leaves what memory does not hold in its small files, and says of which day", async () => {
    const store = await filled(["2026-08-15"], 300, 2);
    const bounds = { ...CALM, maxRows: 200 };
    const day = dayOf("2026-08-15");
    expect(await compactHistory(store, bounds)).toMatchObject({ tooLarge: [day], removed: 256 });
    expect(await compacted(store, "2026-08-15")).toEqual({ objects: 256, records: 512 });
    expect(await names(store)).toHaveLength(1 + 300 - 256);
    // It does not grow, however often it is tried.
    expect(await compactHistory(store, bounds)).toMatchObject({ tooLarge: [day], removed: 0 });
    expect(await names(store)).toHaveLength(1 + 300 - 256);
    expect(await compactHistory(store, CALM)).toMatchObject({ compacted: 1, tooLarge: [] });
    expect(await compacted(store, "2026-08-15")).toEqual({ objects: 300, records: 600 });
  });

  it("reads nothing of a day that is one file", async () => {
    const store = await filled(["2026-08-15"], 2);
    await compactHistory(store, CALM);
    const read: string[] = [];
    const watched = {
      ...store,
      read: (path: string) => {
        read.push(path);
        return store.read(path);
      },
    };
    expect(await compactHistory(watched, CALM)).toMatchObject({ compacted: 0, removed: 0 });
    expect(read).toEqual([]);
  });
});

describe("expiry within bounds", () => {
  it("drops the oldest days first, small files before the compacted one that counts them", async () => {
    const store = await filled(["2026-08-14", "2026-08-15", "2026-08-16"], 20);
    await compactHistory(store, { ...CALM, graceMs: Number.POSITIVE_INFINITY });
    const gone: string[] = [];
    const watched = {
      ...store,
      remove: async (path: string) => {
        gone.push(path);
        await store.remove(path);
      },
    };
    expect(await expireHistory(watched, "2026-08-16")).toBe(42);
    expect(gone.indexOf(`${dayOf("2026-08-14")}/compacted-000001.parquet`)).toBe(20);
    expect(gone.slice(0, 21).every((path) => path.startsWith(dayOf("2026-08-14")))).toBe(true);
    expect((await names(store)).every((name) => name.startsWith("day=2026-08-16"))).toBe(true);
  });

  it("goes on where it was ended, by two at once too", async () => {
    const store = await filled(["2026-08-14", "2026-08-15"], 40);
    let asked = 0;
    expect(await expireHistory(store, "2026-08-15", () => ++asked > 10)).toBe(10);
    await Promise.all([expireHistory(store, "2026-08-15"), expireHistory(store, "2026-08-15")]);
    expect(await names(store)).toHaveLength(40);
  });
});
