import { expect, it } from "vitest";
import type { HistoryConsumer } from "./history-answers.ts";
import { labelShares } from "./label-share.ts";

const row = (consumer: string, changes: Partial<HistoryConsumer> = {}): HistoryConsumer => ({
  databaseArn: "arn:orders",
  databaseSide: "provider",
  consumer,
  provider: "10.0.9.5",
  port: 3306,
  records: 1,
  firstSeen: 0,
  lastSeen: 1,
  ...changes,
});

it("counts conversations, not consumers, and none that the database opened itself", () => {
  const labels = (address: string) => (address === "10.0.1.1" ? { role: ["web"] } : {});
  const rows = [
    row("10.0.1.1"),
    row("10.0.1.1", { port: 22, action: "REJECT" }),
    row("10.0.1.1", { provider: "10.0.9.6" }),
    row("10.0.1.2"),
    row("10.0.1.1", { databaseSide: "consumer" }),
    row("10.0.1.2", { databaseArn: "arn:ledger" }),
  ];
  expect([...labelShares(rows, labels)]).toEqual([
    ["arn:orders", { conversations: 4, labelled: 3 }],
    ["arn:ledger", { conversations: 1, labelled: 0 }],
  ]);
});
