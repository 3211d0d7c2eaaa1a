import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { DataPlaneTools } from "../support/data-plane-tools.ts";
import type { Namespaces } from "./namespaces.ts";
import { PLAIN } from "./postgres-server.ts";

export interface ClientPlace {
  readonly tools: DataPlaneTools;
  readonly namespaces: Namespaces;
  /** Where outputs are kept. */
  readonly directory: string;
  readonly server: { readonly address: string; readonly port: number };
}

/** How a load ended. */
export interface LoadReport {
  readonly host: string;
  readonly exitCode: number | null;
  readonly transactions: number;
  readonly failed: number;
  readonly output: string;
}

/** A pgbench at work. */
export interface Load {
  readonly host: string;
  /** Asks the kernel, so that the answer is right even while this process is held up. */
  isRunning(): boolean;
  /** Has it finish the transaction at hand and report. */
  stop(): Promise<LoadReport>;
}

/** Longer than any test: loads end when they are told to. */
const FOREVER_SECONDS = 600;
let numbers = 0;

/**
 * Starts pgbench on a host with one client: a new connection for each transaction, or one for all of them. A refused
 * connection ends it with exit code 2.
 *
 * @param perSecond transactions it aims at; bounded so that a long run does not use up the source ports
 */
export function startLoad(
  place: ClientPlace,
  host: string,
  session: "each" | "one",
  perSecond: number,
): Load {
  const { address, port } = place.server;
  const output = newOutput(place, `pgbench-${host}`);
  const child = start(
    place,
    host,
    output,
    join(place.tools.postgres, "pgbench"),
    ...["-n", "-S", "-c", "1", "-T", String(FOREVER_SECONDS), "-R", String(perSecond)],
    ...(session === "each" ? ["-C"] : []),
    ...["-h", address, "-p", String(port), "-U", "moat", "postgres"],
  );
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    host,
    isRunning: () => isAtWork(child.pid),
    stop: async () => {
      // The alarm by which pgbench ends itself when its time is over.
      child.kill("SIGALRM");
      const exitCode = await Promise.race([ended, pause(20_000, null)]);
      const text = readFileSync(output, "utf8");
      return {
        host,
        exitCode,
        transactions: figure(text, /transactions actually processed: (\d+)/) ?? 0,
        failed: figure(text, /number of failed transactions: (\d+)/) ?? 0,
        output: text,
      };
    },
  };
}

/** False for a process that is gone, or that has ended and only waits to be noticed. */
function isAtWork(pid: number | undefined): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function figure(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** One attempt of psql to connect and ask. Times are those of the machine, in milliseconds since 1970. */
export interface Attempt {
  readonly fromMs: number;
  readonly toMs: number;
  readonly admitted: boolean;
  readonly message: string;
}

/** A host that goes on trying to connect. */
export interface Knocking {
  readonly host: string;
  attempts(): readonly Attempt[];
  /** Comes back after so many more attempts from start to end. */
  atLeast(more: number): Promise<void>;
  stop(): void;
}

// The shell itself takes the times, so that they are right even while this process is held up.
const KNOCK = `
while :; do
  from=$EPOCHREALTIME
  message=$("$0" -XAtqc 'SELECT 1' 2>&1); code=$?
  printf '%s %s %s %s\\n' "$from" "$EPOCHREALTIME" "$code" "\${message//$'\\n'/ }"
  sleep 0.04
done`;

/** Lets psql try to connect from a host, again and again. */
export function startKnocking(place: ClientPlace, host: string): Knocking {
  const output = newOutput(place, `psql-${host}`);
  const child = start(place, host, output, "bash", "-c", KNOCK, join(place.tools.postgres, "psql"));
  const attempts = () =>
    [...readFileSync(output, "utf8").matchAll(/^(\d+\.\d+) (\d+\.\d+) (\d+) (.*)$/gm)].map(
      ([, from, to, code, message = ""]) => ({
        fromMs: Number(from) * 1_000,
        toMs: Number(to) * 1_000,
        admitted: code === "0",
        message,
      }),
    );
  return {
    host,
    attempts,
    atLeast: async (more) => {
      const sinceMs = Date.now();
      for (let i = 0; i < 1_000; i += 1) {
        if (attempts().filter((a) => a.fromMs > sinceMs).length >= more) return;
        await pause(20);
      }
      throw new Error(`${host} made no ${more} attempts in 20 seconds`);
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

function newOutput({ directory }: ClientPlace, name: string): string {
  numbers += 1;
  return join(directory, `${name}-${numbers}.txt`);
}

function start(
  { namespaces, server }: ClientPlace,
  host: string,
  output: string,
  ...command: readonly string[]
): ChildProcess {
  const [program, args] = namespaces.on(host, "KILL", ...command);
  const file = openSync(output, "w");
  const env = {
    ...PLAIN,
    PGHOST: server.address,
    PGPORT: String(server.port),
    PGUSER: "moat",
    PGDATABASE: "postgres",
    PGCONNECT_TIMEOUT: "5",
  };
  const child = spawn(program, args, { stdio: ["ignore", file, file], env });
  closeSync(file);
  return child;
}
