/**
 * Questions to histories of the sizes that matter: a year of one busy database, held against its plan, and ninety days
 * of 1,000 databases, asked for one consumer.
 *
 *     node bench/history.bench.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { compactedPath, dayFolder } from "../src/adapters/history/day-file.ts";
import { duckdbHistory } from "../src/adapters/history/duckdb-history.ts";
import { filesOfFolder } from "../src/adapters/history/history-files.ts";
import { planDatabases } from "../src/app/plan-databases.ts";
import { readHistory } from "../src/app/read-history.ts";
import { HISTORY_COLUMNS, sqlText } from "../src/core/history/history-schema.ts";
import { utcDay } from "../src/core/history/utc-day.ts";
import { arnOf, database, group, inventory, rule } from "../test/fixtures/inventory.ts";
import { SETTINGS } from "../test/fixtures/plan.ts";
import { policy } from "../test/fixtures/policy.ts";

const DAY = 86_400;
const FIRST = Date.UTC(2026, 0, 1) / 1000;

interface Size {
  readonly days: number;
  readonly databases: number;
  /** Of each database, in every hour. */
  readonly consumers: number;
}

/** What each column holds, in a file of one day; `i` counts consumer by consumer, `d` databases, `h` hours. */
const flowCells = (day: number): Readonly<Record<string, string>> => ({
  row_kind: "'flow'",
  generation: "1",
  flow_log: "'fl-0123456789abcdef0'",
  hour_start: `CAST(${day} + h * 3600 AS BIGINT)`,
  database_arn: `concat(${sqlText(arnOf("orders"))}, CASE WHEN d = 0 THEN '' ELSE concat('-', d) END)`,
  database_side: "'provider'",
  consumer: "concat('10.', (d + i) // 65536, '.', ((d * 37 + i) // 256) % 256, '.', (d * 37 + i) % 256)",
  provider: "'10.9.9.5'",
  port: "3306",
  protocol: "'tcp'",
  action: "'ACCEPT'",
  oriented_by: "'syn'",
  records: "CAST(12 + (i * 7 + h) % 9 AS BIGINT)",
  packets: "CAST(100 + (i * 31 + h) % 977 AS BIGINT)",
  bytes: "CAST(9000 + (i * 131 + h * 17) % 65537 AS BIGINT)",
  first_seen: `CAST(${day} + h * 3600 + i % 60 AS BIGINT)`,
  last_seen: `CAST(${day} + h * 3600 + 3540 + i % 60 AS BIGINT)`,
});

const objectCells = (day: number): Readonly<Record<string, string>> => ({
  row_kind: "'object'",
  generation: "1",
  object_digest: `md5(concat(${day}, '-', n))`,
  flow_log: "'fl-0123456789abcdef0'",
  hour_start: `CAST(${day} + n // 12 * 3600 AS BIGINT)`,
  records: "CAST(1000 AS BIGINT)",
  no_data: "CAST(0 AS BIGINT)",
  skip_data: "CAST(0 AS BIGINT)",
  malformed: "CAST(0 AS BIGINT)",
  complete: "1",
});

const select = (cells: Readonly<Record<string, string>>, from: string): string =>
  `SELECT ${HISTORY_COLUMNS.map(({ name, type }) => `CAST(${cells[name] ?? "NULL"} AS ${type}) AS ${name}`).join(", ")} FROM ${from}`;

async function write(folder: string, size: Size): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (let n = 0; n < size.days; n += 1) {
    const day = FIRST + n * DAY;
    const below = dayFolder("111122223333", "eu-west-1", utcDay(day));
    mkdirSync(join(folder, below), { recursive: true });
    const flows = `range(${size.databases}) AS a(d), range(${size.consumers}) AS b(i), range(24) AS c(h)`;
    await connection.run(
      `COPY (${select(objectCells(day), "range(288) AS o(n)")} UNION ALL ${select(flowCells(day), flows)}) TO ${sqlText(
        join(folder, compactedPath(below, 1)),
      )} (FORMAT parquet, COMPRESSION snappy)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
}

const seconds = (since: number): number => Math.round(performance.now() - since) / 1000;

async function year(folder: string): Promise<object> {
  const size = { days: 365, databases: 1, consumers: 1_142 };
  await write(folder, size);
  const begin = performance.now();
  const history = duckdbHistory(filesOfFolder(folder));
  const reading = await readHistory(history);
  const asked = seconds(begin);
  const { plan } = planDatabases({
    inventory: inventory({
      databases: [database("orders", ["sg-old"])],
      securityGroups: [group("sg-old", [rule("10.0.0.0/8")])],
    }),
    policy: policy({ workloads: [], ruleSets: [] }),
    settings: SETTINGS,
    history: reading,
  });
  const breakSetSeconds = seconds(begin);
  await history.close();
  const lost = plan.databases[0]?.losesAccess.length ?? 0;
  if (lost !== size.consumers) throw new Error(`${lost} consumers would lose access, not ${size.consumers}`);
  const rows = size.days * size.consumers * 24;
  return {
    bench: "history",
    name: "a year of one busy database",
    rows,
    lost,
    askSeconds: asked,
    breakSetSeconds,
  };
}

async function estate(folder: string): Promise<object> {
  const size = { days: 90, databases: 1_000, consumers: 10 };
  await write(folder, size);
  const begin = performance.now();
  const history = duckdbHistory(filesOfFolder(folder));
  const found = await history.consumers({ consumer: "10.0.0.37" });
  const askSeconds = seconds(begin);
  await history.close();
  if (found.length === 0) throw new Error("The consumer was not found");
  const rows = size.days * size.databases * size.consumers * 24;
  return {
    bench: "history",
    name: "90 days of 1,000 databases, one consumer",
    rows,
    found: found.length,
    askSeconds,
  };
}

for (const measure of [year, estate]) {
  const folder = mkdtempSync(join(tmpdir(), "moat-bench-history-"));
  try {
    const result = { ...(await measure(folder)), cpu: cpus()[0]?.model, cores: cpus().length };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
