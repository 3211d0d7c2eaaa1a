import type { Readable } from "node:stream";
import type { Clock } from "../../ports/clock.ts";
import { type Style, styleFor } from "./render/style.ts";

/** What a command sees of the process: nothing below `entry` prints, prompts or exits. */
export interface CliContext {
  /** Results, one trailing newline added. */
  readonly out: (text: string) => void;
  /** Progress and problems. */
  readonly progress: (text: string) => void;
  readonly style: Style;
  readonly progressStyle: Style;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  /** Where a thread that reads flow logs begins; absent where all are read in this one. */
  readonly flowWorker?: string;
  readonly clock: Clock;
  /** Whether somebody sits there who can answer a question. */
  readonly interactive: boolean;
  /** Asks on standard error and reads one line of standard input; empty when there is none. */
  readonly ask: (question: string) => Promise<string>;
  /** Settles when the user or the system asks the process to stop (SIGINT, SIGTERM), or nobody reads its results. */
  readonly untilStopped: () => Promise<void>;
  /** Sets the exit code of the command; the last one stays. */
  readonly exit: (code: ExitCode) => void;
}

/** Prints lines of which there may be none: an empty one would be a broken record to whoever reads line by line. */
export function outLines({ out }: CliContext, text: string): void {
  if (text !== "") out(text);
}

/** 0 done or in sync · 1 error · 2 changes pending · 3 refused by a safety gate · 4 policy test failed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/**
 * The context of this process.
 *
 * @param flowWorker the file in which a thread that reads flow logs begins
 */
export function processContext(flowWorker: string): CliContext {
  // Whoever reads may have seen enough (`| head`). Work that has begun is finished all the same.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    nobodyReads.resolve();
  });
  return {
    out: (text) => {
      if (!process.stdout.destroyed) process.stdout.write(`${text}\n`);
    },
    progress: (text) => process.stderr.write(`${text}\n`),
    style: styleFor(process.stdout, process.env),
    progressStyle: styleFor(process.stderr, process.env),
    env: process.env,
    flowWorker,
    stdin: process.stdin,
    clock: SYSTEM_CLOCK,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask,
    untilStopped,
    exit: (code) => {
      process.exitCode = code;
    },
  };
}

/** The machine's own time. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const nobodyReads = Promise.withResolvers<void>();

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    nobodyReads.promise.then(resolve);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
