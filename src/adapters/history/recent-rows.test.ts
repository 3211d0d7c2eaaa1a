import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../test/simulation/memory-store.ts";
import type { Summary } from "../../core/history/summary.ts";
import { compactHistory } from "./compact-history.ts";
import { historyWriter } from "./history-writer.ts";
import { recentRows } from "./recent-rows.ts";

const DAY = 86_400;
const NOON = 20_000 * DAY + DAY / 2;
const TARGET = { accountId: "111122223333", region: "eu-west-1" };

const summary = (at: number): Summary => ({
  databaseArn: "arn-1",
  databaseSide: "provider",
  hour: at - (at % 3600),
  consumer: "10.0.1.7",
  provider: "10.0.9.4",
  port: 5432,
  protocol: "tcp",
  action: "REJECT",
  records: 1,
  firstSeen: at,
  lastSeen: at,
  orientedBy: "syn",
});

async function storeWith(...moments: readonly number[]) {
  const store = memoryStore();
  for (const at of moments) await add(store, at);
  return store;
}

async function add(store: ReturnType<typeof memoryStore>, at: number, account = TARGET.accountId) {
  const counts = { records: 1, noData: 0, skipData: 0, malformed: 0, complete: true };
  const object = { digest: at.toString(16), account, region: TARGET.region, slotStart: at - (at % 300) };
  await historyWriter(store).add({ ...object, ...counts }, [summary(at)]);
}

async function records(store: ReturnType<typeof memoryStore>, since = NOON, until = NOON): Promise<number> {
  const { rows } = await recentRows(store, TARGET, { since, until });
  return rows.reduce((sum, row) => sum + (row.rowKind === "flow" ? row.records : 0), 0);
}

describe("recentRows", () => {
  it("has the rows of the days asked for, of one account", async () => {
    const store = await storeWith(NOON - DAY, NOON - 600, NOON);
    await add(store, NOON + 1, "999900001111");
    expect(await records(store)).toBe(2);
    expect(await records(store, NOON - DAY)).toBe(3);
    expect(await records(store, NOON + DAY, NOON + DAY)).toBe(0);
  });

  it("counts an object once, before and after it was compacted", async () => {
    const store = await storeWith(NOON - 600, NOON);
    await compactHistory(store, { now: Date.now(), graceMs: DAY * 1000 });
    expect(await records(store)).toBe(2);
    await add(store, NOON + 60);
    expect(await records(store)).toBe(3);
  });

  it("tells when the last of it came", async () => {
    const store = await storeWith(NOON);
    const { latest = 0 } = await recentRows(store, TARGET, { since: NOON, until: NOON });
    expect(latest).toBeGreaterThanOrEqual(NOON);
    expect(await recentRows(memoryStore(), TARGET, { since: NOON, until: NOON })).toEqual({ rows: [] });
  });

  it("is no answer when a file is damaged", async () => {
    const store = await storeWith(NOON);
    const [file] = await store.list("");
    await store.put(file?.path ?? "", new Uint8Array([1, 2, 3]));
    await expect(records(store)).rejects.toThrow(/is damaged/);
  });

  it("is no answer when a file goes each time it is asked for", async () => {
    const store = await storeWith(NOON);
    await expect(records({ ...store, read: async () => undefined })).rejects.toThrow(/changed 3 times/);
  });
});
