import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

/** A running ministack: an emulator of AWS that others wrote, which deploys templates and runs Lambdas. */
export interface Ministack {
  /** For the `endpoint` of an SDK client, or `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** What it has printed so far, the logs of its functions included. */
  printed(): string;
  /** Ends the server and the functions that it runs. Nothing that was made in it is kept. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Starts ministack on a free loopback port and waits until it answers. It dies with this process, whatever ends it. Its
 * functions inherit its environment, as ministack has it: what AWS would find by itself is told them so, such as the
 * endpoints of services that ministack lacks.
 *
 * @param python the interpreter of an environment that has `ministack`
 * @param accountId of callers whose access key names no account
 */
export async function startMinistack(
  python: string,
  accountId: string,
  region: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ministack> {
  const child = spawn(python, [join(import.meta.dirname, "ministack-server.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      // Its functions are run by this very Node.
      PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
      PYTHONUNBUFFERED: "1",
      MINISTACK_ACCOUNT_ID: accountId,
      MINISTACK_REGION: region,
      LAMBDA_EXECUTOR: "local",
      LOG_LEVEL: "INFO",
      // A port that is not free on every machine.
      IOT_MTLS_ENABLED: "0",
      ...env,
    },
  });
  let printed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const [first] = (await Promise.race([once(lines, "line"), once(child, "exit")])) as [unknown];
  const port = Number(first);
  if (typeof first !== "string" || !(port > 0)) throw new Error(`ministack did not start: ${printed}`);
  lines.on("line", (line) => {
    printed += `${line}\n`;
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url);
  return { url, printed: () => printed, stop: () => stop(child) };
}

async function waitUntilReady(url: string): Promise<void> {
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  for (;;) {
    const answer = await fetch(`${url}/_ministack/health`, { signal }).catch(() => undefined);
    if (answer?.ok === true) return;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.stdin?.end();
  const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(patience);
}
