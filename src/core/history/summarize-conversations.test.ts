import { describe, expect, it } from "vitest";
import type { Conversation } from "../flow/conversation.ts";
import { summarizeConversations } from "./summarize-conversations.ts";

const ADDRESSES = [
  { address: { family: 4 as const, value: 0x0a000905 }, arn: "arn:orders", id: "orders", port: 3306 },
];
const conversation = (over: Partial<Conversation> = {}): Conversation => ({
  consumer: "10.0.1.10",
  provider: "10.0.9.5",
  port: 3306,
  protocol: "tcp",
  action: "ACCEPT",
  records: 2,
  firstSeen: "2026-08-15T04:58:00Z",
  lastSeen: "2026-08-15T05:01:30Z",
  orientedBy: "syn",
  database: "orders",
  interfaceIds: ["eni-1"],
  ...over,
});

describe("summarizeConversations", () => {
  it("files a conversation under the hour in which it was last seen", () => {
    const last = Date.UTC(2026, 7, 15, 5, 1, 30) / 1000;
    expect(summarizeConversations([conversation()], ADDRESSES)).toEqual([
      {
        databaseArn: "arn:orders",
        databaseSide: "provider",
        hour: Date.UTC(2026, 7, 15, 5) / 1000,
        consumer: "10.0.1.10",
        provider: "10.0.9.5",
        port: 3306,
        protocol: "tcp",
        action: "ACCEPT",
        records: 2,
        firstSeen: Date.UTC(2026, 7, 15, 4, 58) / 1000,
        lastSeen: last,
        orientedBy: "syn",
      },
    ]);
  });

  it("keeps a database that opens a connection", () => {
    const opened = conversation({ consumer: "10.0.9.5", provider: "10.0.2.2", port: 443 });
    expect(summarizeConversations([opened], ADDRESSES)).toMatchObject([
      { databaseArn: "arn:orders", databaseSide: "consumer" },
    ]);
  });

  it("takes a flow to a port that the database there does not serve for nobody's", () =>
    expect(summarizeConversations([conversation({ port: 5432 })], ADDRESSES)).toEqual([]));

  it("leaves out what has no known database, and what has no time", () => {
    const { lastSeen: _, ...timeless } = conversation();
    expect(summarizeConversations([conversation({ provider: "10.0.3.3" }), timeless], ADDRESSES)).toEqual([]);
  });
});
