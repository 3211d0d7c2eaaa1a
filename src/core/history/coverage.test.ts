import { describe, expect, it } from "vitest";
import { databaseCoverage, slotsOf } from "./coverage.ts";
import type { LogHour } from "./history-answers.ts";

const HOUR = 3600;
/** A Saturday. */
const START = Date.UTC(2026, 7, 15, 10) / 1000;
const log = { account: "111122223333", region: "eu-west-1", flowLog: "fl-1" };
const hour = (n: number, over: Partial<LogHour> = {}): LogHour => ({
  ...log,
  hourStart: START + n * HOUR,
  objects: 12,
  records: 100,
  skipData: 0,
  malformed: 0,
  incomplete: 0,
  ...over,
});

describe("databaseCoverage", () => {
  const logs = [{ databaseArn: "arn:orders", ...log }];

  it("counts hours from the first that its flow log delivered to the last of the history, gaps as ranges", () => {
    const other = hour(9, { flowLog: "fl-2" });
    const [orders] = databaseCoverage(["arn:orders"], logs, [
      hour(0),
      hour(3, { skipData: 2 }),
      hour(4),
      other,
    ]);
    expect(orders).toEqual({
      databaseArn: "arn:orders",
      expected: 10,
      present: 3,
      missing: [
        { from: START + HOUR, to: START + 3 * HOUR },
        { from: START + 5 * HOUR, to: START + 10 * HOUR },
      ],
      // Two hours between the first and the last that its own log delivered, of twelve objects each.
      objects: { present: 36, expected: 60 },
      skipData: 2,
      malformed: 0,
      incomplete: 0,
      seen: ["weekend"],
    });
  });

  it("takes every hour for missing where no flow log told of a database", () => {
    expect(databaseCoverage(["arn:dark"], logs, [hour(0), hour(1)])).toMatchObject([
      { expected: 2, present: 0, missing: [{ from: START, to: START + 2 * HOUR }], seen: [] },
    ]);
  });

  it("begins and ends where it is asked to", () => {
    const span = { since: START - HOUR + 60, until: START + HOUR };
    expect(databaseCoverage(["arn:orders"], logs, [hour(0)], span)).toMatchObject([
      { expected: 2, present: 1 },
    ]);
  });
});

it.each([
  { text: "2026-08-14T12:00:00Z", want: ["day"] },
  { text: "2026-08-14T19:00:00Z", want: ["night"] },
  { text: "2026-08-16T12:00:00Z", want: ["weekend"] },
  { text: "2026-08-31T08:00:00Z", want: ["day", "monthEnd"] },
  { text: "2028-02-29T03:00:00Z", want: ["night", "monthEnd"] },
])("$text is $want", ({ text, want }) => expect(slotsOf(Date.parse(text) / 1000)).toEqual(want));
