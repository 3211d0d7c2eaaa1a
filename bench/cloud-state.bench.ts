/**
 * What the functions keep in the bucket `State`, and read there: requests and bytes of one run each, with the template's
 * waves, audit, history and ledger of uploads, on the sample company with a history of 35 days. Prints one line of JSON.
 * The cost page is made of these figures.
 *
 * Run with `npm exec -c 'node bench/cloud-state.bench.ts'`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import { bundleHandlers } from "../scripts/build.ts";
import { compactedPath, dayFolder } from "../src/adapters/history/day-file.ts";
import { rowsParquet } from "../src/adapters/history/rows-parquet.ts";
import { reconcileMessages } from "../src/entry/lambda/reconcile-message.ts";
import { type LambdaLab, lambdaLab } from "../test/e2e/lambda-lab.ts";
import type { Invocation, LambdaProcess } from "../test/e2e/lambda-process.ts";
import { startBus, whileTimePasses } from "../test/e2e/reconcile-lab.ts";

const BUCKET = "moat-state";
const DATABASE = "ledger";
const DAYS = 35;
const DAY_S = 86_400;
/** Who uses the database in each hour of the history: nobody else, or the plan would be refused. */
const CONSUMERS = ["10.20.1.21", "10.20.1.31"];
/** Rows of an hour; a busier database makes larger files, not more of them. */
const ROWS_OF_AN_HOUR = 100;

interface Requests {
  /** Calls of AWS, all services together. */
  readonly calls: number;
  readonly s3Get: number;
  /** PUT and LIST, which cost the same. */
  readonly s3Put: number;
  readonly logBytes: number;
  /** Records of writes, and their bytes. */
  readonly records: number;
  readonly recordBytes: number;
}

/** A day of a busy database, as a compaction leaves it. */
function dayOf(databaseArn: string, midnight: number): Uint8Array {
  const common = { generation: 1, objectDigest: "", flowLog: "fl-0123456789abcdef0" };
  return rowsParquet(
    Array.from({ length: 24 * ROWS_OF_AN_HOUR }, (_, i) => ({
      ...common,
      rowKind: "flow" as const,
      hourStart: midnight + 3_600 * Math.floor(i / ROWS_OF_AN_HOUR),
      records: 24,
      databaseArn,
      databaseSide: "provider",
      consumer: CONSUMERS[i % CONSUMERS.length] ?? "",
      provider: "10.20.2.21",
      port: 5432,
      protocol: "tcp",
      action: "ACCEPT",
      orientedBy: "syn",
      packets: 30,
      bytes: 3000,
      firstSeen: midnight,
      lastSeen: midnight + 100,
    })),
  );
}

/** Runs a function and counts. */
async function counted(lab: LambdaLab, lambda: LambdaProcess, event: unknown): Promise<Requests> {
  const { sandbox } = lab.aws;
  const before = sandbox.calls.length;
  const known = new Set(sandbox.s3.objects(BUCKET).map(({ key }) => key));
  const { failed, error, lines }: Invocation = await whileTimePasses(lab, () => lambda.invoke(event));
  if (error !== undefined || failed.length > 0) throw new Error(`${error} ${JSON.stringify(lines)}`);
  const calls = sandbox.calls.slice(before).map(({ call }) => call);
  const s3 = (...operations: readonly string[]): number =>
    calls.filter(({ context, operation }) => context.service === "s3" && operations.includes(operation))
      .length;
  const records = sandbox.s3.objects(BUCKET).filter(({ key }) => key.startsWith("audit/") && !known.has(key));
  return {
    calls: calls.length,
    s3Get: s3("GetObject", "HeadObject"),
    s3Put: s3("PutObject", "ListObjectsV2"),
    logBytes: lines.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0),
    records: records.length,
    recordBytes: records.reduce((sum, { body }) => sum + body.length, 0),
  };
}

async function tamper(lab: LambdaLab): Promise<void> {
  const person = new EC2Client({
    endpoint: lab.endpoint,
    region: lab.company.region,
    credentials: { accessKeyId: "AKIAPERSON0000000001", secretAccessKey: "x" },
  });
  await person.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: lab.groups(DATABASE)[0] ?? "",
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 1, ToPort: 9999, IpRanges: [{ CidrIp: "198.51.100.0/24" }] },
      ],
    }),
  );
  person.destroy();
}

const folder = mkdtempSync(join(tmpdir(), "moat-state-"));
try {
  await bundleHandlers(folder);
  const at = (handler: string): string => join(folder, handler, "index.mjs");
  const lab = await lambdaLab(at("ingest"));
  const bus = await startBus(() => "answered");
  const { sandbox } = lab.aws;
  sandbox.seed.bucket(BUCKET);
  const { arn } = sandbox.rds().instance(DATABASE);
  const today = Math.floor(Date.now() / 1000 / DAY_S) * DAY_S;
  for (let day = 0; day < DAYS; day += 1) {
    const midnight = today - day * DAY_S;
    const name = new Date(midnight * 1000).toISOString().slice(0, 10);
    const path = compactedPath(dayFolder("111122223333", lab.company.region, name), 1);
    sandbox.s3.putObject(BUCKET, `history/${path}`, dayOf(arn, midnight));
  }
  const env = {
    MOAT_STATE: `s3://${BUCKET}/state`,
    MOAT_AUDIT: `s3://${BUCKET}/audit`,
    MOAT_HISTORY: `s3://${BUCKET}/history`,
    MOAT_NOTIFY_BUS: "moat",
    MOAT_FIRST_SWAP: "at-once",
    MOAT_TWICE_APART_SECONDS: "1",
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  };
  const start = (handler: string, more: NodeJS.ProcessEnv = {}) =>
    lab.start({ ...env, ...more }, at(handler));
  const message = (database = arn) => {
    const [made] = reconcileMessages(String(Math.random()), [database]);
    return {
      Records: [
        {
          messageId: "1",
          receiptHandle: "1",
          body: made?.body ?? "",
          attributes: { MessageGroupId: made?.group ?? "" },
          messageAttributes: {},
          md5OfBody: "",
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:moat.fifo",
          awsRegion: "eu-west-1",
        },
      ],
    };
  };
  // In the order of an installation: everything is put in place first, and then runs find little to do.
  const WAVES = { MOAT_WAVES: "1 10 100" };
  const queue = { MOAT_QUEUE_URL: `${lab.endpoint}/111122223333/moat.fifo` };
  sandbox.sqs().createQueue("moat.fifo", new Map([["FifoQueue", "true"]]));
  const reconcile = await start("reconcile");
  const swap = await counted(lab, reconcile, message());
  const plain = await counted(lab, reconcile, message());
  const withWaves = await start("reconcile", WAVES);
  const quiet = await counted(lab, withWaves, message());
  await tamper(lab);
  const repair = await counted(lab, withWaves, message());
  await counted(lab, reconcile, message(sandbox.rds().instance("orders").arn));
  const sweepPlain = await start("sweep", queue);
  const sweepWaves = await start("sweep", { ...queue, ...WAVES });
  const schedule = { source: "moat.schedule" };
  await counted(lab, sweepPlain, schedule);
  const sweep = await counted(lab, sweepPlain, schedule);
  await counted(lab, sweepWaves, schedule);
  const sweepInWaves = await counted(lab, sweepWaves, schedule);
  const objects = await lab.work();
  const ingest = await start("ingest", queue);
  const { length: announced } = objects.Records;
  const took = await counted(lab, ingest, objects);
  console.log(
    JSON.stringify({
      bench: "cloud-state",
      days: DAYS,
      dayBytes: dayOf(arn, today).length,
      swap,
      plain,
      quiet,
      repair,
      sweep,
      sweepInWaves,
      ingest: { objects: announced, ...took },
      node: process.version,
    }),
  );
  await bus.close();
  await lab.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
