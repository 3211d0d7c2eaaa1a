import { expect, it } from "vitest";
import { stopMoment } from "./deadline.ts";

it.each([
  { left: 900_000, reserve: 60_000 },
  { left: 300_000, reserve: 60_000 },
  { left: 100_000, reserve: 20_000 },
  { left: 3_000, reserve: 600 },
  { left: 0, reserve: 0 },
])("of $left ms keeps $reserve ms back", ({ left, reserve }) => {
  const stop = stopMoment(1_000_000, { getRemainingTimeInMillis: () => left });
  expect(1_000_000 + left - stop).toBe(reserve);
});

it("answers whole milliseconds, which timers insist on", () => {
  expect(Number.isInteger(stopMoment(1, { getRemainingTimeInMillis: () => 7.7 }))).toBe(true);
});
