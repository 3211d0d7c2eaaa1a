/**
 * The records of the flow-log benchmark as Parquet, read into conversations, beside DuckDB grouping the same file with
 * one thread and with two, and `zcat | wc -l` on the text. Both must find as many records. `cpuMs` is what each computed,
 * on all threads: it does not depend on what else the machine does. One line of JSON; medians.
 *
 *     node bench/parquet.bench.ts [small|medium] [runs]
 */
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { flowLogParts } from "../src/adapters/aws/flow-log-parts.ts";
import { ConversationTable } from "../src/core/flow/conversation-table.ts";
import { createFlowLogReader } from "../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../src/core/flow/known-databases.ts";
import { zcatRun } from "./children-cpu.ts";
import { type FlowLogSize, generateFlowLogs } from "./generate-flow-logs.ts";

const size = (process.argv[2] ?? "medium") as FlowLogSize;
const runs = Number(process.argv[3] ?? 5);
const text = await generateFlowLogs("bench/results/flow-logs", size);
const folder = mkdtempSync(join(tmpdir(), "moat-parquet-"));
const file = join(folder, "flows.log.parquet");
const quoted = (path: string): string => `'${path.replaceAll("'", "''")}'`;

const connect = async (threads: string) => (await DuckDBInstance.create(":memory:", { threads })).connect();
const [one, two] = [await connect("1"), await connect("2")];
const INTEGERS = ["dstport", "protocol", "tcp-flags", "srcport"];
const columns = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type"
  .split(" ")
  .map((field) => {
    const value = INTEGERS.includes(field) ? `try_cast("${field}" AS INTEGER)` : `"${field}"`;
    return `${value} AS ${field.replaceAll("-", "_")}`;
  });
// Names, types and compression as AWS writes them.
await one.run(
  `COPY (SELECT ${columns.join(", ")} FROM read_csv([${text.map(quoted).join(", ")}], delim = ' ', header = true,
   all_varchar = true, nullstr = '-')) TO ${quoted(file)} (FORMAT parquet, CODEC gzip)`,
);

/** What the engine does, as far as SQL can say it: who answers a SYN serves, the other's port is dropped. */
const GROUPED = `SELECT count(*) AS conversations, sum(records)::INTEGER AS records FROM (
  SELECT if(tcp_flags & 16 > 0, pkt_dstaddr, pkt_srcaddr) AS consumer,
    if(tcp_flags & 16 > 0, pkt_srcaddr, pkt_dstaddr) AS provider,
    if(tcp_flags & 16 > 0, srcport, dstport) AS port, protocol, action, count(*) AS records
  FROM ${quoted(file)} WHERE pkt_srcaddr IS NOT NULL GROUP BY ALL)`;

async function read(paths: readonly string[]): Promise<ConversationTable> {
  const table = new ConversationTable();
  for (const path of paths) {
    const reader = createFlowLogReader({ table });
    const bytes = createReadStream(path, { highWaterMark: 256 * 1024 });
    for await (const part of flowLogParts(bytes, path)) reader.push(part);
    reader.end();
  }
  return table;
}

const nobody = knownDatabases([]);
const contenders = {
  zcat: async () => zcatRun(text),
  moat: async () => (await read([file])).conversations(nobody),
  duckdb1: () => one.runAndReadAll(GROUPED),
  duckdb2: () => two.runAndReadAll(GROUPED),
};

const fromText = await read(text);
const fromParquet = await read([file]);
const same =
  JSON.stringify(fromText.conversations(nobody)) === JSON.stringify(fromParquet.conversations(nobody));
const [counted] = (await one.runAndReadAll(GROUPED)).getRowObjects();
if (!same) throw new Error("Parquet and text give different conversations");
if (counted?.records !== fromParquet.input.conversationRecords)
  throw new Error(`DuckDB counts ${String(counted?.records)} records`);

const names = Object.keys(contenders) as (keyof typeof contenders)[];
interface Run {
  readonly ms: number;
  readonly cpuMs: number;
}
const times = new Map(names.map((name) => [name, [] as Run[]]));
for (let run = 0; run < runs; run += 1) {
  for (const name of names) {
    const [before, start] = [process.cpuUsage(), performance.now()];
    const child = await contenders[name]();
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    const cpuMs = name === "zcat" ? (child as Run).cpuMs : (user + system) / 1000;
    times.get(name)?.push({ ms, cpuMs });
  }
}
const median = (name: keyof typeof contenders, figure: keyof Run = "ms"): number =>
  times
    .get(name)
    ?.map((run) => run[figure])
    .toSorted((a, b) => a - b)[runs >> 1] ?? 0;
const result = (name: keyof typeof contenders) => ({
  ms: Math.round(median(name)),
  cpuMs: Math.round(median(name, "cpuMs")),
  ratio: +(median(name) / median("zcat")).toFixed(3),
});
console.log(
  JSON.stringify({
    bench: "parquet",
    size,
    runs,
    records: fromParquet.input.records,
    parquetBytes: statSync(file).size,
    zcatMs: Math.round(median("zcat")),
    zcatCpuMs: Math.round(median("zcat", "cpuMs")),
    moat: result("moat"),
    duckdb1: result("duckdb1"),
    duckdb2: result("duckdb2"),
    node: process.version,
  }),
);
rmSync(folder, { recursive: true });
