/** Counts requests per key in windows of one minute. */
export interface RateLimiter {
  /** True when one more request of this key may pass at `now` (milliseconds). */
  admits(key: string, now: number, perMinute: number): boolean;
}

const MINUTE = 60_000;

/** A limiter that has seen nothing yet; refused requests do not count. */
export function createRateLimiter(): RateLimiter {
  const passed = new Map<string, number[]>();
  return {
    admits(key, now, perMinute) {
      if (perMinute === Number.POSITIVE_INFINITY) return true;
      const recent = (passed.get(key) ?? []).filter((at) => now - at < MINUTE);
      const admitted = recent.length < perMinute;
      if (admitted) recent.push(now);
      passed.set(key, recent);
      return admitted;
    },
  };
}
