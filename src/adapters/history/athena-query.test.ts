import { beforeEach, describe, expect, it } from "vitest";
import {
  type EngineAnswer,
  type StandInAthena,
  standInAthena,
} from "../../../test/support/stand-in-athena.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { Clock } from "../../ports/clock.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { createSandboxAws } from "../../sandbox/aws/sandbox-aws.ts";
import { awsClients } from "../aws/aws-clients.ts";
import { type AthenaQueries, athenaQueries } from "./athena-query.ts";

const COLUMNS = ["consumer", "port", "records"];
const ANSWER: EngineAnswer = {
  columns: COLUMNS,
  types: ["varchar", "integer", "bigint"],
  rows: Array.from({ length: 2_345 }, (_, i) => [
    `10.0.0.${i}`,
    i % 7 === 0 ? null : 3306,
    9_007_199_254_740_991,
  ]),
};

let athena: StandInAthena;
let queries: AthenaQueries;
let now: number;
let answer: EngineAnswer;
/** Whether time passes while somebody sleeps. */
let isPassing: boolean;
const clock: Clock = {
  now: () => now,
  sleep: async (ms) => {
    if (isPassing) now += ms;
    else await new Promise((resolve) => setImmediate(resolve));
  },
};
const did = (operation: string) => athena.calls.filter((call) => call.operation === operation);

beforeEach(() => {
  now = 0;
  isPassing = true;
  answer = ANSWER;
  athena = standInAthena(createSandboxAws(), async () => answer);
  const clients = awsClients({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    requestHandler: athena.requestHandler,
    maxAttempts: 2,
    env: {},
  });
  const settings = { database: "moat", workgroup: "audit", output: "s3://answers/moat", deadlineMs: 60_000 };
  queries = athenaQueries(clients, settings, clock);
});

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HistoryFault) return `${error.message} | ${error.why} | ${error.fix}`;
    throw error;
  }
  return "no fault";
}

describe("athenaQueries", () => {
  it("waits for the query and reads every page, numbers as numbers and nothing as nothing", async () => {
    const rows = await queries.ask("SELECT 1", COLUMNS);
    expect(rows).toHaveLength(2_345);
    expect(rows.slice(0, 2)).toEqual([
      ["10.0.0.0", undefined, 9_007_199_254_740_991],
      ["10.0.0.1", 3306, 9_007_199_254_740_991],
    ]);
    expect(did("GetQueryResults").map((call) => call.input.NextToken)).toEqual([undefined, "1000", "2000"]);
    expect(did("StartQueryExecution")[0]?.input).toMatchObject({
      QueryString: "SELECT 1",
      QueryExecutionContext: { Database: "moat" },
      WorkGroup: "audit",
      ResultConfiguration: { OutputLocation: "s3://answers/moat/" },
      ClientRequestToken: expect.any(String),
    });
    expect(did("StopQueryExecution")).toEqual([]);
  });

  it("goes on where it is throttled, with the token of the same query", async () => {
    athena.faults.push(
      { operation: "StartQueryExecution", code: "TooManyRequestsException" },
      { operation: "GetQueryResults", code: "TooManyRequestsException" },
    );
    expect(await queries.ask("SELECT 1", COLUMNS)).toHaveLength(2_345);
    const tokens = did("StartQueryExecution").map((call) => call.input.ClientRequestToken);
    expect([tokens.length, new Set(tokens).size]).toEqual([2, 1]);
  });

  it("says that it is throttled once it has tried enough, and stops what nobody waits for", async () => {
    for (let i = 0; i < 2; i += 1)
      athena.faults.push({ operation: "GetQueryExecution", code: "ThrottlingException" });
    const error = await queries.ask("SELECT 1", COLUMNS).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AwsFault);
    expect(error).toMatchObject({ kind: "throttled", operation: "athena:GetQueryExecution" });
    expect(did("StopQueryExecution")).toHaveLength(1);
  });

  it("stops a query whose time is over", async () => {
    athena.looks = 1_000;
    expect(await faultOf(queries.ask("SELECT 1", COLUMNS))).toMatch(
      /did not answer in time.*deadlineSeconds/,
    );
    expect(now).toBe(60_000);
    expect(did("StopQueryExecution")).toHaveLength(1);
    // Looks grow rarer: a minute takes no sixty calls.
    expect(did("GetQueryExecution").length).toBeLessThan(25);
  });

  it("stops what runs when it is told to, and whoever waits hears of it", async () => {
    athena.looks = 1_000_000;
    isPassing = false;
    const waiting = faultOf(queries.ask("SELECT 1", COLUMNS));
    while (did("GetQueryExecution").length === 0) await new Promise((resolve) => setImmediate(resolve));
    await queries.stop();
    expect(await waiting).toMatch(/was cancelled in Athena/);
  });

  it("runs a query again that failed for a reason that passes", async () => {
    athena.ends.push(
      { state: "FAILED", reason: "GENERIC_INTERNAL_ERROR", retryable: true },
      { state: "FAILED", reason: "HIVE_CANNOT_OPEN_SPLIT: NoSuchKey" },
    );
    expect(await queries.ask("SELECT 1", COLUMNS)).toHaveLength(2_345);
    expect(did("StartQueryExecution")).toHaveLength(3);
  });

  it.each([
    {
      end: { state: "FAILED", reason: "COLUMN_NOT_FOUND: line 1:8" } as const,
      want: /failed in Athena \| COLUMN_NOT_FOUND: line 1:8 \| Look the query up/,
    },
    { end: { state: "FAILED", reason: "Access Denied to s3://b" } as const, want: /docs\/iam\.md/ },
    { end: { state: "FAILED", reason: "SCHEMA_NOT_FOUND: moat" } as const, want: /CREATE DATABASE/ },
    {
      end: { state: "CANCELLED", reason: "Query exhausted bytes scanned limit" } as const,
      want: /was cancelled .*less time/,
    },
  ])("tells why a query came to nothing: $end.reason", async ({ end, want }) => {
    athena.ends.push(end);
    expect(await faultOf(queries.ask("SELECT 1", COLUMNS))).toMatch(want);
    expect(did("StartQueryExecution")).toHaveLength(1);
  });

  it("gives a query up that fails the same way three times", async () => {
    for (let i = 0; i < 4; i += 1) athena.ends.push({ state: "FAILED", reason: "again", retryable: true });
    expect(await faultOf(queries.run("CREATE"))).toMatch(/failed in Athena \| again/);
    expect(did("StartQueryExecution")).toHaveLength(3);
  });

  it("says what to look at when Athena does not take the query", async () => {
    athena.faults.push({
      operation: "StartQueryExecution",
      code: "InvalidRequestException",
      message: "No output location provided",
    });
    expect(await faultOf(queries.run("CREATE"))).toMatch(/No output location provided.*"output" under/);
  });

  it.each([
    { name: "other columns", change: { columns: ["consumer", "port", "bytes"] }, want: /its columns are/ },
    { name: "a cell too few", change: { rows: [["10.0.0.1", 3306]] }, want: /2 cells of 3/ },
    { name: "text as a number", change: { rows: [["10.0.0.1", "", 1]] }, want: /"" in the column port/ },
    { name: "a number beyond", change: { rows: [["10.0.0.1", 1, "9007199254740993"]] }, want: /no whole/ },
  ])("takes no answer with $name for one", async ({ change, want }) => {
    answer = { ...ANSWER, ...change };
    expect(await faultOf(queries.ask("SELECT 1", COLUMNS))).toMatch(want);
  });
});
