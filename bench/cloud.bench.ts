/**
 * What the functions take in the cloud: the bundled `sweep` on estates of the sandbox, the bundled `ingest` on a small
 * object and on one of 75 MB, each in a process of its own, over HTTP. Prints one line of JSON: milliseconds, calls,
 * most memory, and the flow engine's own time for the large object in the same run.
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
import { createGunzip, createGzip } from "node:zlib";
import { bundleHandlers } from "../scripts/build.ts";
import { ConversationTable } from "../src/core/flow/conversation-table.ts";
import { createFlowLogReader } from "../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../src/core/flow/known-databases.ts";
import { createSandboxAws, type SandboxAws } from "../src/sandbox/aws/sandbox-aws.ts";
import { startSandboxAws } from "../src/sandbox/aws/server.ts";
import { type LambdaProcess, startLambda } from "../test/e2e/lambda-process.ts";
import { generateFlowLogs } from "./generate-flow-logs.ts";

const sizes = process.argv.slice(2).map(Number);
const DATABASES = sizes.length > 0 ? sizes : [10, 500, 5_000];
const LARGE_BYTES = 75_000_000;
const RUNS = 3;
const CHUNK_BYTES = 256 * 1024;
const POLICY = `version: 1
databases:
  - match: { tags: { App: "*" } }
    labels: { role: database, app: "\${tag:App}" }
mapping:
  - match: { kind: instance, tags: { Role: "*" } }
    labels: { role: "\${tag:Role}", app: "\${tag:App}" }
rule_sets:
  - name: web servers of an application use its databases
    scope: []
    rules: [{ consumers: role=web, providers: role=database }]
`;
const median = (times: number[]): number =>
  Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0);

/** An account with so many databases, one application to ten of them, each with two web servers. */
function estate(databases: number): SandboxAws {
  const sandbox = createSandboxAws({ region: "eu-west-1" });
  const { vpcId } = sandbox.seed.vpc({ cidrBlock: "10.0.0.0/8" });
  const subnets = ["a", "b"].map(
    (zone, i) =>
      sandbox.seed.subnet({ vpcId, cidrBlock: `10.${i}.0.0/16`, availabilityZone: `eu-west-1${zone}` })
        .subnetId,
  );
  const { groupId } = sandbox.seed.securityGroup({
    groupName: "databases",
    vpcId,
    rules: [{ port: 3306, cidr: "10.0.0.0/8" }],
  });
  for (let i = 0; i < databases; i += 1) {
    const App = `app-${Math.floor(i / 10)}`;
    sandbox.seed.dbInstance({
      identifier: `db-${i}`,
      engine: "mysql",
      port: 3306,
      subnets,
      groups: [groupId],
      tags: { App, "moat:mode": "observe" },
    });
    if (i % 5 === 0)
      sandbox.seed.instance({ subnetId: subnets[0] ?? "", groupIds: [groupId], tags: { App, Role: "web" } });
  }
  for (const bucket of ["moat", "logs"]) sandbox.seed.bucket(bucket);
  sandbox.s3.putObject("moat", "policy.yaml", Buffer.from(POLICY));
  return sandbox;
}

const lambdaEnv = (url: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  AWS_REGION: "eu-west-1",
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "AKIAMOATBENCH0000001",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_EC2_METADATA_DISABLED: "true",
  MOAT_POLICY: "s3://moat/policy.yaml",
  MOAT_STATE: "s3://moat/state",
  MOAT_QUEUE_URL: `${url}/111122223333/moat.fifo`,
});

/** Most memory that a process ever had, in MiB. */
const peakMiB = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);

interface Measured {
  readonly ms: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly peakMiB: number;
}

async function measure(
  sandbox: SandboxAws,
  file: string,
  runs: number,
  event: (run: number) => unknown,
): Promise<Measured> {
  const served = await startSandboxAws({ sandbox });
  const lambda: LambdaProcess = await startLambda(file, lambdaEnv(served.url));
  const times: number[] = [];
  let calls = {};
  try {
    for (let run = 0; run < runs; run += 1) {
      const before = sandbox.calls.length;
      const { milliseconds, error, failed } = await lambda.invoke(event(run), 900_000);
      if (error !== undefined || failed.length > 0)
        throw new Error(`The function failed: ${error ?? failed.join()}`);
      times.push(milliseconds);
      const named = sandbox.calls
        .slice(before)
        .map(({ call }) => `${call.context.service}:${call.operation}`);
      calls = Object.fromEntries(
        [...new Set(named)].map((n) => [n, named.filter((other) => other === n).length]),
      );
    }
    return { ms: median(times), calls, peakMiB: peakMiB(lambda.pid) };
  } finally {
    await lambda.stop();
    await served.close();
  }
}

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

const folder = mkdtempSync(join(tmpdir(), "moat-cloud-"));
mkdirSync("bench/results/flow-logs", { recursive: true });
try {
  await bundleHandlers(folder);
  const at = (handler: string): string => join(folder, handler, "index.mjs");
  const sweeps: Record<string, Measured> = {};
  for (const databases of DATABASES)
    sweeps[databases] = await measure(estate(databases), at("sweep"), RUNS, () => ({
      source: "moat.schedule",
    }));

  const sandbox = estate(10);
  const [small = ""] = await generateFlowLogs("bench/results/flow-logs", "small");
  sandbox.s3.putObject("logs", keyOf("small"), readFileSync(small));
  const ingestSmall = await measure(sandbox, at("ingest"), RUNS, () => announced(keyOf("small")));
  const { path, lines } = await largeObject();
  const body = readFileSync(path);
  sandbox.s3.putObject("logs", keyOf("large"), body);
  const ingestLarge = await measure(sandbox, at("ingest"), 1, () => announced(keyOf("large")));
  const engine = await engineMs(path);
  console.log(
    JSON.stringify({
      bench: "cloud",
      sweeps,
      ingestSmall: { lines: 100_000, ...ingestSmall },
      ingestLarge: { lines, gzipBytes: body.length, ...ingestLarge },
      engineMs: engine,
      ratio: +(ingestLarge.ms / engine).toFixed(2),
      node: process.version,
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
