import { describe, expect, it } from "vitest";
import { type LogRecord, NO_RECORD, withHours, withTellers } from "./log-record.ts";

const HOUR = 3600;
const hours = (...ns: readonly number[]): readonly number[] => ns.map((n) => n * HOUR);
const record = (from: number, to: number, afterGap = false): LogRecord => ({
  ...NO_RECORD,
  hours: { from: from * HOUR, to: to * HOUR },
  ...(afterGap ? { afterGap } : {}),
});

describe("what is remembered of a database's flow logs", () => {
  it.each([
    { name: "the first hours", before: NO_RECORD, there: [3, 4, 5], want: record(3, 6) },
    { name: "nothing", before: record(1, 4), there: [], want: record(1, 4) },
    { name: "hours in any order, twice", before: NO_RECORD, there: [5, 3, 4, 3], want: record(3, 6) },
    { name: "a gap within them", before: NO_RECORD, there: [1, 2, 5], want: record(5, 6, true) },
    { name: "what goes on", before: record(1, 4), there: [2, 3, 4, 5], want: record(1, 6) },
    { name: "what goes on right behind", before: record(1, 4), there: [4, 5], want: record(1, 6) },
    {
      name: "what goes on after an older gap",
      before: record(5, 6, true),
      there: [5, 6],
      want: record(5, 7, true),
    },
    { name: "a gap since", before: record(1, 4), there: [2, 3, 6], want: record(6, 7, true) },
    {
      name: "a gap that was closed late",
      before: record(5, 6, true),
      there: [1, 2, 3, 4, 5],
      want: record(1, 6),
    },
    {
      name: "one of two gaps closed",
      before: record(5, 6, true),
      there: [1, 3, 4, 5],
      want: record(3, 6, true),
    },
  ])("$name", ({ before, there, want }) => expect(withHours(before, hours(...there))).toEqual(want));

  it("forgets when it asked in vain once it knows an hour", () => {
    expect(withHours({ ...NO_RECORD, askedAt: 7 }, hours(3))).toEqual(record(3, 4));
  });

  it("names each flow log once, and stays itself where there is no other", () => {
    const known = withTellers(NO_RECORD, ["fl-2", "fl-1", "fl-2"]);
    expect(known.tellers).toEqual(["fl-1", "fl-2"]);
    expect(withTellers(known, ["fl-1"])).toBe(known);
    const many = Array.from({ length: 30 }, (_, n) => `fl-new-${n}`);
    expect(withTellers(known, many).tellers).toHaveLength(20);
    expect(withTellers(known, many).tellers).not.toContain("fl-1");
  });
});
