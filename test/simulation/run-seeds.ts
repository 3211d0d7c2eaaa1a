import { Worker } from "node:worker_threads";
import { addUp, type Happened } from "./happened.ts";

/** A run of neighbouring seeds for one thread. */
export interface Batch {
  readonly from: number;
  readonly count: number;
  readonly wireEvery: number;
}

/** A seed and what it violated. */
export interface SeedFailure {
  readonly seed: number;
  readonly violations: readonly string[];
}

/** What a batch showed. */
export interface BatchResult {
  readonly from: number;
  readonly count: number;
  readonly failures: readonly SeedFailure[];
  readonly happened: Happened;
  readonly calls: number;
  /** Seeds that were played over the wire as well. */
  readonly compared: number;
}

/** What to play. */
export interface SeedRun {
  readonly first: number;
  readonly count: number;
  readonly threads?: number;
  /** Told of each seed with violations as soon as it is known. */
  readonly failed?: (failure: SeedFailure) => void;
  /** Told after each batch: seeds done so far, and the first that is not. */
  readonly progress?: (done: number, resumeAt: number) => void;
}

const BATCH = 50;
/** The full wire costs several times as much as the direct way. */
const WIRE_EVERY = 100;
const THREADS = 2;

/** Plays seeds on worker threads. Which thread plays which seed makes no difference to any of them. */
export async function runSeeds({
  first,
  count,
  threads = THREADS,
  failed,
  progress,
}: SeedRun): Promise<BatchResult> {
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, i): Batch => {
    const from = first + i * BATCH;
    return { from, count: Math.min(BATCH, first + count - from), wireEvery: WIRE_EVERY };
  });
  const results: BatchResult[] = [];
  const open = new Set(batches.map((batch) => batch.from));
  const queue = batches[Symbol.iterator]();
  const serve = async (): Promise<void> => {
    const worker = new Worker(new URL("./seed-worker.ts", import.meta.url), { execArgv: [] });
    try {
      for (const batch of queue) {
        const result = await answerOf(worker, batch);
        results.push(result);
        open.delete(result.from);
        for (const failure of result.failures) failed?.(failure);
        progress?.(
          results.reduce((n, r) => n + r.count, 0),
          open.values().next().value ?? first + count,
        );
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, batches.length) }, serve));
  const sum = (pick: (result: BatchResult) => number): number => results.reduce((n, r) => n + pick(r), 0);
  return {
    from: first,
    count: sum((r) => r.count),
    failures: results.flatMap((r) => r.failures).sort((a, b) => a.seed - b.seed),
    happened: addUp(results.map((r) => r.happened)),
    calls: sum((r) => r.calls),
    compared: sum((r) => r.compared),
  };
}

/** The line that plays a seed again and tells its story. */
export const replay = (seed: number): string =>
  `MOAT_SEED=${seed} npm exec -c 'vitest run --project simulation'`;

function answerOf(worker: Worker, batch: Batch): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (result: BatchResult) => {
      worker.off("error", reject);
      resolve(result);
    });
    worker.postMessage(batch);
  });
}
