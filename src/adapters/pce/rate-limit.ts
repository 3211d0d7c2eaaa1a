import type { Clock } from "./clock.ts";

const MINUTE = 60_000;

/** Waits until one more request may leave. */
export type TakeTurn = (signal?: AbortSignal) => Promise<void>;

/**
 * Lets at most `perMinute` requests leave within any 60 seconds, in the order in which they ask. A burst up to that
 * number leaves at once: the PCE counts per minute, not per second.
 */
export function createRateLimit(perMinute: number, clock: Clock): TakeTurn {
  const sent: number[] = [];
  let queue: Promise<void> = Promise.resolve();

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const oldest = sent.length < perMinute ? undefined : sent.shift();
    const wait = oldest === undefined ? 0 : oldest + MINUTE - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
    sent.push(clock.now());
  }

  return (signal) => {
    const mine = queue.then(() => turn(signal));
    queue = mine.catch(() => undefined);
    return mine;
  };
}
