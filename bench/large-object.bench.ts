/**
 * The bundled `ingest` on one gzip object of 75 MB or more, in a process of its own that starts cold, with the heap of a
 * function of 256 MB, over HTTP; beside it the flow engine alone, in turns, reading the same file from the disk. The
 * process of the benchmark stands for all of AWS on the same cores: what it computes meanwhile is `serverCpuMs`. One line
 * of JSON; medians.
 *
 *     node bench/large-object.bench.ts [runs]
 */
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { bundleHandlers } from "../scripts/build.ts";
import { ConversationTable } from "../src/core/flow/conversation-table.ts";
import { createFlowLogReader } from "../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../src/core/flow/known-databases.ts";
import { announced, keyOf } from "./announced-key.ts";
import { cloudEstate } from "./cloud-estate.ts";
import { type FunctionRun, runFunction } from "./cloud-function.ts";
import { largeObject } from "./large-object.ts";

const CHUNK_BYTES = 256 * 1024;
const MEMORY_MB = 256;
const MOST_MIB = 256;
const runs = Number(process.argv[2] ?? 3);

const computed = ({ user, system }: NodeJS.CpuUsage): number => Math.round((user + system) / 1000);

async function engineAlone(path: string): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  const text = createReadStream(path, { highWaterMark: CHUNK_BYTES }).pipe(
    createGunzip({ chunkSize: CHUNK_BYTES }),
  );
  for await (const chunk of text) reader.push(chunk as Buffer);
  reader.end();
  table.conversations(knownDatabases([]));
  return { ms: Math.round(performance.now() - start), cpuMs: computed(process.cpuUsage(cpu)) };
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;

const folder = mkdtempSync(join(tmpdir(), "moat-large-object-"));
try {
  await bundleHandlers(folder);
  const { path, lines } = await largeObject();
  const body = readFileSync(path);
  const ingests: (FunctionRun & { readonly serverCpuMs: number })[] = [];
  const engines: { readonly ms: number; readonly cpuMs: number }[] = [];
  for (let run = 0; run < runs; run += 1) {
    const sandbox = cloudEstate(10);
    sandbox.s3.putObject("logs", keyOf("large"), body);
    const before = process.cpuUsage();
    const how = { runs: 1, memoryMb: MEMORY_MB };
    const ingest = await runFunction(sandbox, join(folder, "ingest", "index.mjs"), how, () =>
      announced(keyOf("large")),
    );
    ingests.push({ ...ingest, serverCpuMs: computed(process.cpuUsage(before)) });
    engines.push(await engineAlone(path));
  }
  const peakMiB = Math.max(...ingests.map((run) => run.peakMiB));
  if (peakMiB > MOST_MIB) throw new Error(`ingest took ${peakMiB} MiB, more than ${MOST_MIB}`);
  const ingest = {
    ms: median(ingests.map(({ ms }) => ms)),
    cpuMs: median(ingests.map(({ cpuMs }) => cpuMs)),
    serverCpuMs: median(ingests.map(({ serverCpuMs }) => serverCpuMs)),
    peakMiB,
  };
  const engine = { ms: median(engines.map(({ ms }) => ms)), cpuMs: median(engines.map((run) => run.cpuMs)) };
  console.log(
    JSON.stringify({
      bench: "large-object",
      runs,
      lines,
      gzipBytes: body.length,
      ingest,
      engine,
      ratio: +(ingest.ms / engine.ms).toFixed(2),
      cpuRatio: +(ingest.cpuMs / engine.cpuMs).toFixed(2),
      node: process.version,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
