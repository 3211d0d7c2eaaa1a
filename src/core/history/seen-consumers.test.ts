import { describe, expect, it } from "vitest";
import type { HistoryConsumer } from "./history-answers.ts";
import { seenConsumers, withHistory } from "./seen-consumers.ts";

const LAST = Date.UTC(2026, 7, 15, 5) / 1000;
const row = (over: Partial<HistoryConsumer> = {}): HistoryConsumer => ({
  databaseArn: "arn:orders",
  databaseSide: "provider",
  consumer: "10.0.1.10",
  provider: "10.0.9.5",
  port: 3306,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  firstSeen: LAST - 60,
  lastSeen: LAST,
  ...over,
});
const orders = [{ arn: "arn:orders", port: 3306 }];

describe("seenConsumers", () => {
  it("adds a consumer's rows up, at whichever address the database answered", () => {
    expect(
      seenConsumers([row(), row({ provider: "10.0.9.6", records: 5, lastSeen: LAST - 9 })], orders),
    ).toEqual([
      { database: "arn:orders", consumer: "10.0.1.10", records: 7, lastSeen: "2026-08-15T05:00:00Z" },
    ]);
  });

  it.each([
    { name: "refused", over: { action: "REJECT" } },
    { name: "on another port", over: { port: 22 } },
    { name: "over UDP", over: { protocol: "udp" } },
    { name: "opened by the database", over: { databaseSide: "consumer" } },
    { name: "of a database that is gone", over: { databaseArn: "arn:gone" } },
  ])("leaves out what was $name", ({ over }) => expect(seenConsumers([row(over)], orders)).toEqual([]));
});

it("takes the larger of two counts, because the flow logs may be in the history", () => {
  const seen = { database: "arn:orders", consumer: "10.0.1.10" };
  expect(
    withHistory([{ ...seen, records: 3 }], [{ ...seen, records: 9, lastSeen: "2026-08-15T05:00:00Z" }]),
  ).toEqual([{ ...seen, records: 9, lastSeen: "2026-08-15T05:00:00Z" }]);
});
