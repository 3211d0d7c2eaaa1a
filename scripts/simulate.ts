/**
 * `npm run simulate -- 1000000 [first seed]`: plays so many seeds of the simulation on every core, tells how fast, and
 * ends with what happened. Interrupted, it says how to go on.
 */
import { availableParallelism } from "node:os";
import { replay, runSeeds } from "../test/simulation/run-seeds.ts";

const TELL_EVERY_MS = 10_000;

const [count = 1_000_000, first = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(first) || first < 0) {
  console.error("How many seeds and the first of them are whole numbers: npm run simulate -- 1000000 1");
  process.exit(1);
}
const started = performance.now();
let told = started;
let resume = first;
process.on("SIGINT", () => {
  console.error(`\nGo on with: npm run simulate -- ${first + count - resume} ${resume}`);
  process.exit(130);
});
const { failures, happened, calls, compared } = await runSeeds({
  first,
  count,
  threads: availableParallelism(),
  failed: ({ seed, violations }) => console.log(`${replay(seed)}\n  ${violations.join("\n  ")}`),
  progress: (done, resumeAt) => {
    resume = resumeAt;
    const now = performance.now();
    if (now - told < TELL_EVERY_MS && done < count) return;
    told = now;
    const perSecond = (done / (now - started)) * 1000;
    console.error(`${done} of ${count} seeds, ${perSecond.toFixed(1)} a second, next is ${resumeAt}`);
  },
});
for (const [kind, times] of Object.entries(happened)) console.log(`${String(times).padStart(10)} ${kind}`);
console.log(
  `${count} seeds, ${calls} calls, ${compared} over the wire too, ${failures.length} with violations`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
