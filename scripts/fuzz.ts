/**
 * `npm run fuzz -- [--minutes 30] [--seed 1] [--workers 2]`: reads inputs that are made of the kept ones in
 * test/fuzz/corpus with mistakes in them, a seed each, until the time is over. Ends at the first that makes the reader
 * throw, invent, hang or grow, writes it to test/fuzz/corpus, and exits with 1.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { inputOf, readCorpus } from "../test/fuzz/fuzz-flow-logs.ts";
import type { FuzzMessage } from "../test/fuzz/fuzz-worker.ts";

const FUZZ = join(import.meta.dirname, "..", "test", "fuzz");
/** A hundred inputs take a tenth of a second; one that takes this long hangs. */
const HANGS_AFTER_MS = 60_000;
/** Of the whole process: two workers with their heaps. */
const MAX_RESIDENT = 1024 ** 3;
const CHECK_EVERY_MS = 1_000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});
const minutes = Number(values.minutes);
const first = Number(values.seed);
const workers = Number(values.workers);
if (!(minutes > 0 && Number.isSafeInteger(first) && Number.isSafeInteger(workers) && workers > 0))
  throw new Error("Usage: npm run fuzz -- [--minutes 30] [--seed 1] [--workers 2]");

const ends = performance.now() + minutes * 60_000;
const last = new Map<number, { seed: number; at: number }>();
let mostResident = 0;

function finish(code: number): never {
  const seeds = [...last.values()].reduce((sum, { seed }) => sum + Math.floor((seed - first) / workers), 0);
  console.log(
    JSON.stringify({
      fuzz: "flow-logs",
      minutes,
      inputs: seeds,
      nextSeed: Math.max(first, ...[...last.values()].map(({ seed }) => seed)) + workers,
      mostResidentMB: Math.round(mostResident / 1e6),
      problem: code !== 0,
    }),
  );
  process.exit(code);
}

function fail(seed: number, problem: string): never {
  const file = join(FUZZ, "corpus", `seed-${seed}`);
  writeFileSync(file, inputOf(readCorpus(), seed));
  console.error(`seed ${seed}: ${problem}\nThe input is in ${file}`);
  finish(1);
}

for (let number = 0; number < workers; number += 1) {
  const worker = new Worker(join(FUZZ, "fuzz-worker.ts"), {
    workerData: { first: first + number, step: workers },
  });
  last.set(number, { seed: first + number, at: performance.now() });
  worker.on("message", ({ seed, problem }: FuzzMessage) => {
    if (problem !== undefined) fail(seed, problem);
    last.set(number, { seed, at: performance.now() });
  });
  worker.on("error", (error) => fail(last.get(number)?.seed ?? first, `the worker ended: ${error.message}`));
}

setInterval(() => {
  const resident = process.memoryUsage.rss();
  mostResident = Math.max(mostResident, resident);
  for (const { seed, at } of last.values()) {
    if (performance.now() - at > HANGS_AFTER_MS)
      fail(seed, `it or one of the ${100 * workers} after it hangs`);
    if (resident > MAX_RESIDENT) fail(seed, `${Math.round(resident / 1e6)} MB are resident`);
  }
  if (performance.now() > ends) finish(0);
}, CHECK_EVERY_MS);
