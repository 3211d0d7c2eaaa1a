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
  readonly clock: Clock;
  /** Sets the exit code of the command; the highest severity wins where several are set. */
  readonly exit: (code: ExitCode) => void;
}

/** 0 done or in sync · 1 error · 2 changes pending · 3 refused by a safety gate · 4 policy test failed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** The context of this process. */
export function processContext(): CliContext {
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    progress: (text) => process.stderr.write(`${text}\n`),
    style: styleFor(process.stdout, process.env),
    progressStyle: styleFor(process.stderr, process.env),
    env: process.env,
    stdin: process.stdin,
    clock: SYSTEM_CLOCK,
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
