import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/ports/clock.ts";
import type { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";

/** Turns of the event loop without a sleeper after which work is taken to hang; loading modules takes some. */
const PATIENCE = 100_000;

/** A sandbox's clock for many sleepers at once: time goes on when nobody has anything left to do now. */
export function simulatedTime(clock: SandboxClock): {
  readonly clock: Clock;
  /** Lets time pass until the work is done, however much of it waits side by side. */
  run<T>(work: Promise<T>): Promise<T>;
} {
  return {
    clock: {
      now: () => clock.now(),
      sleep: (ms) => new Promise((resolve) => void clock.schedule(ms, resolve)),
    },
    async run(work) {
      let isOver = false;
      const end = (): void => {
        isOver = true;
      };
      work.then(end, end);
      for (let idle = 0; idle < PATIENCE && !isOver; idle += 1) {
        await setImmediate();
        const due = clock.nextDueMs();
        if (isOver || due === undefined) continue;
        clock.advanceTo(due);
        idle = 0;
      }
      if (!isOver) throw new Error("The work waits for something that no clock will bring");
      return work;
    },
  };
}
