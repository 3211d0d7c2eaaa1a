import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** To the stand-in of Lambda's runtime. */
export interface InvokeMessage {
  readonly requestId: string;
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** From it: the handler's answer, or the message of what it threw. */
export interface ReplyMessage {
  readonly requestId: string;
  readonly answer?: unknown;
  readonly error?: string;
}

/** One line of the function's log. */
export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly message: string;
}

/** What one event came to. */
export interface Invocation {
  /** Ids of the messages that Lambda delivers again. */
  readonly failed: readonly string[];
  /** Set when the handler threw. */
  readonly error?: string;
  readonly lines: readonly LogLine[];
  readonly milliseconds: number;
}

/** A function that runs, in a process of its own. */
export interface LambdaProcess {
  readonly pid: number;
  invoke(event: unknown, timeoutMs?: number): Promise<Invocation>;
  /** The same without a look at the log, which is slower than a small event; `undefined` when the process died. */
  answer(event: unknown): Promise<Pick<Invocation, "failed" | "error"> | undefined>;
  /** Resolves when the process is no more, however it ended. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** What every function of this test process has printed, to look for secrets in. */
export const everythingPrinted: string[] = [];

const RUNTIME = fileURLToPath(new URL("./lambda-runtime.ts", import.meta.url));
const DEFAULT_TIMEOUT_MS = 300_000;

/** Starts a function with this environment and no other. @throws Error with its output when it does not start */
export async function startLambda(bundle: string, env: NodeJS.ProcessEnv): Promise<LambdaProcess> {
  const child = spawn(process.execPath, [RUNTIME, bundle], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed.push(text);
      everythingPrinted.push(text);
    });
  }
  const ended = once(child, "exit");
  const started = await Promise.race([once(child, "message").then(() => true), ended.then(() => false)]);
  if (!started) throw new Error(printed.join(""));
  return {
    pid: child.pid ?? 0,
    ended: ended.then(() => undefined),
    invoke: (event, timeoutMs = DEFAULT_TIMEOUT_MS) => invoke(child, printed, event, timeoutMs),
    answer: async (event) => {
      printed.length = 0;
      const reply = await Promise.race([
        replyOf(child, event, DEFAULT_TIMEOUT_MS),
        ended.then(() => undefined),
      ]);
      return reply && outcomeOf(reply);
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

let requests = 0;

async function invoke(
  child: ChildProcess,
  printed: string[],
  event: unknown,
  timeoutMs: number,
): Promise<Invocation> {
  printed.length = 0;
  const start = performance.now();
  const reply = await replyOf(child, event, timeoutMs);
  const milliseconds = performance.now() - start;
  return { ...outcomeOf(reply), lines: await linesOf(printed), milliseconds };
}

async function replyOf(child: ChildProcess, event: unknown, timeoutMs: number): Promise<ReplyMessage> {
  const requestId = `request-${++requests}`;
  child.send({ requestId, event, timeoutMs } satisfies InvokeMessage);
  const [reply] = (await once(child, "message")) as [ReplyMessage];
  return reply;
}

function outcomeOf({ answer, error }: ReplyMessage): Pick<Invocation, "failed" | "error"> {
  const { batchItemFailures = [] } = (answer ?? {}) as {
    readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  return {
    failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    ...(error === undefined ? {} : { error }),
  };
}

/** The line with which a run ends. */
const SUMMARY = /"message":"(?:ingested|reconciled|swept|history)/;

/** The lines printed so far; the pipe may be a moment behind the answer. */
async function linesOf(printed: readonly string[]): Promise<readonly LogLine[]> {
  for (let waited = 0; waited < 20 && !SUMMARY.test(printed.join("")); waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const lines = printed.join("").split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
}
