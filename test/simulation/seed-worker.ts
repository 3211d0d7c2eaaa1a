import { parentPort } from "node:worker_threads";
import { addUp } from "./happened.ts";
import type { Batch, BatchResult } from "./run-seeds.ts";
import { simulate } from "./simulate.ts";

/** One thread that plays batches of seeds as they come. Each `wireEvery`-th seed is played over the wire and compared. */
parentPort?.on("message", (batch: Batch) => {
  void playBatch(batch).then((result) => parentPort?.postMessage(result));
});

async function playBatch({ from, count, wireEvery }: Batch): Promise<BatchResult> {
  const failures: { seed: number; violations: readonly string[] }[] = [];
  const happened = [];
  let calls = 0;
  let compared = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const report = await simulate(seed);
    const violations = [...report.violations];
    if (seed % wireEvery === 0) {
      const wire = await simulate(seed, "wire");
      compared += 1;
      if (wire.calls.join("\n") !== report.calls.join("\n"))
        violations.push("over the wire other calls are made than directly");
    }
    if (violations.length > 0) failures.push({ seed, violations: violations.slice(0, 5) });
    happened.push(report.happened);
    calls += report.calls.length;
  }
  return { from, count, failures, happened: addUp(happened), calls, compared };
}
