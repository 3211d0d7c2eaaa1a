import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EngineAnswer } from "./stand-in-athena.ts";

/** An engine that reads Athena's SQL and runs it over the files of a folder. */
export interface HistoryEngine {
  /** Runs a statement; `undefined` for one that makes a table. @throws Error for one that it refuses */
  run(sql: string): Promise<EngineAnswer | undefined>;
  stop(): Promise<void>;
}

/**
 * Starts `history-engine.py`. It dies with this process, whatever ends it.
 *
 * @param python the interpreter of an environment that has `sqlglot` and `datafusion`
 * @param location `s3://bucket/prefix/`, as the table's statement names it
 * @param folder that stands for it
 */
export function startHistoryEngine(python: string, location: string, folder: string): HistoryEngine {
  const script = join(import.meta.dirname, "../contract/history-engine.py");
  const child = spawn(python, [script, location, folder], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const run = async (sql: string): Promise<EngineAnswer | undefined> => {
    child.stdin.write(`${JSON.stringify(sql)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("The engine ended");
    const answer = JSON.parse(value) as EngineAnswer & { readonly error?: string; readonly made?: boolean };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.made === true ? undefined : answer;
  };
  return {
    // One question at a time: answers come without saying to what.
    run: (sql) => {
      const answer = last.catch(() => undefined).then(() => run(sql));
      last = answer;
      return answer;
    },
    stop: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
