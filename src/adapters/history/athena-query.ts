import type { QueryExecution } from "@aws-sdk/client-athena";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { Clock } from "../../ports/clock.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { type AthenaService, athenaService } from "../aws/athena-service.ts";
import { callAws } from "../aws/aws-call.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import type { AnswerCells } from "./answer-rows.ts";
import { athenaCells } from "./athena-cells.ts";

/** Where and how long Athena works for us. */
export interface AthenaSettings {
  /** Of the Glue catalog; it has to be there. */
  readonly database: string;
  /** `primary` by default. */
  readonly workgroup?: string;
  /** `s3://bucket/prefix/` where Athena puts answers; needed where the workgroup has none. */
  readonly output?: string;
  /** Of one question with all its tries, in milliseconds. */
  readonly deadlineMs: number;
}

/** Runs statements in Athena, and ends those that nobody waits for any more. */
export interface AthenaQueries {
  /** Runs a statement that has no answer. */
  run(statement: string): Promise<void>;
  /** Runs a query. @param columns those it asks for, in their order */
  ask(query: string, columns: readonly string[]): Promise<readonly AnswerCells[]>;
  /** Stops every query that runs; who waits for one gets a fault. */
  stop(): Promise<void>;
}

/** Times that a query is run again which failed for a reason that passes. */
const TRIES = 3;
const FIRST_LOOK_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** The most that Athena gives at once. */
const PAGE = 1000;

/** A file that a compaction removed between listing and reading. */
const FILE_WENT = /NoSuchKey|HIVE_CANNOT_OPEN_SPLIT|HIVE_FILE_NOT_FOUND/;

/** Every call throws an `AwsFault` when AWS does not answer it, and a `HistoryFault` for a query that came to nothing. */
export function athenaQueries(clients: AwsClients, settings: AthenaSettings, clock: Clock): AthenaQueries {
  const service = athenaService(clients);
  const running = new Set<string>();
  let isStopped = false;
  const finished = async (statement: string, until: number): Promise<string> => {
    for (let attempt = 1; ; attempt += 1) {
      const id = await start(service, settings, statement);
      running.add(id);
      if (isStopped) await stopQuery(service, id);
      const end = await waited(service, clock, id, until).catch(async (error: unknown) => {
        // Nobody will ask for its answer: it must not go on costing money.
        running.delete(id);
        await stopQuery(service, id);
        throw error;
      });
      running.delete(id);
      if (end.Status?.State === "SUCCEEDED") return id;
      if (attempt === TRIES || !mayPass(end)) throw ended(end);
    }
  };
  return {
    run: async (statement) => void (await finished(statement, clock.now() + settings.deadlineMs)),
    ask: async (query, columns) => {
      const until = clock.now() + settings.deadlineMs;
      const id = await finished(query, until);
      return answerOf(service, id, columns, () => {
        if (clock.now() > until) throw tooSlow();
      });
    },
    stop: async () => {
      isStopped = true;
      const ids = [...running];
      running.clear();
      await Promise.all(ids.map((id) => stopQuery(service, id)));
    },
  };
}

async function start(
  service: AthenaService,
  { database, workgroup, output }: AthenaSettings,
  statement: string,
): Promise<string> {
  const { sdk, client } = await service();
  // The SDK sends a token that is the same at each of its tries, so that a lost answer starts no second query.
  const input = {
    QueryString: statement,
    QueryExecutionContext: { Database: database },
    ...(workgroup === undefined ? {} : { WorkGroup: workgroup }),
    ...(output === undefined ? {} : { ResultConfiguration: { OutputLocation: withSlash(output) } }),
  };
  try {
    const { QueryExecutionId } = await callAws("athena:StartQueryExecution", () =>
      client.send(new sdk.StartQueryExecutionCommand(input)),
    );
    return QueryExecutionId ?? "";
  } catch (error) {
    throw error instanceof AwsFault && error.code.startsWith("InvalidRequest") ? refused(error) : error;
  }
}

const withSlash = (location: string): string => (location.endsWith("/") ? location : `${location}/`);

/** The query once it is over, in whichever way. @throws HistoryFault when the time is over first */
async function waited(
  service: AthenaService,
  clock: Clock,
  id: string,
  until: number,
): Promise<QueryExecution> {
  const { sdk, client } = await service();
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
    const { QueryExecution: execution = {} } = await callAws("athena:GetQueryExecution", () =>
      client.send(new sdk.GetQueryExecutionCommand({ QueryExecutionId: id })),
    );
    const state = execution.Status?.State ?? "";
    if (["SUCCEEDED", "FAILED", "CANCELLED"].includes(state)) return execution;
    const left = until - clock.now();
    if (left <= 0) throw tooSlow();
    await clock.sleep(Math.min(pause, left));
  }
}

async function answerOf(
  service: AthenaService,
  id: string,
  columns: readonly string[],
  check: () => void,
): Promise<readonly AnswerCells[]> {
  const { sdk, client } = await service();
  const rows: AnswerCells[] = [];
  let token: string | undefined;
  do {
    check();
    const more = token === undefined ? {} : { NextToken: token };
    const page = await callAws("athena:GetQueryResults", () =>
      client.send(new sdk.GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: PAGE, ...more })),
    );
    for (const row of athenaCells(page, columns, token === undefined)) rows.push(row);
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  return rows;
}

/** Stops a query. One that is over already, or that cannot be stopped, ends by itself. */
async function stopQuery(service: AthenaService, id: string): Promise<void> {
  const { sdk, client } = await service();
  await client.send(new sdk.StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
}

function mayPass({ Status }: QueryExecution): boolean {
  if (Status?.State !== "FAILED") return false;
  return Status.AthenaError?.Retryable === true || FILE_WENT.test(Status.StateChangeReason ?? "");
}

function ended({ Status, QueryExecutionId }: QueryExecution): HistoryFault {
  const reason = Status?.AthenaError?.ErrorMessage || Status?.StateChangeReason || "Athena gave no reason";
  const was = Status?.State === "CANCELLED" ? "was cancelled" : "failed";
  return new HistoryFault(`The query ${QueryExecutionId} ${was} in Athena`, reason, fixOf(reason));
}

function fixOf(reason: string): string {
  if (/access ?denied|not authorized|insufficient permission/i.test(reason))
    return "Allow what docs/iam.md names under Athena to whoever asks";
  if (/database .*(not found|does not exist)|SCHEMA_NOT_FOUND/i.test(reason))
    return 'Make the database once: CREATE DATABASE, with the name under "history" in moat.yaml';
  if (/scanned limit/i.test(reason)) return "Ask for less time, or raise the limit of the workgroup";
  return "Look the query up in the Athena console, then run again";
}

const refused = (fault: AwsFault): HistoryFault =>
  new HistoryFault(
    "Athena does not take the query",
    fault.message,
    'Check "database", "workgroup" and "output" under "history" in moat.yaml',
    { cause: fault },
  );

const tooSlow = (): HistoryFault =>
  new HistoryFault(
    "Athena did not answer in time; the query was stopped",
    "Queries wait while the account runs as many as it may, and take longer the more files there are",
    'Run "moat history compact", ask for less time, or raise "deadlineSeconds" under "history" in moat.yaml',
  );
