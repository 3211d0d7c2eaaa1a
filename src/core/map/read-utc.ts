const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Reads `2026-08-15T04:30:00Z` as seconds since 1970; 0 for an absent or other text. */
export function readUtc(text: string | undefined): number {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})/.exec(text ?? "");
  if (parts === null) return 0;
  const [, year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const past = year - 1;
  const leaps = (y: number): number => Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const isLeap = leaps(year) > leaps(past);
  const days =
    (year - 1970) * 365 +
    leaps(past) -
    leaps(1969) +
    (DAYS_BEFORE_MONTH[month - 1] ?? 0) +
    (isLeap && month > 2 ? 1 : 0) +
    day -
    1;
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}
