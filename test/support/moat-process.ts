import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");

/** What came of a process: standard output and error apart. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Nothing of this machine's own configuration: no profile, no credentials, no metadata service. */
export const BARE: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
  NO_COLOR: "1",
};

/** Runs `bin/moat` to its end, with these variables and nothing else. */
export async function moat(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const child = spawn(MOAT, args, { env: { ...BARE, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    output.out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output.err += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 128, ...output };
}

/** A running `moat sandbox`. */
export interface MoatSandbox {
  readonly env: Readonly<Record<string, string>>;
  readonly flows: string | undefined;
  /** Sends a signal and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `bin/moat sandbox --json` and waits until it says where it is. */
export async function startMoatSandbox(...args: readonly string[]): Promise<MoatSandbox> {
  const child: ChildProcess = spawn(MOAT, ["sandbox", "--json", ...args], {
    env: BARE,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (child.stdout === null) throw new Error("moat sandbox has no standard output");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { environment, flows } = JSON.parse(line) as {
    environment: Record<string, string>;
    flows?: string;
  };
  return {
    env: environment,
    flows,
    stop: async (signal = "SIGTERM") => {
      const closed = once(child, "close");
      child.kill(signal);
      const [code] = (await closed) as [number | null];
      return code;
    },
  };
}
