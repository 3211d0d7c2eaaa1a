import { describe, expect, it } from "vitest";
import { checkFlowLogReading } from "../support/check-flow-log-reading.ts";
import { fuzzFlowLog, readCorpus } from "./fuzz-flow-logs.ts";

const SEEDS = 1_500;

describe("the reader of flow logs", () => {
  const corpus = readCorpus();

  it("reads each kept input, in any pieces", async () => {
    expect(corpus.length).toBeGreaterThan(10);
    for (const input of corpus)
      for (const chunk of [1, 7, 1_000_000]) expect(await checkFlowLogReading(input, chunk)).toBeUndefined();
  });

  it("never throws and never invents, whatever mistakes they have", async () => {
    const problems: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const problem = await fuzzFlowLog(corpus, seed);
      if (problem !== undefined) problems.push(`seed ${seed}: ${problem}`);
    }
    expect(problems).toEqual([]);
  });
});
