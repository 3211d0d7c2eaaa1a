import { CliProblem } from "./problem.ts";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Seconds since 1970 of a text like `90m`, `2d` (so long before `now`, in milliseconds) or `2026-01-05T09:00:00Z`.
 *
 * @throws CliProblem that names the option
 */
export function parseMoment(text: string, option: string, now: number): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text.trim()) ?? [];
  if (unit !== undefined) return Math.floor(now / 1000) - Number(number) * (SECONDS[unit] ?? 0);
  const moment = RFC_3339.test(text.trim())
    ? Date.parse(text.trim().toUpperCase().replace(" ", "T"))
    : Number.NaN;
  if (Number.isFinite(moment)) return Math.floor(moment / 1000);
  throw new CliProblem({
    code: "MOMENT_INVALID",
    what: `${option} "${text}" is no moment`,
    why: "A moment is a duration before now (s, m, h or d), or a date and time with its zone as in RFC 3339",
    fix: `Write for example ${option} 2h, or ${option} 2026-01-05T09:00:00Z`,
  });
}
