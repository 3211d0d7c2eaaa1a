/**
 * What the functions take in the cloud: the bundled `sweep`, `reconcile` and `ingest` on estates of the sandbox, and
 * `ingest` on an object of 75 MB, each in a process of its own, over HTTP. Prints one line of JSON: milliseconds, CPU
 * time, calls, bytes of log, most memory, what a beat of the heartbeat takes, and the flow engine's own time for the large object in the same run. The cost
 * page is made of these figures.
 *
 * Run with `npm exec -c 'node bench/cloud.bench.ts [databases …]'`; 10, 500 and 5000 by default.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, gunzipSync, gzipSync } from "node:zlib";
import { bundleHandlers } from "../scripts/build.ts";
import { objectsOfABatch } from "../scripts/cost/usage.ts";
import { ConversationTable } from "../src/core/flow/conversation-table.ts";
import { createFlowLogReader } from "../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../src/core/flow/known-databases.ts";
import { cloudEstate } from "./cloud-estate.ts";
import { runFunction } from "./cloud-function.ts";
import { generateFlowLogs } from "./generate-flow-logs.ts";

const sizes = process.argv.slice(2).map(Number);
const DATABASES = sizes.length > 0 ? sizes : [10, 500, 5_000];
const LARGE_BYTES = 75_000_000;
const CHUNK_BYTES = 256 * 1024;
/** A database with a hundred connections that are always open writes so many records in five minutes. */
const LINES_OF_AN_OBJECT = 1_000;
/** Schedules are minutes apart; a budget of calls has filled up after seconds. */
const PAUSE_MS = 5_000;
/** What the template gives the functions. */
const MEMORY_MB = Number(process.env.MEMORY_MB ?? 512);

/** One flow log of at least 75 MB, gzip. */
async function largeObject(): Promise<{ readonly path: string; readonly lines: number }> {
  const parts = await generateFlowLogs("bench/results/flow-logs", "large");
  const path = "bench/results/flow-logs/object-75mb.log.gz";
  const bytes = (file: string) => readFileSync(file).length;
  const count = Math.ceil(LARGE_BYTES / bytes(parts[0] ?? ""));
  if (!existsSync(path)) {
    const out = createGzip();
    const written = pipeline(out, createWriteStream(path));
    for (const [i, part] of Array.from(
      { length: count },
      (_, n) => parts[n % parts.length] ?? "",
    ).entries()) {
      let skip = i > 0;
      for await (const chunk of createReadStream(part).pipe(createGunzip())) {
        // The names of the fields stand in the first line only.
        const text = skip
          ? (chunk as Buffer).subarray((chunk as Buffer).indexOf("\n") + 1)
          : (chunk as Buffer);
        skip = false;
        if (!out.write(text)) await new Promise((resolve) => out.once("drain", resolve));
      }
    }
    out.end();
    await written;
  }
  return { path, lines: count * 1_000_000 };
}

async function engineMs(path: string): Promise<number> {
  const start = performance.now();
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  const text = createReadStream(path, { highWaterMark: CHUNK_BYTES }).pipe(
    createGunzip({ chunkSize: CHUNK_BYTES }),
  );
  for await (const chunk of text) reader.push(chunk as Buffer);
  reader.end();
  table.conversations(knownDatabases([]));
  return Math.round(performance.now() - start);
}

const keyOf = (name: string): string =>
  `AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20260105T0900Z_${name}.log.gz`;

const announced = (key: string): unknown => ({
  version: "0",
  id: "1",
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "logs" }, object: { key } },
});

/** The first lines of a file of the generator: the object that one database's flow log has after five minutes. */
function smallObject(file: string): Buffer {
  const lines = gunzipSync(readFileSync(file)).toString().split("\n");
  return gzipSync(`${lines.slice(0, LINES_OF_AN_OBJECT + 1).join("\n")}\n`);
}

const message = (messageId: string, body: unknown): unknown => ({
  messageId,
  receiptHandle: messageId,
  body: JSON.stringify(body),
  attributes: { MessageGroupId: "1" },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:queue",
  awsRegion: "eu-west-1",
});

/** Sweep, reconcile and ingest on an account with so many databases. */
async function measureSize(databases: number, at: (handler: string) => string, object: Buffer) {
  const sandbox = cloudEstate(databases);
  const how = { runs: databases > 1_000 ? 1 : 3, memoryMb: MEMORY_MB, pauseMs: PAUSE_MS };
  const sweep = await runFunction(sandbox, at("sweep"), how, () => ({ source: "moat.schedule" }));
  const database = "arn:aws:rds:eu-west-1:111122223333:db:db-0";
  const reconcile = await runFunction(sandbox, at("reconcile"), how, () => ({
    Records: [message("1", { version: 1, database, changes: [], objects: [] })],
  }));
  const batch = objectsOfABatch(databases);
  const keys = Array.from({ length: batch }, (_, i) => keyOf(`object${i}`));
  for (const key of keys) sandbox.s3.putObject("logs", key, object);
  const objects = (): unknown => ({ Records: keys.map((key) => message(key, announced(key))) });
  const ingest = await runFunction(sandbox, at("ingest"), { ...how, runs: 1 }, objects);
  // Within a minute of the first one it asks AWS for nothing but the objects and the policy.
  const warm = { ...how, runs: 3, warmUp: 1 };
  const ingestWarm = await runFunction(sandbox, at("ingest"), warm, objects);
  return { sweep, reconcile, ingest: { batch, ...ingest }, ingestWarm: { batch, ...ingestWarm } };
}

/** One beat of the heart: it is made, noticed, and undone. The canary is a group, so databases do not count. */
async function measureBeat(at: (handler: string) => string) {
  const sandbox = cloudEstate(1);
  sandbox.sqs().createQueue("moat.fifo", new Map([["FifoQueue", "true"]]));
  const [vpc] = sandbox.ec2().vpcs.values();
  const { groupId } = sandbox.seed.securityGroup({ groupName: "canary", vpcId: vpc?.vpcId ?? "", rules: [] });
  const how = { runs: 1, memoryMb: MEMORY_MB, env: { MOAT_CANARY: groupId } };
  const heartbeat = await runFunction(sandbox, at("heartbeat"), how, () => ({}));
  const hint = {
    source: "aws.ec2",
    "detail-type": "AWS API Call via CloudTrail",
    account: "111122223333",
    region: "eu-west-1",
    detail: sandbox.cloudTrail.events.at(-1),
  };
  const sweep = await runFunction(sandbox, at("sweep"), how, () => ({ Records: [message("1", hint)] }));
  const reconcile = await runFunction(sandbox, at("reconcile"), how, () => ({
    Records: [message("1", { version: 1, canary: groupId })],
  }));
  return { heartbeat, sweep, reconcile };
}

const folder = mkdtempSync(join(tmpdir(), "moat-cloud-"));
mkdirSync("bench/results/flow-logs", { recursive: true });
try {
  await bundleHandlers(folder);
  const at = (handler: string): string => join(folder, handler, "index.mjs");
  const [small = ""] = await generateFlowLogs("bench/results/flow-logs", "small");
  const object = smallObject(small);
  const estates: Record<string, unknown> = {};
  for (const databases of DATABASES) estates[databases] = await measureSize(databases, at, object);

  const beat = await measureBeat(at);

  const sandbox = cloudEstate(10);
  const { path, lines } = await largeObject();
  const body = readFileSync(path);
  sandbox.s3.putObject("logs", keyOf("large"), body);
  const one = { runs: 1, memoryMb: 256 };
  const ingestLarge = await runFunction(sandbox, at("ingest"), one, () => announced(keyOf("large")));
  const engine = await engineMs(path);
  console.log(
    JSON.stringify({
      bench: "cloud",
      memoryMb: MEMORY_MB,
      object: { lines: LINES_OF_AN_OBJECT, gzipBytes: object.length },
      estates,
      beat,
      ingestLarge: { lines, gzipBytes: body.length, ...ingestLarge },
      engineMs: engine,
      ratio: +(ingestLarge.ms / engine).toFixed(2),
      node: process.version,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
