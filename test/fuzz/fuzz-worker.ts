import { parentPort, workerData } from "node:worker_threads";
import { fuzzFlowLog, readCorpus } from "./fuzz-flow-logs.ts";

/** What a worker says: that it begins with a seed, or that something is wrong with one. */
export interface FuzzMessage {
  readonly seed: number;
  readonly problem?: string;
}

/** Seeds between two reports. */
const REPORT_EVERY = 100;

const { first, step } = workerData as { readonly first: number; readonly step: number };
const corpus = readCorpus();
const say = (message: FuzzMessage): void => parentPort?.postMessage(message);
for (let seed = first, count = 0; ; seed += step, count += 1) {
  if (count % REPORT_EVERY === 0) {
    say({ seed });
    // Lets the message out, and messages in.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const problem = await fuzzFlowLog(corpus, seed);
  if (problem !== undefined) say({ seed, problem });
}
