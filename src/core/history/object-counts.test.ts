import { expect, it } from "vitest";
import type { LogHour } from "./history-answers.ts";
import { objectCounts } from "./object-counts.ts";

const HOUR = 3600;

/** Objects hour by hour; a blank is an hour without any. */
const hours = (text: string): readonly LogHour[] =>
  text.split(",").flatMap((objects, n) => {
    if (objects === "") return [];
    const log = { account: "111122223333", region: "eu-west-1", flowLog: "fl-1" };
    const counts = { records: 1, skipData: 0, malformed: 0, incomplete: 0 };
    return [{ ...log, ...counts, hourStart: n * HOUR, objects: Number(objects) }];
  });

it.each([
  { text: "", present: 0, expected: 0, why: "nothing was delivered" },
  { text: "7", present: 7, expected: 7, why: "one hour, which need not be whole" },
  { text: "3,5", present: 8, expected: 8, why: "neither the first nor the last need be whole" },
  { text: "3,12,12,12,5", present: 44, expected: 44, why: "all that there should be" },
  { text: "3,12,10,12,5", present: 42, expected: 44, why: "two are missing in one hour" },
  { text: "3,12,,12,,12,5", present: 44, expected: 68, why: "two hours are missing" },
  { text: "1,6,6,6,6,1", present: 26, expected: 26, why: "one object every ten minutes" },
  {
    text: "12,12,30,12,12,11,12",
    present: 101,
    expected: 102,
    why: "much traffic in one hour makes up for no other",
  },
])("$text: $why", ({ text, present, expected }) => {
  expect(objectCounts(hours(text))).toEqual({ present, expected });
  expect(objectCounts(hours(text).toReversed())).toEqual({ present, expected });
});
