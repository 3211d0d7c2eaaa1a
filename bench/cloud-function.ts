import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { SMALL_NURSERY } from "../infra/small-nursery.ts";
import type { SandboxAws } from "../src/sandbox/aws/sandbox-aws.ts";
import { startSandboxAws } from "../src/sandbox/aws/server.ts";
import { type LambdaProcess, startLambda } from "../test/e2e/lambda-process.ts";

/** What one run of a function took. Of several runs, the one with the median of milliseconds. */
export interface FunctionRun {
  readonly ms: number;
  /** Milliseconds that its process computed, on all cores together. */
  readonly cpuMs: number;
  readonly calls: Readonly<Record<string, number>>;
  /** Of what it printed, which CloudWatch takes. */
  readonly logBytes: number;
  /** Most memory that the process had up to then. */
  readonly peakMiB: number;
}

/** Kernel ticks are a hundredth of a second on every Linux that Node runs on. */
const TICK_MS = 10;
/** Node on Lambda gets about this share of the function's memory for its heap. */
const HEAP_SHARE = 0.9;

const lambdaEnv = (url: string, memoryMb: number, file: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_OPTIONS: [
    `--max-old-space-size=${Math.round(HEAP_SHARE * memoryMb)}`,
    // As the template has it.
    ...(basename(dirname(file)) === "ingest" ? [SMALL_NURSERY] : []),
  ].join(" "),
  AWS_REGION: "eu-west-1",
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "AKIAMOATBENCH0000001",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_EC2_METADATA_DISABLED: "true",
  MOAT_POLICY: "s3://moat/policy.yaml",
  MOAT_STATE: "s3://moat/state",
  MOAT_HISTORY: "s3://moat/history",
  MOAT_QUEUE_URL: `${url}/111122223333/moat.fifo`,
});

const peakMiB = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);

/** Fields 14 and 15 of /proc/<pid>/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuMs(pid: number): number {
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

export interface HowToRun {
  readonly runs: number;
  readonly memoryMb: number;
  /** Runs that come first and do not count, so that the others are those of a warm function. */
  readonly warmUp?: number;
  /** Between runs, so that one does not wait for what the one before used up of the budget of calls. */
  readonly pauseMs?: number;
  /** Further variables of the environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a bundled function some times on an account of the sandbox, in a process with that much memory for its heap. */
export async function runFunction(
  sandbox: SandboxAws,
  file: string,
  { runs, memoryMb, warmUp = 0, pauseMs = 0, env = {} }: HowToRun,
  event: (run: number) => unknown,
): Promise<FunctionRun> {
  const served = await startSandboxAws({ sandbox });
  const lambda = await startLambda(file, { ...lambdaEnv(served.url, memoryMb, file), ...env });
  try {
    for (let run = 0; run < warmUp; run += 1) await once(sandbox, lambda, event(run));
    const done: FunctionRun[] = [];
    for (let run = 0; run < runs; run += 1) {
      if (run > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      done.push(await once(sandbox, lambda, event(run)));
    }
    const [median] = done.toSorted((a, b) => a.ms - b.ms).slice(runs >> 1);
    if (median === undefined) throw new Error("There was no run");
    return median;
  } finally {
    await lambda.stop();
    await served.close();
  }
}

async function once(sandbox: SandboxAws, lambda: LambdaProcess, event: unknown): Promise<FunctionRun> {
  const before = { calls: sandbox.calls.length, cpu: cpuMs(lambda.pid) };
  const { milliseconds, error, failed, lines } = await lambda.invoke(event, 900_000);
  if (error !== undefined || failed.length > 0)
    throw new Error(`The function failed: ${error ?? failed.join()} ${JSON.stringify(lines)}`);
  const names = sandbox.calls
    .slice(before.calls)
    .map(({ call }) => `${call.context.service}:${call.operation}`);
  const calls = [...Map.groupBy(names.toSorted(), (name) => name)].map(([name, all]) => [name, all.length]);
  return {
    ms: Math.round(milliseconds),
    cpuMs: cpuMs(lambda.pid) - before.cpu,
    calls: Object.fromEntries(calls),
    logBytes: lines.reduce((sum, line) => sum + JSON.stringify(line).length + 1, 0),
    peakMiB: peakMiB(lambda.pid),
  };
}
