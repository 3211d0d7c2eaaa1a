import { describe, expect, it } from "vitest";
import type { Conversation } from "../flow/conversation.ts";
import type { HistoryConsumer } from "../history/history-answers.ts";
import type { DatabaseAddress } from "../inventory/database-addresses.ts";
import { destinationsInHistory, joined, observedDestinations } from "./observed-destinations.ts";

const at = (arn: string, value: number, port: number): DatabaseAddress => ({
  address: { family: 4, value: 0x0a00_0900 + value },
  arn,
  id: arn,
  port,
});
const ADDRESSES = [at("a", 1, 3306), at("b", 2, 5432), at("shared-1", 3, 3306), at("shared-2", 3, 5432)];

const flow = (consumer: string, provider: string, over: Partial<Conversation> = {}): Conversation => ({
  consumer,
  provider,
  port: 25,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  orientedBy: "syn",
  ...over,
});
const row = (over: Partial<HistoryConsumer>): HistoryConsumer => ({
  databaseArn: "a",
  databaseSide: "consumer",
  consumer: "10.0.9.1",
  provider: "10.0.3.10",
  port: 25,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  firstSeen: 0,
  lastSeen: 3600,
  ...over,
});
const told = (seen: ReturnType<typeof joined>) =>
  seen.map((s) => [s.database, s.destination, s.protocol, s.port].join(" "));

describe("whom databases were seen connecting to", () => {
  it("is told by flows that were let through", () => {
    const flows = [
      flow("10.0.9.1", "10.0.3.10"),
      flow("10.0.9.1", "10.0.3.11", { action: "REJECT" }),
      flow("10.0.1.1", "10.0.9.1", { port: 3306 }),
      flow("10.0.9.1", "10.0.9.2", { port: 5432 }),
      flow("10.0.9.1", "10.0.9.1"),
    ];
    expect(told(observedDestinations(flows, ADDRESSES))).toEqual([
      "a 10.0.3.10 tcp 25",
      "a 10.0.9.2 tcp 5432",
    ]);
  });

  it("counts for each database that may stand at the address", () => {
    expect(told(observedDestinations([flow("10.0.9.3", "10.0.3.10")], ADDRESSES))).toEqual([
      "shared-1 10.0.3.10 tcp 25",
      "shared-2 10.0.3.10 tcp 25",
    ]);
  });

  it("is read from a history, those flows too that are kept for the other database", () => {
    const rows = [
      row({}),
      row({ action: "REJECT", provider: "10.0.3.11" }),
      row({ databaseArn: "b", databaseSide: "provider", provider: "10.0.9.2", port: 5432 }),
      row({ databaseArn: "b", databaseSide: "provider", consumer: "10.0.1.1", provider: "10.0.9.2" }),
    ];
    expect(told(destinationsInHistory(rows, ADDRESSES))).toEqual([
      "a 10.0.3.10 tcp 25",
      "a 10.0.9.2 tcp 5432",
    ]);
  });

  it("is joined with the latest time and the larger count", () => {
    const [one] = joined([
      { database: "a", destination: "d", records: 5, lastSeen: "2026-01-01T00:00:00Z" },
      { database: "a", destination: "d", records: 2, lastSeen: "2026-02-01T00:00:00Z" },
    ]);
    expect(one).toEqual({ database: "a", destination: "d", records: 5, lastSeen: "2026-02-01T00:00:00Z" });
  });
});
