import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { athenaHistory } from "../../src/adapters/history/athena-history.ts";
import { compactHistory } from "../../src/adapters/history/compact-history.ts";
import { duckdbHistory } from "../../src/adapters/history/duckdb-history.ts";
import { folderStore } from "../../src/adapters/history/folder-store.ts";
import { filesOfFolder } from "../../src/adapters/history/history-files.ts";
import { historyWriter } from "../../src/adapters/history/history-writer.ts";
import { parquetHistory } from "../../src/adapters/history/parquet-history.ts";
import { s3Store } from "../../src/adapters/history/s3-store.ts";
import type { HistoryRange } from "../../src/core/history/consumers-query.ts";
import { athenaStatements } from "../../src/core/history/history-statements.ts";
import { seenLately } from "../../src/core/history/seen-lately.ts";
import type { HistoryObject, Summary } from "../../src/core/history/summary.ts";
import type { FlowHistory } from "../../src/ports/flow-history.ts";
import { createSandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { describeWith } from "../support/describe-with.ts";
import { type HistoryEngine, startHistoryEngine } from "../support/history-engine.ts";
import { findPython } from "../support/python.ts";
import { type StandInAthena, standInAthena } from "../support/stand-in-athena.ts";

/**
 * The same questions to three engines that share no code: DuckDB on the files, Athena's API with DataFusion behind it,
 * which is told of the table by our DDL and of the partitions by their projection alone, and the reader of files that
 * the functions in the cloud have.
 */
const python = {
  name: "DataFusion in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const LOCATION = "s3://moat-history/v1/";
/** 2024-08-16, in the past of every machine that runs this: days to come are not projected. */
const MIDNIGHT = Date.UTC(2024, 7, 16) / 1000;
const clock = { now: () => Date.now(), sleep: async () => {} };

const SUMMARY: fc.Arbitrary<Summary> = fc
  .record(
    {
      databaseArn: fc.constantFrom("arn:aws:rds:eu-west-1:111122223333:db:orders", 'arn:it\'s "odd"'),
      databaseSide: fc.constantFrom("provider" as const, "consumer" as const),
      hour: fc.integer({ min: -30, max: 30 }).map((hours) => MIDNIGHT + hours * 3600),
      consumer: fc.constantFrom("10.0.1.10", "10.0.1.9", "2001:db8::1"),
      provider: fc.constantFrom("10.0.9.5", "10.0.9.6"),
      port: fc.constantFrom(3306, 5432),
      protocol: fc.constantFrom("tcp", "udp", "47"),
      action: fc.constantFrom("ACCEPT" as const, "REJECT" as const),
      records: fc.integer({ min: 1, max: 4_000_000_000 }),
      packets: fc.nat(),
      bytes: fc.maxSafeNat(),
      orientedBy: fc.constantFrom("syn" as const, "database" as const, "port" as const, "unknown" as const),
    },
    {
      requiredKeys: ["databaseArn", "databaseSide", "hour", "consumer", "provider", "records", "orientedBy"],
    },
  )
  .chain((summary) =>
    fc.record({ first: fc.nat(3599), more: fc.nat(900) }).map(({ first, more }) => ({
      ...summary,
      firstSeen: summary.hour + first,
      lastSeen: summary.hour + Math.min(3599, first + more),
    })),
  );

const OBJECT: fc.Arbitrary<Omit<HistoryObject, "digest">> = fc.record(
  {
    account: fc.constantFrom("111122223333", "444455556666", "unknown"),
    region: fc.constantFrom("eu-west-1", "us-east-1"),
    flowLog: fc.constantFrom("fl-0123456789abcdef0", "fl-2"),
    slotStart: fc.integer({ min: -90, max: 90 }).map((slots) => MIDNIGHT + slots * 300),
    records: fc.nat(10_000),
    noData: fc.nat(5),
    skipData: fc.nat(5),
    malformed: fc.nat(5),
    complete: fc.boolean(),
  },
  { requiredKeys: ["account", "region", "records", "noData", "skipData", "malformed", "complete"] },
);

const RANGES: readonly HistoryRange[] = [
  {},
  { since: MIDNIGHT },
  { since: MIDNIGHT - 4_000, until: MIDNIGHT + 7_500 },
  { databaseArns: ['arn:it\'s "odd"'] },
  { databaseArns: [] },
  { served: true },
  { accounts: ["111122223333", "unknown"], regions: ["eu-west-1"] },
  { accounts: [], served: true },
  seenLately(["arn:aws:rds:eu-west-1:111122223333:db:orders", 'arn:it\'s "odd"'], MIDNIGHT + 86_400, 1),
  { consumer: "2001:db8::1", until: MIDNIGHT },
];

const answers = async (history: FlowHistory, range: HistoryRange) => [
  await history.consumers(range),
  await history.logHours(range),
  await history.databaseLogs(range),
];

describeWith(python, "one history, three engines", (found) => {
  let folder: string;
  let engine: HistoryEngine;
  let athena: StandInAthena;
  let duckdb: FlowHistory;
  let other: FlowHistory;
  let readers: readonly FlowHistory[];
  let stores: readonly ReturnType<typeof folderStore>[];
  let close: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "moat-engines-"));
    const sandbox = createSandboxAws();
    sandbox.s3.createBucket({ name: "moat-history", accountId: "111122223333", region: "eu-west-1" });
    engine = startHistoryEngine(found, LOCATION, folder);
    athena = standInAthena(sandbox, engine.run);
    athena.page = 7;
    const clients = awsClients({
      region: "eu-west-1",
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
      requestHandler: athena.requestHandler,
      env: {},
    });
    close = () => clients.close();
    const place = { bucket: "moat-history", prefix: "v1" };
    // The folder stands for the bucket: Athena's folders are listed in the one, its files are read in the other.
    stores = [folderStore(folder), s3Store(clients, place)];
    duckdb = duckdbHistory(filesOfFolder(folder));
    // Where the files lie, and in a bucket.
    readers = stores.map((store) => parquetHistory(store));
    other = athenaHistory(clients, place, { database: "moat", deadlineMs: 600_000 }, clock);
  });
  afterEach(async () => {
    await duckdb.close();
    await other.close();
    await engine.stop();
    close();
    await rm(folder, { recursive: true });
  });

  const add = async (object: HistoryObject, summaries: readonly Summary[]): Promise<void> => {
    for (const store of stores) await historyWriter(store).add(object, summaries);
  };
  const compact = async (graceMs: number): Promise<void> => {
    for (const store of stores) await compactHistory(store, { now: Date.now() + 60_000, graceMs });
  };

  it("gives the same rows to every question, before, while and after files are compacted", async () => {
    const objects = fc.sample(fc.tuple(OBJECT, fc.array(SUMMARY, { maxLength: 6 })), {
      numRuns: 40,
      seed: 5,
    });
    let rows = 0;
    const same = async (): Promise<void> => {
      for (const range of RANGES) {
        const want = await answers(duckdb, range);
        rows += want.flat().length;
        for (const engine of [other, ...readers])
          expect([engine.name, range, await answers(engine, range)]).toEqual([engine.name, range, want]);
      }
    };
    for (const [i, [object, summaries]] of objects.entries()) {
      await add({ ...object, digest: `${100 + i}` }, summaries);
      if (i === 19) {
        await same();
        await compact(3_600_000);
        // A second delivery of what the compacted file counts already.
        await add({ ...object, digest: `${100 + i}` }, summaries);
      }
    }
    await same();
    await compact(0);
    await same();
    expect(rows).toBeGreaterThan(500);
  });

  it("sees a day, and an account, from the moment a file is there", async () => {
    const [object, summary] = [
      fc.sample(OBJECT, { numRuns: 1, seed: 1 })[0],
      fc.sample(SUMMARY, { numRuns: 1, seed: 1 })[0],
    ];
    if (object === undefined || summary === undefined) throw new Error("nothing was made");
    expect(await answers(other, {})).toEqual([[], [], []]);
    expect(athena.calls).toEqual([]);
    const at = (hour: number) => ({ ...summary, hour, firstSeen: hour, lastSeen: hour + 1 });
    const tables = () => athena.calls.filter((c) => String(c.input.QueryString).startsWith("CREATE")).length;
    await add({ ...object, account: "111122223333", region: "eu-west-1", digest: "a1" }, [at(MIDNIGHT)]);
    expect(await answers(other, {})).toEqual(await answers(duckdb, {}));
    // Another day: the same table. Another account: another one.
    const today = Math.floor(Date.now() / 3_600_000) * 3600;
    await add({ ...object, account: "111122223333", region: "eu-west-1", digest: "a2" }, [at(today)]);
    expect(await answers(other, {})).toEqual(await answers(duckdb, {}));
    expect(tables()).toBe(1);
    await add({ ...object, account: "999900001111", region: "eu-west-1", digest: "a3" }, [at(MIDNIGHT)]);
    expect(await answers(other, {})).toEqual(await answers(duckdb, {}));
    expect([tables(), (await other.databaseLogs({})).map((log) => log.account)]).toEqual([
      2,
      ["111122223333", "999900001111"],
    ]);
  });

  it("gives the same to whoever asks Athena without Moat, by the statements that it prints", async () => {
    const objects = fc.sample(fc.tuple(OBJECT, fc.array(SUMMARY, { maxLength: 6 })), {
      numRuns: 12,
      seed: 9,
    });
    for (const [i, [object, summaries]] of objects.entries())
      await add({ ...object, digest: `${100 + i}` }, summaries);
    await compact(3_600_000);
    const want = (await duckdb.consumers({})).reduce((sum, { records }) => sum + records, 0);
    const regions = ["eu-west-1", "us-east-1"];
    const accounts = ["111122223333", "444455556666", "unknown"];
    for (const statement of athenaStatements(LOCATION, { accounts, regions, firstDay: "2024-08-01" }))
      expect(await engine.run(statement)).toBeUndefined();
    const asked = async (from: string) =>
      (await engine.run(`SELECT CAST(sum(records) AS bigint) AS n FROM ${from} WHERE row_kind = 'flow'`))
        ?.rows;
    expect(want).toBeGreaterThan(0);
    expect(await asked("flow_history_live")).toEqual([[want]]);
    // The table alone counts small files beside the compacted one that holds them.
    expect(await asked("flow_history")).toEqual([[2 * want]]);
  });

  it("finds a database whose logs another account wrote, such as the owner of a shared VPC", async () => {
    const databaseArn = "arn:aws:rds:eu-west-1:111122223333:db:orders";
    const counts = { records: 1, noData: 0, skipData: 0, malformed: 0, complete: true };
    for (const [n, account] of ["444455556666", "unknown"].entries()) {
      const seen = { firstSeen: MIDNIGHT + 1, lastSeen: MIDNIGHT + 2, orientedBy: "syn" as const };
      const flow = { databaseArn, databaseSide: "provider" as const, hour: MIDNIGHT, ...seen, records: 1 };
      await add({ digest: `${100 + n}`, account, region: "eu-west-1", slotStart: MIDNIGHT, ...counts }, [
        { ...flow, consumer: `10.0.1.${n}`, provider: "10.0.9.5", port: 3306 },
      ]);
    }
    const asked = seenLately([databaseArn], MIDNIGHT + 3600, 1);
    for (const each of [duckdb, other, ...readers])
      expect([each.name, (await each.consumers(asked)).map((c) => c.consumer)]).toEqual([
        each.name,
        ["10.0.1.0", "10.0.1.1"],
      ]);
  });

  it("takes what the engine refuses for a fault", async () => {
    await expect(engine.run("SELECT nothing FROM nowhere")).rejects.toThrow(/nowhere/);
    await expect(engine.run("SELEC 1 FROM")).rejects.toThrow();
  });
});
