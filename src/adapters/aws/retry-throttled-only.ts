import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from "@smithy/types";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/**
 * Retries a call only when AWS refused it for its rate. Any other failure of a write leaves open whether it took
 * effect, and then the truth must be read before anything is repeated.
 */
export function retryThrottledOnly(maxAttempts: number): RetryStrategyV2 {
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (last: RetryToken, { error, errorType }: RetryErrorInfo) => {
      const attempt = last.getRetryCount() + 1;
      if (errorType !== "THROTTLING" || attempt >= maxAttempts) throw error ?? new Error("No attempt left");
      return token(attempt);
    },
    recordSuccess: () => undefined,
  };
}

function token(attempt: number): RetryToken {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  const delay = attempt === 0 ? 0 : Math.round(ceiling * (0.5 + Math.random() / 2));
  return { getRetryCount: () => attempt, getRetryDelay: () => delay };
}
