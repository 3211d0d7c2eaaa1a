import { expect, it } from "vitest";
import { coverageText, gapTexts } from "./coverage-words.ts";
import type { MapCoverage } from "./map-data.ts";

const WHOLE: MapCoverage = {
  present: 48,
  expected: 48,
  objects: { present: 576, expected: 576 },
  missing: [],
  skipData: 0,
  conversations: 0,
  labelled: 0,
  seen: ["day", "night", "weekend", "monthEnd"],
};

it.each([
  { coverage: undefined, want: "not known; --history names a history of flow logs" },
  { coverage: WHOLE, want: "logs for 48 of 48 hours" },
  { coverage: { ...WHOLE, unseen: [] }, want: "logs for 48 of 48 hours" },
  {
    coverage: { ...WHOLE, objects: { present: 571, expected: 576 } },
    want: "logs for 48 of 48 hours; 5 of 576 objects missing",
  },
  {
    coverage: { ...WHOLE, conversations: 4, labelled: 3 },
    want: "logs for 48 of 48 hours; the consumer has a label in 3 of 4 conversations",
  },
  {
    coverage: { ...WHOLE, skipData: 1, seen: ["day"], unseen: ["eni-1", "eni-2"] },
    want: "logs for 48 of 48 hours; AWS lost records in 1 interval; never nights, weekends, the end of a month; no flow log sees eni-1, eni-2",
  },
  {
    coverage: { ...WHOLE, present: 0, unseen: ["eni-1"] },
    want: "no log in any of 48 hours; no flow log sees eni-1",
  },
])("$want", ({ coverage, want }) => expect(coverageText(coverage)).toBe(want));

it("says where a stretch without a log begins, and how long it is", () => {
  const from = Date.UTC(2026, 7, 15, 10) / 1000;
  const gaps = gapTexts({ ...WHOLE, missing: [{ from, to: from + 7_200 }] });
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toMatch(/^2 hours from 2026-08-15.10:00/);
});
