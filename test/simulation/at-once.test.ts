import { expect, it } from "vitest";
import { AT_ONCE } from "./happened.ts";
import { replay } from "./run-seeds.ts";
import { simulate } from "./simulate.ts";

/** Seeds in which two processes come to make a group for the same database. */
const SEEDS = [15, 17, 19, 24, 26, 45, 48];

it("holds S8 by the records of processes that change one database at the same time", async () => {
  let atOnce = 0;
  for (const seed of SEEDS) {
    const { violations, happened } = await simulate(seed);
    expect(violations, replay(seed)).toEqual([]);
    atOnce += happened[AT_ONCE] ?? 0;
  }
  expect(atOnce).toBeGreaterThanOrEqual(SEEDS.length);
});
