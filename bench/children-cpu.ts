import { spawnSync } from "node:child_process";

/** A program that ran to its end, from outside. */
export interface ChildRun {
  readonly ms: number;
  /** Milliseconds that it and its own children computed, on all cores together. */
  readonly cpuMs: number;
  readonly stderr: string;
}

/** Runs its arguments, then says what the shell and its children computed, a line each: user and system time. */
const SHELL = '"$@" > /dev/null; status=$?; times; exit "$status"';

/**
 * Runs a program, its output thrown away, with what it computed as the shell counts it: unlike the time on the clock,
 * that is nearly the same whatever else the machine does.
 */
export function childRun(command: string, args: readonly string[], env = process.env): ChildRun {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync("sh", ["-c", SHELL, "sh", command, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  const seconds = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  return { ms, cpuMs: 1000 * seconds.reduce((a, b) => a + b, 0), stderr };
}

/** `zcat | wc -l` on some files: the yardstick of all that reads flow logs. */
export const zcatRun = (files: readonly string[]): ChildRun =>
  childRun("sh", ["-c", 'zcat -- "$@" | wc -l', "sh", ...files]);
