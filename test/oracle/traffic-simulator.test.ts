import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flowLogParts } from "../../src/adapters/aws/flow-log-parts.ts";
import type { Conversation } from "../../src/core/flow/conversation.ts";
import { ConversationTable } from "../../src/core/flow/conversation-table.ts";
import { createFlowLogReader, type FlowLogSummary } from "../../src/core/flow/flow-log-reader.ts";
import { RENDERINGS, type Rendering } from "../support/flow-log-renderings.ts";
import { gossip, interval, KNOWN, serves, traffic } from "../support/simulated-traffic.ts";
import {
  type LoggedRecord,
  recordsOf,
  type TrueConversation,
  truthOf,
} from "../support/traffic-simulator.ts";

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

const hasFlags = ({ group }: Rendering): boolean => group !== "v2";
/** Ten columns tell neither when nor how much. */
const hasAmounts = ({ group }: Rendering): boolean => group !== "ten";
const endsOf = (c: { readonly consumer: string; readonly provider: string }): string =>
  [c.consumer, c.provider].toSorted().join(" ");

/** Whether the log says who began: a SYN, a database, or a port that nothing but a service has. */
function isCertain(truth: TrueConversation, rendering: Rendering): boolean {
  if (hasFlags(rendering) && truth.hasSyn) return true;
  return (
    serves(truth.provider, truth.port) || truth.port < 1024 || truth.port === 8443 || truth.port === 5433
  );
}

const plain =
  (rendering: Rendering) =>
  (c: Conversation | TrueConversation): unknown => [
    c.consumer,
    c.provider,
    c.port,
    c.protocol,
    c.action,
    c.records,
    ...(hasAmounts(rendering) ? [c.packets, c.bytes, c.firstSeen, c.lastSeen] : []),
  ];
const sorted = (list: readonly unknown[]): readonly string[] => list.map((c) => JSON.stringify(c)).toSorted();
type Counted = { readonly records: number; readonly packets?: number; readonly bytes?: number };
const sum = (list: readonly Counted[], rendering: Rendering): readonly number[] => [
  list.reduce((n, c) => n + c.records, 0),
  ...(hasAmounts(rendering)
    ? [list.reduce((n, c) => n + (c.packets ?? 0), 0), list.reduce((n, c) => n + (c.bytes ?? 0), 0)]
    : []),
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
        const as = plain(rendering);
        expect(sorted(settled.map(as))).toEqual(sorted(settledTruth.map(as)));
        if (!hasAmounts(rendering)) {
          expect(conversations.every((c) => c.packets === undefined && c.lastSeen === undefined)).toBe(true);
        }
        expect(settled.filter((c) => c.orientedBy === "unknown")).toEqual([]);
        // Where nothing tells the direction nothing is lost either.
        expect(sum(conversations, rendering)).toEqual(sum(truth, rendering));
      }),
      { numRuns: 60 },
    );
  });

  it.each(["v2", "v5", "ten"] as const)("is the same in every rendering of %s", async (group) => {
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
