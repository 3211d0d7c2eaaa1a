import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkFlowLogReading } from "../support/check-flow-log-reading.ts";
import { diceOf, mutated } from "../support/mutate-bytes.ts";

const CORPUS = join(import.meta.dirname, "corpus");

/** The kept inputs, in the order of their names. What made a crash once is added to them. */
export const readCorpus = (): readonly Uint8Array[] =>
  readdirSync(CORPUS)
    .toSorted()
    .map((name) => readFileSync(join(CORPUS, name)));

/** The input of a seed. */
export const inputOf = (corpus: readonly Uint8Array[], seed: number): Uint8Array =>
  mutated(corpus, diceOf(seed));

/** Reads the input of a seed; answers what is wrong with how it was read. */
export function fuzzFlowLog(corpus: readonly Uint8Array[], seed: number): Promise<string | undefined> {
  return checkFlowLogReading(inputOf(corpus, seed), 1 + diceOf(seed ^ 0x5bd1e995)(2_000));
}
