import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Summary } from "../../core/history/summary.ts";
import type { FlowHistory } from "../../ports/flow-history.ts";
import { duckdbHistory } from "./duckdb-history.ts";
import { folderHistoryWriter } from "./folder-history-writer.ts";
import { summaryFiles } from "./summary-files.ts";

const ORDERS = "arn:aws:rds:eu-west-1:111122223333:db:orders";
const MIDNIGHT = Date.UTC(2026, 7, 16) / 1000;
const origin = (objectDigest: string) => ({ account: "111122223333", region: "eu-west-1", objectDigest });
const summary = (over: Partial<Summary> = {}): Summary => ({
  databaseArn: ORDERS,
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

let folder: string;
let history: FlowHistory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-history-"));
  history = duckdbHistory(folder);
});
afterEach(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

describe("history in a folder, through DuckDB", () => {
  it("has no rows where nothing was written, or where there is no folder", async () => {
    expect(await history.consumers({})).toEqual([]);
    expect(await duckdbHistory(join(folder, "none")).consumers({})).toEqual([]);
  });

  it("adds the records of several objects up, with the earliest and the latest time", async () => {
    const writer = folderHistoryWriter(folder);
    await writer.add(origin("aa"), [summary()]);
    await writer.add(origin("bb"), [summary({ records: 5, lastSeen: MIDNIGHT + 400 })]);
    expect(await history.consumers({})).toEqual([
      {
        databaseArn: ORDERS,
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
    const [first] = summaryFiles(origin("aa"), rows);
    expect(first?.path).toContain("day=2026-08-15/aa.parquet");
    await folderHistoryWriter(folder).add(origin("aa"), rows.slice(0, 1));
    await Promise.all([1, 2, 3].map(() => folderHistoryWriter(folder).add(origin("aa"), rows)));
    expect((await history.consumers({})).map((c) => c.records)).toEqual([4]);
    expect((await readdir(folder, { recursive: true })).filter((n) => n.endsWith(".unfinished"))).toEqual([]);
  });

  it("sees what is written after it was first asked", async () => {
    await folderHistoryWriter(folder).add(origin("aa"), [summary()]);
    await history.consumers({});
    await folderHistoryWriter(folder).add(origin("bb"), [summary()]);
    expect((await history.consumers({})).map((c) => c.records)).toEqual([4]);
  });

  it("narrows by database, consumer and time, and takes a quote for what it is", async () => {
    await folderHistoryWriter(folder).add(origin("aa"), [
      summary({ consumer: "10.0.1.11", lastSeen: MIDNIGHT + 1000 }),
      summary(),
      summary({ databaseArn: `${ORDERS}-2`, consumer: "10.0.1.12" }),
    ]);
    const who = async (range: Parameters<FlowHistory["consumers"]>[0]) =>
      (await history.consumers(range)).map((c) => c.consumer);
    expect(await who({ databaseArn: ORDERS })).toEqual(["10.0.1.10", "10.0.1.11"]);
    expect(await who({ consumer: "10.0.1.12" })).toEqual(["10.0.1.12"]);
    expect(await who({ since: MIDNIGHT + 500 })).toEqual(["10.0.1.11"]);
    expect(await who({ databaseArn: "x' OR '1'='1" })).toEqual([]);
  });

  it("keeps absent what the log format did not carry", async () => {
    const { port: _, protocol: __, action: ___, packets: ____, bytes: _____, ...bare } = summary();
    await folderHistoryWriter(folder).add(origin("aa"), [bare]);
    const [row] = await history.consumers({});
    expect(Object.keys(row ?? {})).toEqual([
      "databaseArn",
      "consumer",
      "provider",
      "records",
      "firstSeen",
      "lastSeen",
    ]);
  });
});
