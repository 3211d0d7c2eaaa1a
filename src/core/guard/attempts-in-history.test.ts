import { describe, expect, it } from "vitest";
import type { HistoryRow } from "../history/history-row.ts";
import { attemptsInHistory } from "./attempts-in-history.ts";

const row = (over: Partial<HistoryRow> = {}): HistoryRow => ({
  rowKind: "flow",
  generation: 0,
  hourStart: 0,
  databaseArn: "arn-1",
  databaseSide: "provider",
  consumer: "10.0.1.7",
  provider: "10.0.9.4",
  port: 5432,
  protocol: "tcp",
  action: "REJECT",
  records: 5,
  firstSeen: 2_000,
  lastSeen: 2_060,
  ...over,
});

describe("attemptsInHistory", () => {
  it.each([
    { name: "a refusal after the change", over: {}, want: "now 0/5" },
    { name: "one before it", over: { firstSeen: 900, lastSeen: 990 }, want: "before 0/5" },
    {
      name: "one whose record began before it",
      over: { firstSeen: 990, lastSeen: 1_500 },
      want: "before 0/5",
    },
    { name: "refusals that go on after it", over: { firstSeen: 990, lastSeen: 1_600 }, want: "now 0/5" },
    { name: "accepted ones since", over: { action: "ACCEPT" }, want: "now 5/0" },
    {
      name: "accepted ones of before and since",
      over: { action: "ACCEPT", firstSeen: 10, lastSeen: 3_000 },
      want: "before 5/0",
    },
    { name: "another port", over: { port: 22 }, want: "" },
    { name: "another database", over: { databaseArn: "arn-2" }, want: "" },
    { name: "the database as a client", over: { databaseSide: "consumer" }, want: "" },
    { name: "UDP", over: { protocol: "udp" }, want: "" },
    { name: "an object", over: { rowKind: "object" as const }, want: "" },
  ])("counts $name as $want", ({ over, want }) => {
    const made = attemptsInHistory([row(over)], [{ arn: "arn-1", port: 5432, since: 1_000 }]);
    const told = (["before", "now"] as const).flatMap((when) =>
      made[when].map(({ accepted, rejected }) => `${when} ${accepted}/${rejected}`),
    );
    expect(told.join()).toBe(want);
  });
});
