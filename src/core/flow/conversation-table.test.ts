import { describe, expect, it } from "vitest";
import { ConversationTable } from "./conversation-table.ts";
import { createFlowLogReader } from "./flow-log-reader.ts";
import { knownDatabases } from "./known-databases.ts";

const HEADER =
  "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags packets bytes start end action log-status";
const COUNT = 30_000;
const none = knownDatabases([]);

/** Conversations of many consumers, half of them IPv6, each seen by two interfaces. */
function manyLines(): string[] {
  const lines: string[] = [];
  for (let client = 0; client < COUNT; client += 1) {
    const text = client.toString(16);
    const [consumer, provider] =
      client % 2 === 0
        ? [`10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`, "10.200.0.5"]
        : [`2001:db8:${text}::${text}`, "2001:db8::5"];
    for (const side of ["a", "b"]) {
      lines.push(
        `eni-${side} ${consumer} ${provider} 40000 5432 6 ${client % 3} 1 100 ${client} ${client + 60} ACCEPT OK`,
      );
    }
  }
  return lines;
}

function tableOf(lines: readonly string[]): ConversationTable {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  reader.push(new TextEncoder().encode(`${HEADER}\n${lines.join("\n")}\n`));
  reader.end();
  return table;
}

describe("ConversationTable", () => {
  it("grows with all that a row holds, and merges to the same as one read", () => {
    const lines = manyLines();
    const conversations = tableOf(lines).conversations(none);
    expect(conversations.length).toBe(COUNT);
    expect(conversations[0]).toEqual({
      consumer: "10.0.0.0",
      provider: "10.200.0.5",
      port: 5432,
      protocol: "tcp",
      action: "ACCEPT",
      records: 2,
      packets: 2,
      bytes: 200,
      firstSeen: "1970-01-01T00:00:00Z",
      lastSeen: "1970-01-01T00:01:00Z",
      orientedBy: "port",
      interfaceIds: ["eni-a", "eni-b"],
    });
    const merged = new ConversationTable();
    for (const part of [
      lines.filter((_, at) => at % 3 === 2),
      lines.filter((_, at) => at % 3 !== 2).reverse(),
    ]) {
      merged.merge(tableOf(part).data());
    }
    expect(JSON.stringify(merged.conversations(none))).toBe(JSON.stringify(conversations));
  });

  it("sorts by consumer, IPv4 first, as numbers and not as text", () => {
    const line = (consumer: string, provider: string) =>
      `eni-a ${consumer} ${provider} 40000 5432 6 2 1 1 0 1 ACCEPT OK`;
    const consumers = ["2001:db8::10", "10.0.0.10", "200.0.0.1", "10.0.0.9", "2001:db8::9"];
    const lines = consumers.map((consumer) => line(consumer, consumer.includes(":") ? "::5" : "10.0.0.5"));
    expect(
      tableOf(lines)
        .conversations(none)
        .map(({ consumer }) => consumer),
    ).toEqual(["10.0.0.9", "10.0.0.10", "200.0.0.1", "2001:db8::9", "2001:db8::10"]);
  });

  it("gives objects after a merge a time of their own", () => {
    const table = new ConversationTable();
    table.merge(tableOf([]).data());
    for (const start of [600, 0]) {
      const reader = createFlowLogReader({ table, fallbackTime: { start, end: start + 300 } });
      reader.push(new TextEncoder().encode("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n"));
      reader.end();
    }
    expect(table.conversations(none)).toMatchObject([
      { firstSeen: "1970-01-01T00:00:00Z", lastSeen: "1970-01-01T00:15:00Z" },
    ]);
  });
});
