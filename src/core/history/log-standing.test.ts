import { describe, expect, it } from "vitest";
import type { FlowLog } from "../onboard/flow-log.ts";
import type { LogCover } from "../onboard/log-cover.ts";
import { type LogRecord, NO_RECORD } from "./log-record.ts";
import { logStanding } from "./log-standing.ts";

const HOUR = 3600;
const NOW = 100 * HOUR;
const failing: FlowLog = {
  flowLogId: "fl-1",
  resourceId: "eni-1",
  status: "delivery fails",
  problem: "Access error",
  trafficType: "ALL",
  format: "",
  tags: {},
};
const seen: LogCover = { covering: ["fl-1"], unseen: [], failing: [] };
const dark: LogCover = { covering: [], unseen: ["eni-1"], failing: [] };
const record = (fields: Partial<LogRecord>): LogRecord => ({ ...NO_RECORD, ...fields });
const hours = (from: number, to: number) => ({ from: NOW - from * HOUR, to: NOW - to * HOUR });
/** What is lost, whether the history is in doubt, and whether it covers a day. */
function standing(fields: Partial<LogRecord>, cover?: LogCover) {
  const { lost, isInDoubt, coversDay } = logStanding("orders", record(fields), cover, NOW);
  return { lost: lost?.what, isInDoubt, coversDay };
}

describe("how it stands with flow logs", () => {
  it.each([
    { name: "nothing is known", fields: {}, cover: dark },
    { name: "nobody could look", fields: { seenBy: ["fl-1"] }, cover: undefined },
    { name: "they are there", fields: { seenBy: ["fl-1"], hours: hours(10, 0) }, cover: seen },
    { name: "one hour and a half has none yet", fields: { hours: hours(10, 1.5) }, cover: seen },
  ])("nothing is lost where $name", ({ fields, cover }) =>
    expect(standing(fields, cover)).toEqual({ lost: undefined, isInDoubt: false, coversDay: false }),
  );

  it.each([
    {
      name: "deleted",
      fields: { seenBy: ["fl-1"] },
      cover: dark,
      want: 'Database "orders" has lost its flow logs: none sees eni-1, fl-1 does no more',
    },
    {
      name: "of an interface that was replaced",
      fields: { seenBy: ["fl-1"] },
      cover: { ...dark, covering: ["fl-1"], unseen: ["eni-2"] },
      want: 'Database "orders" has lost its flow logs: none sees eni-2',
    },
    {
      name: "not delivered, whoever remembers it",
      fields: {},
      cover: { ...dark, failing: [failing] },
      want: 'Flow logs of database "orders" are not delivered: fl-1 fails (Access error)',
    },
    {
      name: "silent for two whole hours",
      fields: { hours: hours(50, 2) },
      cover: seen,
      want: 'Flow logs of database "orders" do not come any more: none of an hour after 1970-01-05T02:00:00Z is there',
    },
  ])("is lost where it is $name", ({ fields, cover, want }) =>
    expect(standing(fields, cover)).toEqual({ lost: want, isInDoubt: true, coversDay: false }),
  );

  it("is in doubt for a day after a gap, and not where there was none", () => {
    expect(standing({ hours: hours(23, 0), afterGap: true }, seen)).toMatchObject({ isInDoubt: true });
    expect(standing({ hours: hours(24, 0), afterGap: true }, seen)).toMatchObject({
      isInDoubt: false,
      coversDay: true,
    });
    expect(standing({ hours: hours(23, 0) }, seen)).toMatchObject({ isInDoubt: false, coversDay: false });
  });
});
