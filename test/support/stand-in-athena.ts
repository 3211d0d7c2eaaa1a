import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";

/** What an engine answers: a table, or nothing to a statement that only makes one. */
export interface EngineAnswer {
  readonly columns: readonly string[];
  /** As Athena names them: `varchar`, `integer`, `bigint`. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** How a query ends that the engine is not asked for. */
export interface ScriptedEnd {
  readonly state: "FAILED" | "CANCELLED";
  readonly reason: string;
  readonly retryable?: boolean;
}

/** Athena's API over any engine, with what else can happen to a query: https://docs.aws.amazon.com/athena/latest/APIReference/ */
export interface StandInAthena {
  /** For SDK clients; whatever is not Athena's goes to the sandbox. */
  readonly requestHandler: ReturnType<typeof inProcessRequestHandler>;
  /** Every call so far: operation and input. */
  readonly calls: { readonly operation: string; readonly input: Readonly<Record<string, unknown>> }[];
  /** Looks at a query that find it queued or running before it is over. */
  looks: number;
  /** Rows of a page, the line of names not counted. */
  page: number;
  /** Answered before anything else, one a call: codes of errors, by operation. */
  readonly faults: { readonly operation: string; readonly code: string; readonly message?: string }[];
  /** The next queries end so. */
  readonly ends: ScriptedEnd[];
}

interface Execution {
  looks: number;
  state: string;
  readonly end?: ScriptedEnd;
  readonly answer?: EngineAnswer;
}

class Refusal extends Error {}

export function standInAthena(
  sandbox: SandboxAws,
  engine: (sql: string) => Promise<EngineAnswer | undefined>,
): StandInAthena {
  const executions = new Map<string, Execution>();
  const self: Omit<StandInAthena, "requestHandler"> = {
    calls: [],
    looks: 2,
    page: 1000,
    faults: [],
    ends: [],
  };
  const known = (id: unknown): Execution => {
    const execution = executions.get(String(id));
    if (execution === undefined) throw new Refusal(`QueryExecution ${String(id)} was not found`);
    return execution;
  };
  const begin = async (sql: string): Promise<Execution> => {
    const end = self.ends.shift();
    if (end !== undefined) return { looks: 0, state: "QUEUED", end };
    try {
      const answer = await engine(sql);
      return { looks: 0, state: "QUEUED", ...(answer === undefined ? {} : { answer }) };
    } catch (error) {
      return { looks: 0, state: "QUEUED", end: { state: "FAILED", reason: String(error) } };
    }
  };
  const operations: Readonly<Record<string, (input: Record<string, unknown>) => object | Promise<object>>> = {
    StartQueryExecution: async ({ QueryString }) => {
      const id = `00000000-0000-4000-8000-${String(executions.size + 1).padStart(12, "0")}`;
      executions.set(id, await begin(String(QueryString)));
      return { QueryExecutionId: id };
    },
    GetQueryExecution: ({ QueryExecutionId }) => {
      const execution = known(QueryExecutionId);
      if (execution.state === "QUEUED" || execution.state === "RUNNING") {
        execution.looks += 1;
        execution.state =
          execution.looks <= self.looks
            ? execution.looks === 1
              ? "QUEUED"
              : "RUNNING"
            : (execution.end?.state ?? "SUCCEEDED");
      }
      const { state, end } = execution;
      const AthenaError = { ErrorCategory: 1, Retryable: end?.retryable === true, ErrorMessage: end?.reason };
      const failed = end === undefined ? {} : { StateChangeReason: end.reason, AthenaError };
      return { QueryExecution: { QueryExecutionId, Status: { State: state, ...failed } } };
    },
    GetQueryResults: ({ QueryExecutionId, NextToken, MaxResults }) => {
      const { state, answer } = known(QueryExecutionId);
      if (state !== "SUCCEEDED") throw new Refusal(`Query is in state ${state}`);
      return pageOf(answer, Number(NextToken ?? 0), Math.min(self.page, Number(MaxResults)));
    },
    StopQueryExecution: ({ QueryExecutionId }) => {
      const execution = known(QueryExecutionId);
      if (execution.state === "QUEUED" || execution.state === "RUNNING") execution.state = "CANCELLED";
      return {};
    },
  };
  const requestHandler = inProcessRequestHandler({
    handle: async (request) => {
      const operation = /^AmazonAthena\.(\w+)$/.exec(request.headers["x-amz-target"] ?? "")?.[1];
      if (operation === undefined) return sandbox.handle(request);
      const input = JSON.parse(Buffer.from(request.body).toString()) as Record<string, unknown>;
      self.calls.push({ operation, input });
      const at = self.faults.findIndex((fault) => fault.operation === operation);
      if (at >= 0) {
        const [fault] = self.faults.splice(at, 1);
        return json(400, { __type: fault?.code, message: fault?.message ?? "no" });
      }
      try {
        return json(200, (await operations[operation]?.(input)) ?? {});
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return json(400, { __type: "InvalidRequestException", Message: error.message });
      }
    },
  });
  return Object.assign(self, { requestHandler });
}

const json = (status: number, body: object) => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: Buffer.from(JSON.stringify(body)),
});

/** The line of names stands on the first page alone. */
function pageOf(answer: EngineAnswer | undefined, from: number, size: number): object {
  const { columns = [], types = [], rows = [] } = answer ?? {};
  const page = rows.slice(from, from + size);
  const cells = page.map((row) => row.map((cell) => (cell === null ? {} : { VarCharValue: String(cell) })));
  const names = from === 0 && columns.length > 0 ? [columns.map((name) => ({ VarCharValue: name }))] : [];
  const next = from + size < rows.length ? { NextToken: String(from + size) } : {};
  return {
    ...next,
    ResultSet: {
      Rows: [...names, ...cells].map((Data) => ({ Data })),
      ResultSetMetadata: { ColumnInfo: columns.map((Name, i) => ({ Name, Type: types[i] })) },
    },
  };
}
