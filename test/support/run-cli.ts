import { Readable } from "node:stream";
import { type CliContext, SYSTEM_CLOCK } from "../../src/entry/cli/context.ts";
import { main } from "../../src/entry/cli/main.ts";
import { PLAIN } from "../../src/entry/cli/render/style.ts";

/** What came of one command line in this process. */
export interface CliRun {
  readonly code: number;
  /** What it printed as its result, and as progress. */
  readonly out: string;
  readonly err: string;
}

export interface CliSetting {
  /** What somebody at a terminal answers, one after the other; absent: nobody sits there. */
  readonly answers?: readonly string[];
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told of each line of progress as it comes. */
  readonly onProgress?: (text: string) => void;
  /** Called when the command waits to be stopped; by default that is at once. */
  readonly untilStopped?: () => Promise<void>;
}

/** Runs a command line as `bin/moat` would, without a process: for what needs no environment of its own. */
export async function runCli(argv: readonly string[], setting: CliSetting = {}): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const answers = [...(setting.answers ?? [])];
  let code = 0;
  const context: CliContext = {
    out: (text) => void out.push(`${text}\n`),
    progress: (text) => {
      err.push(`${text}\n`);
      setting.onProgress?.(text);
    },
    style: PLAIN,
    progressStyle: PLAIN,
    env: setting.env ?? {},
    stdin: Readable.from([setting.stdin ?? ""]),
    clock: SYSTEM_CLOCK,
    interactive: setting.answers !== undefined,
    ask: async (question) => {
      const answer = answers.shift() ?? "";
      err.push(`${question}${answer}\n`);
      return answer;
    },
    untilStopped: setting.untilStopped ?? (async () => {}),
    exit: (wanted) => {
      code = wanted;
    },
  };
  await main(argv, context);
  return { code, out: out.join(""), err: err.join("") };
}

/** The first line of a text that is wider than 80 columns, if there is one. */
export const tooWide = (text: string): string | undefined =>
  text.split("\n").find((line) => [...line].length > 80);
