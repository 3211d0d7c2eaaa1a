import { expect, it } from "vitest";
import { utcSeconds } from "../flow/utc-time.ts";
import { windowIsBefore, windowName } from "./window-name.ts";

it.each([
  ["2026-08-15T22", utcSeconds(2026, 8, 15, 23, 0), true],
  ["2026-08-15T22", utcSeconds(2026, 8, 15, 22, 59), false],
  ["2026-08-15T22", utcSeconds(2026, 8, 15, 22, 0), false],
  ["2025-12-31T23", utcSeconds(2026, 1, 1, 0, 0), true],
  ["object-2026", utcSeconds(2026, 8, 15, 0, 0), false],
])("%s is before %d: %s", (name, seconds, want) => {
  expect(windowIsBefore(name, seconds)).toBe(want);
});

it("names the hour of a moment", () => {
  expect(windowName(utcSeconds(2026, 8, 15, 22, 59) + 59)).toBe("2026-08-15T22");
});
