import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flowLogParts } from "../../src/adapters/aws/flow-log-parts.ts";
import type { Conversation } from "../../src/core/flow/conversation.ts";
import { ConversationTable } from "../../src/core/flow/conversation-table.ts";
import { createFlowLogReader, type FlowLogSummary } from "../../src/core/flow/flow-log-reader.ts";
import { knownDatabases } from "../../src/core/flow/known-databases.ts";
import { parseAddress } from "../../src/core/net/address.ts";
import { RENDERINGS, type Rendering } from "../support/flow-log-renderings.ts";
import {
  type Connection,
  type LoggedRecord,
  recordsOf,
  type TrueConversation,
  truthOf,
} from "../support/traffic-simulator.ts";

const DATABASES = [
  { address: "10.20.9.5", port: 5432, database: "orders" },
  { address: "10.20.9.6", port: 5432, database: "orders-replica" },
  { address: "10.20.9.7", port: 49_200, database: "odd-port" },
  { address: "2001:db8::9:5", port: 3306, database: "stock" },
] as const;
const KNOWN = knownDatabases(
  DATABASES.map(({ address, ...rest }) => {
    const parsed = parseAddress(address);
    if (!parsed.ok) throw new Error(parsed.error.what);
    return { address: parsed.value, ...rest };
  }),
);
const serves = (address: string, port: number): boolean =>
  DATABASES.some((db) => db.address === address && db.port === port);

const START = 1_767_603_600;
const consumerPort = fc.integer({ min: 50_000, max: 50_003 });
const start = fc.integer({ min: 0, max: 1_500 }).map((offset) => START + offset);
const tcp = fc.constantFrom(
  "short" as const,
  "long" as const,
  "pooled" as const,
  "refused" as const,
  "halfOpen" as const,
  "reset" as const,
  "portReuse" as const,
);
const of = (
  kind: fc.Arbitrary<Connection["kind"]>,
  consumer: fc.Arbitrary<string>,
  provider: fc.Arbitrary<{ readonly address: string; readonly port: number }>,
): fc.Arbitrary<Connection> =>
  fc
    .record({ kind, consumer, provider, consumerPort, start })
    .map(({ provider: { address, port }, ...rest }) => ({ ...rest, provider: address, port }));

const [orders, replica, odd, stock] = DATABASES;
/** The NAT gateway's address is all that a database sees of what is behind it. */
const toDatabase = of(
  tcp,
  fc.constantFrom("10.20.4.17", "10.20.4.18", "10.20.0.99"),
  fc.constantFrom(orders, odd),
);
const overIpv6 = of(tcp, fc.constantFrom("2001:db8::17", "2001:db8::18"), fc.constant(stock));
const replication = of(tcp, fc.constant(replica.address), fc.constant(orders));
const fromDatabase = of(
  fc.constantFrom("short" as const, "long" as const, "refused" as const),
  fc.constantFrom(orders.address, odd.address),
  fc.constantFrom({ address: "10.20.4.17", port: 443 }, { address: "198.51.100.7", port: 8443 }),
);
const pods = toDatabase.map((connection) => ({
  ...connection,
  consumer: "10.20.77.1",
  consumerSeenAs: "10.20.4.30",
}));
const scan = fc.record({ consumerPort, start }).map(({ consumerPort: from, start: at }): Connection[] =>
  Array.from({ length: 8 }, (_, i) => ({
    kind: "refused",
    consumer: "192.0.2.66",
    consumerPort: from,
    provider: orders.address,
    port: [22, 23, 80, 443, 3306, 5432, 5433, 6379][i] ?? 0,
    start: at + i,
  })),
);
const dns = of(
  fc.constant("udp" as const),
  fc.constantFrom("10.20.4.17", orders.address),
  fc.constant({ address: "10.20.0.2", port: 53 }),
);
/** Hosts that gossip from one high port to another: nothing says who began. */
const gossip = of(
  fc.constant("pooled" as const),
  fc.constant("10.20.5.1"),
  fc.constant({ address: "10.20.5.2", port: 50_900 }),
);
const traffic = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 4, arbitrary: toDatabase }, overIpv6, replication, fromDatabase, pods, dns, gossip),
      { maxLength: 14 },
    ),
    fc.array(scan, { maxLength: 1 }),
  )
  .map(([some, scans]) => [...some, ...scans.flat()]);
const interval = fc.constantFrom(60 as const, 600 as const);

interface Reading {
  readonly conversations: readonly Conversation[];
  readonly summary: FlowLogSummary;
}

async function read(bytes: Uint8Array): Promise<Reading> {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table });
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
  }
  for await (const part of flowLogParts(source(), "object")) reader.push(part);
  const summary = reader.end();
  return { conversations: table.conversations(KNOWN), summary };
}

const hasFlags = ({ group }: Rendering): boolean => group === "v5";
const endsOf = (c: { readonly consumer: string; readonly provider: string }): string =>
  [c.consumer, c.provider].toSorted().join(" ");

/** Whether the log says who began: a SYN, a database, or a port that nothing but a service has. */
function isCertain(truth: TrueConversation, rendering: Rendering): boolean {
  if (hasFlags(rendering) && truth.hasSyn) return true;
  return (
    serves(truth.provider, truth.port) || truth.port < 1024 || truth.port === 8443 || truth.port === 5433
  );
}

const plain = (c: Conversation | TrueConversation): unknown => [
  c.consumer,
  c.provider,
  c.port,
  c.protocol,
  c.action,
  c.records,
  c.packets,
  c.bytes,
  c.firstSeen,
  c.lastSeen,
];
const sorted = (list: readonly unknown[]): readonly string[] => list.map((c) => JSON.stringify(c)).toSorted();
type Counted = { readonly records: number; readonly packets?: number; readonly bytes?: number };
const sum = (list: readonly Counted[]): readonly number[] => [
  list.reduce((n, c) => n + c.records, 0),
  list.reduce((n, c) => n + (c.packets ?? 0), 0),
  list.reduce((n, c) => n + (c.bytes ?? 0), 0),
];

describe("simulated traffic", () => {
  it.each(RENDERINGS)("is found as it was, in $name", async (rendering) => {
    await fc.assert(
      fc.asyncProperty(traffic, interval, async (connections, seconds) => {
        const records: readonly LoggedRecord[] = recordsOf(connections, seconds);
        const truth = truthOf(records, hasFlags(rendering));
        const { conversations, summary } = await read(rendering.write(records));
        expect(summary.input.malformed).toBe(0);
        expect(summary.input.conversationRecords).toBe(records.length);
        const certain = truth.filter((each) => isCertain(each, rendering));
        const gossiping = new Set(truth.filter((t) => !isCertain(t, rendering)).map(endsOf));
        const settled = conversations.filter((c) => !gossiping.has(endsOf(c)));
        const settledTruth = certain.filter((c) => !gossiping.has(endsOf(c)));
        expect(sorted(settled.map(plain))).toEqual(sorted(settledTruth.map(plain)));
        expect(settled.filter((c) => c.orientedBy === "unknown")).toEqual([]);
        // Where nothing tells the direction nothing is lost either.
        expect(sum(conversations)).toEqual(sum(truth));
      }),
      { numRuns: 60 },
    );
  });

  it.each(["v2", "v5"] as const)("is the same in every rendering of %s", async (group) => {
    const same = RENDERINGS.filter((rendering) => rendering.group === group);
    expect(same.length).toBeGreaterThan(4);
    await fc.assert(
      fc.asyncProperty(traffic, interval, async (connections, seconds) => {
        const records = recordsOf(connections, seconds);
        const all = await Promise.all(
          same.map(async ({ write }) => (await read(write(records))).conversations),
        );
        for (const each of all) expect(each).toEqual(all[0]);
      }),
      { numRuns: 40 },
    );
  });

  it("of which nothing tells the direction is called unknown", async () => {
    const [first] = fc.sample(gossip, 1);
    if (first === undefined) throw new Error("no sample");
    for (const { write } of RENDERINGS) {
      const { conversations } = await read(write(recordsOf([first], 60)));
      expect(conversations.map((c) => c.orientedBy)).toEqual(["unknown"]);
    }
  });
});
