/**
 * Reads gzip flow-log files into conversations and prints, as one line of JSON, lines per second and the time as a
 * multiple of `zcat | wc -l` on the same files in the same run (below 1 is faster): by the clock, and by what was
 * computed, which does not depend on what else the machine does. DuckDB's `read_csv` groups the same files beside it, on
 * one thread and on two. `threadCpuMs` is the parsing thread's part, without
 * zlib's. Medians of the runs.
 *
 * Run with `npm exec -c 'node bench/flow-log.bench.ts [small|medium|many|large] [runs]'`.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { fileFlowLogs } from "../src/adapters/file/file-flow-logs.ts";
import { readTraffic } from "../src/app/read-traffic.ts";
import { ConversationTable } from "../src/core/flow/conversation-table.ts";
import { createFlowLogReader } from "../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../src/core/flow/known-databases.ts";
import { flowCrew } from "../src/entry/cli/wire/flow-crew.ts";
import { zcatRun } from "./children-cpu.ts";
import { FLOW_LOG_SIZES, type FlowLogSize, generateFlowLogs } from "./generate-flow-logs.ts";

const CHUNK_BYTES = 256 * 1024;
const INFLATE_BYTES = 1024 * 1024;

const size = (process.argv[2] ?? "medium") as FlowLogSize;
const runs = Number(process.argv[3] ?? 5);
const files = await generateFlowLogs("bench/results/flow-logs", size);

const WORKER = join(import.meta.dirname, "..", "src", "entry", "cli", "flow-worker.ts");
const crew = flowCrew(WORKER, 2);

/** As the CLI does with one worker, which Lambda has: zlib inflates in its own thread while this one parses. */
const readStreaming = async (): Promise<ConversationTable> => (await readTraffic(fileFlowLogs(files))).table;

/** As the CLI does with two workers; the second is started anew in each run. */
const readWithTwo = async (): Promise<ConversationTable> =>
  (await readTraffic(fileFlowLogs(files), undefined, undefined, new ConversationTable(), crew)).table;

const connect = async (threads: string) => (await DuckDBInstance.create(":memory:", { threads })).connect();
const [oneThread, twoThreads] = [await connect("1"), await connect("2")];

/** What the engine does, as far as SQL can say it: who answers a SYN serves, the other's port is dropped. */
const GROUPED = `SELECT count(*) AS conversations FROM (
  SELECT if(flags & 16 > 0, "pkt-dstaddr", "pkt-srcaddr") AS consumer,
    if(flags & 16 > 0, "pkt-srcaddr", "pkt-dstaddr") AS provider,
    if(flags & 16 > 0, srcport, dstport) AS port, protocol, action, count(*) AS records
  FROM (SELECT *, try_cast("tcp-flags" AS INTEGER) AS flags
    FROM read_csv([${files.map((file) => `'${file}'`).join(", ")}], delim = ' ', header = true, all_varchar = true,
      nullstr = '-'))
  WHERE "pkt-srcaddr" IS NOT NULL GROUP BY ALL)`;

/** Everything on one thread. */
function readOnOneThread(): ConversationTable {
  const table = new ConversationTable();
  for (const file of files) {
    const reader = createFlowLogReader({ table });
    const text = gunzipSync(readFileSync(file), { chunkSize: INFLATE_BYTES });
    for (let at = 0; at < text.length; at += CHUNK_BYTES) reader.push(text.subarray(at, at + CHUNK_BYTES));
    reader.end();
  }
  return table;
}

/** The same without gzip: what the engine alone takes. */
function readInflated(texts: readonly Uint8Array[]): ConversationTable {
  const table = new ConversationTable();
  for (const text of texts) {
    const reader = createFlowLogReader({ table });
    for (let at = 0; at < text.length; at += CHUNK_BYTES) reader.push(text.subarray(at, at + CHUNK_BYTES));
    reader.end();
  }
  return table;
}

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly threadCpuMs: number;
}

const spent = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

async function timed(work: () => unknown): Promise<Run> {
  const [all, thread, start] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  await work();
  return {
    ms: performance.now() - start,
    cpuMs: spent(process.cpuUsage(all)),
    threadCpuMs: spent(process.threadCpuUsage(thread)),
  };
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;

const none = knownDatabases([]);
const counted = (table: ConversationTable): number => table.conversations(none).length;
const texts = size === "large" || size === "many" ? [] : files.map((file) => gunzipSync(readFileSync(file)));
const zcat: { readonly ms: number; readonly cpuMs: number }[] = [];
const times = {
  stream: [] as Run[],
  twoWorkers: [] as Run[],
  oneThread: [] as Run[],
  engine: [] as Run[],
  duckDbOneThread: [] as Run[],
  duckDbTwoThreads: [] as Run[],
};
for (let run = 0; run < runs; run += 1) {
  zcat.push(zcatRun(files));
  times.stream.push(await timed(async () => counted(await readStreaming())));
  times.twoWorkers.push(await timed(async () => counted(await readWithTwo())));
  times.duckDbOneThread.push(await timed(() => oneThread.runAndReadAll(GROUPED)));
  times.duckDbTwoThreads.push(await timed(() => twoThreads.runAndReadAll(GROUPED)));
  times.oneThread.push(await timed(() => counted(readOnOneThread())));
  if (texts.length > 0) times.engine.push(await timed(() => counted(readInflated(texts))));
}

const { lines } = FLOW_LOG_SIZES[size];
const table = await readStreaming();
const zcatMs = median(zcat.map(({ ms }) => ms));
const zcatCpuMs = median(zcat.map(({ cpuMs }) => cpuMs));
const report = (name: keyof typeof times) => {
  const ms = median(times[name].map((run) => run.ms));
  const cpuMs = median(times[name].map((run) => run.cpuMs));
  return {
    ms: Math.round(ms),
    cpuMs: Math.round(cpuMs),
    threadCpuMs: Math.round(median(times[name].map((run) => run.threadCpuMs))),
    linesPerSecond: Math.round((lines / ms) * 1000),
    ratio: +(ms / zcatMs).toFixed(3),
    cpuRatio: +(cpuMs / zcatCpuMs).toFixed(3),
  };
};
console.log(
  JSON.stringify({
    bench: "flow-log",
    size,
    lines,
    gzipBytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    flows: table.flows.size,
    conversations: counted(table),
    input: table.input,
    zcatMs: Math.round(zcatMs),
    zcatCpuMs: Math.round(zcatCpuMs),
    stream: report("stream"),
    twoWorkers: report("twoWorkers"),
    oneThread: report("oneThread"),
    duckDbOneThread: report("duckDbOneThread"),
    duckDbTwoThreads: report("duckDbTwoThreads"),
    ...(texts.length > 0 ? { engine: report("engine") } : {}),
    node: process.version,
  }),
);
