import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  ListQueryExecutionsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AwsClients, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { athenaHistory } from "../../src/adapters/history/athena-history.ts";
import { type AthenaSettings, athenaQueries } from "../../src/adapters/history/athena-query.ts";
import { historyWriter } from "../../src/adapters/history/history-writer.ts";
import { s3Store } from "../../src/adapters/history/s3-store.ts";
import { CONSUMER_COLUMNS } from "../../src/core/history/consumers-query.ts";
import { HistoryFault } from "../../src/ports/flow-history.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { type Moto, startMoto } from "./moto.ts";
import { MOTO_ATHENA_DEVIATIONS } from "./moto-deviations.ts";

/**
 * The client of Athena against an API of it that others wrote. It runs no queries, so what they answer is told to it
 * beforehand; who asks what when, in which state a query is and how it ends are its own.
 */
const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
const COLUMNS = ["consumer", "port", "records"];
const TYPES = ["varchar", "integer", "bigint"];
type Row = readonly (string | null)[];

describeWith(python, "Athena as moto has it", (found) => {
  let moto: Moto;
  let clients: AwsClients;
  let athena: AthenaClient;
  let slept: number[];
  const clock = {
    now: () => Date.now(),
    sleep: async (ms: number) => {
      slept.push(ms);
    },
  };
  const settings: AthenaSettings = {
    database: "moat",
    output: "s3://moat-answers/moat",
    deadlineMs: 60_000,
  };

  beforeAll(async () => {
    moto = await startMoto(found);
    clients = awsClients({
      region: REGION,
      credentials: CREDENTIALS,
      env: { AWS_ENDPOINT_URL: moto.url },
    });
    athena = new AthenaClient({ region: REGION, credentials: CREDENTIALS, endpoint: moto.url });
  });
  afterAll(async () => {
    clients.close();
    athena.destroy();
    await moto.stop();
  });
  beforeEach(async () => {
    await moto.reset();
    slept = [];
    await looks(1);
    const s3 = new S3Client({
      region: REGION,
      credentials: CREDENTIALS,
      endpoint: moto.url,
      forcePathStyle: true,
    });
    const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
    for (const Bucket of ["moat-answers", "moat-history"])
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    s3.destroy();
  });

  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${moto.url}/moto-api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  };
  /** Each state of a query lasts for so many looks at it. */
  const looks = (times: number) =>
    post("state-manager/set-transition", {
      model_name: "athena::execution",
      transition: { progression: "manual", times },
    });
  const cells = (row: Row) => ({
    Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
  });
  /** What the next query answers: as AWS sends it, names first. */
  const willAnswer = (columns: readonly string[], types: readonly string[], rows: readonly Row[]) =>
    post("static/athena/query-results", {
      region: REGION,
      results: [
        {
          rows: [...(columns.length === 0 ? [] : [cells(columns)]), ...rows.map(cells)],
          column_info: columns.map((Name, i) => ({ Name, Type: types[i] })),
        },
      ],
    });
  const started = async (): Promise<readonly string[]> =>
    (await athena.send(new ListQueryExecutionsCommand({}))).QueryExecutionIds ?? [];
  const execution = async (QueryExecutionId = "") =>
    (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  const faultOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(HistoryFault);
    return (error as HistoryFault).message;
  };

  it("is asked, waited for and read: numbers as numbers, nothing as nothing", async () => {
    await looks(2);
    await willAnswer(COLUMNS, TYPES, [
      ["10.0.0.1", "3306", "9007199254740991"],
      ["10.0.0.2", null, "1"],
    ]);
    expect(await athenaQueries(clients, settings, clock).ask("SELECT 1", COLUMNS)).toEqual([
      ["10.0.0.1", 3306, 9_007_199_254_740_991],
      ["10.0.0.2", undefined, 1],
    ]);
    // Queued and running for two looks each, with growing pauses between.
    expect(slept.length).toBeGreaterThanOrEqual(3);
    expect(slept).toEqual(slept.toSorted((a, b) => a - b));
    const [id, ...others] = await started();
    expect(others).toEqual([]);
    expect(await execution(id)).toMatchObject({
      Query: "SELECT 1",
      QueryExecutionContext: { Database: "moat" },
      ResultConfiguration: { OutputLocation: `s3://moat-answers/moat/${id}.csv` },
    });
  });

  it("reads an answer of many rows whole", async () => {
    const rows = Array.from({ length: 2_500 }, (_, i): Row => [`10.0.${i >> 8}.${i & 255}`, "3306", `${i}`]);
    await willAnswer(COLUMNS, TYPES, rows);
    const read = await athenaQueries(clients, settings, clock).ask("SELECT 1", COLUMNS);
    expect(read.map(([consumer]) => consumer)).toEqual(rows.map(([consumer]) => consumer));
  });

  it("does not take another answer for its own", async () => {
    await willAnswer(["somebody", "else"], ["varchar", "varchar"], [["a", "b"]]);
    const asked = athenaQueries(clients, settings, clock).ask("SELECT 1", COLUMNS);
    expect(await faultOf(asked)).toMatch(/is not what was asked for: its columns are somebody, else/);
    // Nothing was told to it: no columns at all.
    const again = athenaQueries(clients, settings, clock).ask("SELECT 1", COLUMNS);
    expect(await faultOf(again)).toMatch(/is not what was asked for/);
  });

  it("stops a query that takes too long, and nobody reads its answer", async () => {
    await looks(1_000_000);
    let now = 0;
    const passing = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    };
    expect(await faultOf(athenaQueries(clients, settings, passing).ask("SELECT 1", COLUMNS))).toMatch(
      /did not answer in time; the query was stopped/,
    );
    expect(now).toBeGreaterThanOrEqual(60_000);
    const [id] = await started();
    expect((await execution(id))?.Status?.State).toBe("CANCELLED");
  });

  it("tells of a query that somebody else cancelled", async () => {
    await looks(1_000_000);
    const cancelling = {
      now: () => Date.now(),
      sleep: async () => {
        for (const QueryExecutionId of await started())
          await athena.send(new StopQueryExecutionCommand({ QueryExecutionId }));
      },
    };
    const asked = athenaQueries(clients, settings, cancelling).ask("SELECT 1", COLUMNS);
    expect(await faultOf(asked)).toMatch(/was cancelled in Athena/);
    expect(await started()).toHaveLength(1);
  });

  it("tells what it refuses to begin with", async () => {
    const nowhere = athenaQueries(clients, { ...settings, workgroup: "nowhere" }, clock);
    const error = await nowhere.ask("SELECT 1", COLUMNS).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HistoryFault);
    expect(`${(error as HistoryFault).message} ${(error as HistoryFault).why}`).toMatch(
      /WorkGroup does not exist/,
    );
    expect(await started()).toEqual([]);
  });

  it("is told to stop when nobody waits any more", async () => {
    await looks(1_000_000);
    const queries = athenaQueries(clients, settings, {
      now: () => Date.now(),
      sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
    });
    const asked = faultOf(queries.ask("SELECT 1", COLUMNS));
    while ((await started()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await queries.stop();
    expect(await asked).toMatch(/was cancelled/);
  });

  it("gets the table of a history in S3 first, and answers what a history answers", async () => {
    const place = { bucket: "moat-history", prefix: "v1" };
    const hour = Date.UTC(2026, 7, 16) / 1000;
    const object = { digest: "aa", account: "111122223333", region: REGION, flowLog: "fl-1", records: 1 };
    await historyWriter(s3Store(clients, place)).add(
      { ...object, slotStart: hour, noData: 0, skipData: 0, malformed: 0, complete: true },
      [],
    );
    const history = athenaHistory(clients, place, settings, clock);
    await willAnswer([], [], []);
    const arn = "arn:aws:rds:eu-west-1:111122223333:db:orders";
    const types = CONSUMER_COLUMNS.map((name) => {
      if (name === "port") return "integer";
      return ["records", "first_seen", "last_seen"].includes(name) ? "bigint" : "varchar";
    });
    await willAnswer(CONSUMER_COLUMNS, types, [
      [arn, "provider", "10.0.1.10", "10.0.9.5", "3306", "tcp", "ACCEPT", "7", "1786838460", "1786838490"],
    ]);
    expect(await history.consumers({ databaseArns: [arn], served: true })).toMatchObject([
      { databaseArn: arn, consumer: "10.0.1.10", port: 3306, records: 7 },
    ]);
    const [made, asked] = await Promise.all((await started()).map((id) => execution(id)));
    expect(made?.Query).toContain("LOCATION 's3://moat-history/v1/'");
    expect(made?.Query).toContain("'projection.account.values' = '111122223333'");
    expect(asked?.Query).toContain(`database_arn IN ('${arn}')`);
    const table = /TABLE IF NOT EXISTS `(\w+)`/.exec(made?.Query ?? "")?.[1] ?? "none";
    expect(asked?.Query).toContain(`FROM ${table} r`);
    await history.close();
  });

  describe("is not like AWS's", () => {
    const start = async (more: object = {}): Promise<string> =>
      (await athena.send(new StartQueryExecutionCommand({ QueryString: "no SQL at all", ...more })))
        .QueryExecutionId ?? "";
    const PROBES: Readonly<Record<keyof typeof MOTO_ATHENA_DEVIATIONS, () => Promise<boolean>>> = {
      queriesAreNotRun: async () => {
        const id = await start();
        await execution(id);
        await execution(id);
        return (await execution(id))?.Status?.State === "SUCCEEDED";
      },
      resultsComeInOnePage: async () => {
        await looks(0);
        await willAnswer(["a"], ["varchar"], [["1"], ["2"], ["3"]]);
        const QueryExecutionId = await start();
        for (let i = 0; i < 3; i += 1) await execution(QueryExecutionId);
        const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, MaxResults: 2 }));
        return page.ResultSet?.Rows?.length === 4 && page.NextToken === undefined;
      },
      aTokenStartsTwo: async () => {
        const ClientRequestToken = "a-token-that-is-long-enough-for-aws";
        const first = await start({ ClientRequestToken });
        return first !== (await start({ ClientRequestToken }));
      },
    };
    it.each(Object.entries(PROBES))("%s", async (name, deviates) => {
      const { call, aws } = MOTO_ATHENA_DEVIATIONS[name as keyof typeof MOTO_ATHENA_DEVIATIONS];
      expect(await deviates(), `${call} ${aws} by now: take the entry out`).toBe(true);
    });
  });
});
