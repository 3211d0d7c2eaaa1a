/**
 * What the functions take in the cloud: the bundled `sweep`, `reconcile` and `ingest` on estates of the sandbox, each in
 * a process of its own, over HTTP. Prints one line of JSON: milliseconds, CPU time, calls, bytes of log, most memory, and
 * what a beat of the heartbeat takes. The cost page is made of these figures. One large object: large-object.bench.ts.
 *
 * Run with `npm exec -c 'node bench/cloud.bench.ts [databases …]'`; 10, 500 and 5000 by default.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { bundleHandlers } from "../scripts/build.ts";
import { objectsOfABatch } from "../scripts/cost/usage.ts";
import { announced, keyOf } from "./announced-key.ts";
import { cloudEstate } from "./cloud-estate.ts";
import { runFunction } from "./cloud-function.ts";
import { generateFlowLogs } from "./generate-flow-logs.ts";

const sizes = process.argv.slice(2).map(Number);
const DATABASES = sizes.length > 0 ? sizes : [10, 500, 5_000];
/** A database with a hundred connections that are always open writes so many records in five minutes. */
const LINES_OF_AN_OBJECT = 1_000;
/** Schedules are minutes apart; a budget of calls has filled up after seconds. */
const PAUSE_MS = 5_000;
/** What the template gives the functions. */
const MEMORY_MB = Number(process.env.MEMORY_MB ?? 512);

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
  console.log(
    JSON.stringify({
      bench: "cloud",
      memoryMb: MEMORY_MB,
      object: { lines: LINES_OF_AN_OBJECT, gzipBytes: object.length },
      estates,
      beat,
      node: process.version,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
