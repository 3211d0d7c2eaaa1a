import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A running moto: an emulator of AWS that others wrote. Any credentials do. */
export interface Moto {
  /** For the `endpoint` of an SDK client, or `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Forgets everything in every account and region, down to the default VPCs, which come back fresh. */
  reset(): Promise<void>;
  /** Ends the server. Nothing that was made in it is kept. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Starts moto on a free loopback port and waits until it answers. It dies with this process, whatever ends it.
 *
 * @param python the interpreter of an environment that has `moto[server]`
 * @param oneAccount false: an assumed role acts in its own account
 */
export async function startMoto(python: string, oneAccount = true): Promise<Moto> {
  const script = join(import.meta.dirname, "moto-server.py");
  const child = spawn(python, [script], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      PYTHONWARNINGS: "ignore",
      ...(oneAccount ? { MOTO_ACCOUNT_ID: "123456789012" } : {}),
    },
  });
  const url = `http://127.0.0.1:${await port(child)}`;
  await waitUntilReady(url);
  return { url, reset: () => reset(url), stop: () => stop(child) };
}

async function port(child: ChildProcess): Promise<number> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("moto was started without pipes");
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-2_000);
  });
  for await (const line of createInterface({ input: stdout })) return Number(line);
  throw new Error(`moto ended before it listened: ${said}`);
}

async function waitUntilReady(url: string): Promise<void> {
  const signal = AbortSignal.timeout(READY_WITHIN_MS);
  for (;;) {
    const answer = await fetch(`${url}/moto-api/data.json`, { signal }).catch(() => undefined);
    if (answer?.ok === true) return;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function reset(url: string): Promise<void> {
  const answer = await fetch(`${url}/moto-api/reset`, { method: "POST" });
  if (!answer.ok) throw new Error(`moto would not reset: HTTP ${answer.status}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.stdin?.end();
  const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(patience);
}
