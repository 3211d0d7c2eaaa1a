import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BARE } from "./moat-process.ts";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");

/** A running `moat map`. */
export interface ServedMap {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts `bin/moat map` and waits until it says where it is. */
export async function startMap(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServedMap> {
  const child = spawn(MOAT, ["map", ...args], {
    env: { ...BARE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let problem = "";
  child.stderr.on("data", (chunk: Buffer) => {
    problem += chunk.toString();
  });
  const closed = once(child, "close");
  const line = await Promise.race([once(createInterface({ input: child.stdout }), "line"), closed]);
  const url = /http:\S+/.exec(String(line[0]))?.[0];
  if (url === undefined) throw new Error(`moat map did not start: ${problem}`);
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}
