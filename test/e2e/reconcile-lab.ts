import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { reconcileMessages } from "../../src/entry/lambda/reconcile-message.ts";
import { type LambdaLab, lambdaLab } from "./lambda-lab.ts";
import type { LambdaProcess } from "./lambda-process.ts";

/** Bucket of what is remembered, of the record of writes and of the history. */
export const STATE_BUCKET = "moat-state";

/** The sample company with flow logs delivered and nothing enforced yet, and `reconcile` to look after its databases. */
export interface ReconcileLab {
  readonly lab: LambdaLab;
  readonly admitted: Admissions;
  readonly arn: (database: string) => string;
  /** Starts a function; `env` comes on top of what every one gets. */
  readonly start: (env?: NodeJS.ProcessEnv) => Promise<LambdaProcess>;
  /** What `ingest` puts into the queue of databases. */
  readonly message: (database: string, request: string) => ReturnType<typeof reconcileMessages>[number];
}

/** @param bundle gives the file of a handler */
export async function reconcileLab(
  bundle: (handler?: string) => string,
  env: NodeJS.ProcessEnv = {},
): Promise<ReconcileLab> {
  const lab = await lambdaLab(bundle());
  const { defaultAccountId: accountId } = lab.aws.sandbox.world;
  lab.aws.sandbox.s3.createBucket({ name: STATE_BUCKET, accountId, region: lab.company.region });
  const objects = (await lab.work()).Records.flatMap(({ body }) => objectsOf(body));
  const arn = (id: string): string => lab.aws.sandbox.rds().instance(id).arn;
  const common = { MOAT_STATE: `s3://${STATE_BUCKET}/state`, MOAT_TWICE_APART_SECONDS: "1", ...env };
  return {
    lab,
    arn,
    admitted: admissions(lab),
    start: (more = {}) => lab.start({ ...common, ...more }, bundle("reconcile")),
    message: (id, request) => {
      const [made] = reconcileMessages(request, [arn(id)], { objects });
      if (made === undefined) throw new Error("No message was made");
      return made;
    },
  };
}

/** What S3 announced, as `ingest` hands it on. */
function objectsOf(body: string): readonly { readonly bucket: string; readonly key: string }[] {
  const { Records = [] } = JSON.parse(body) as {
    readonly Records?: readonly {
      readonly s3: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
    }[];
  };
  return Records.map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: decodeURIComponent(s3.object.key.replaceAll("+", " ")),
  }));
}

/** Who was admitted where, at every change of anything. */
export interface Admissions {
  readonly changes: () => number;
  /** Those who were cut although they may connect before and after, and those let in who may neither. */
  readonly violations: () => readonly string[];
}

function admissions(lab: LambdaLab): Admissions {
  const pairs = lab.company.consumers.flatMap(({ name }) =>
    lab.company.databases.map(({ id }) => [name, id] as const),
  );
  const look = (): ReadonlySet<string> =>
    new Set(pairs.filter(([from, to]) => lab.admits(from, to)).map((pair) => pair.join(" > ")));
  const before = look();
  const seen: ReadonlySet<string>[] = [];
  lab.aws.sandbox.network.onChange(() => void seen.push(look()));
  return {
    changes: () => seen.length,
    violations: () => {
      const after = look();
      return seen.flatMap((now) =>
        pairs
          .map((pair) => pair.join(" > "))
          .filter((pair) => before.has(pair) === after.has(pair) && now.has(pair) !== after.has(pair)),
      );
    },
  };
}

/** Runs the sandbox's clock meanwhile, as changes of RDS take time. */
export async function whileTimePasses<T>(lab: LambdaLab, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => lab.clock.advance(30_000), 50);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** What becomes of a call of the bus: nothing, an answer that is lost, or one that is seen. */
export type BusFate = "never made" | "answer lost" | "answered";

/** Stands in for EventBridge: notes what was told. */
export interface Bus {
  readonly url: string;
  /** Every message, by what names it: key, state and the moment it began. */
  readonly told: readonly string[];
  readonly close: () => Promise<void>;
}

/** @param fateOf is asked at every call */
export async function startBus(fateOf: () => BusFate): Promise<Bus> {
  const told: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const fate = fateOf();
      if (fate !== "never made") told.push(...toldIn(Buffer.concat(chunks).toString()));
      if (fate !== "answered") {
        request.socket.destroy();
        return;
      }
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toldIn(body: string): readonly string[] {
  const { Entries } = JSON.parse(body) as { readonly Entries: readonly { readonly Detail: string }[] };
  return Entries.map(({ Detail }) => {
    const { dedupKey, state, openedAt } = JSON.parse(Detail) as Readonly<Record<string, string>>;
    return `${dedupKey} ${state} ${openedAt}`;
  });
}
