import { CliProblem } from "./problem.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Seconds of a text like `90s`, `30m`, `1h` or `2d`.
 *
 * @throws CliProblem that names the option
 */
export function parseDuration(text: string, option: string): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (SECONDS[unit ?? ""] ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new CliProblem({
    code: "DURATION_INVALID",
    what: `${option} "${text}" is no duration`,
    why: "A duration is a whole number above 0 and a unit: s, m, h or d",
    fix: `Write for example ${option} 1h`,
  });
}

/** Seconds as a person says them: `45 s`, `30 min`, `2 h`. */
export function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
