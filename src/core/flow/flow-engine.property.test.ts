import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RENDERINGS } from "../../../test/support/flow-log-renderings.ts";
import { interval, KNOWN, traffic } from "../../../test/support/simulated-traffic.ts";
import { type LoggedRecord, recordsOf } from "../../../test/support/traffic-simulator.ts";
import { ConversationTable } from "./conversation-table.ts";
import { createFlowLogReader } from "./flow-log-reader.ts";

const TEXTS = RENDERINGS.flatMap(({ name, lines }) => (lines === undefined ? [] : [{ name, ...lines }]));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
function readChunks(chunks: readonly Uint8Array[], table = new ConversationTable()) {
  const reader = createFlowLogReader({ table });
  for (const chunk of chunks) reader.push(chunk);
  return { summary: reader.end(), table };
}
const listed = (table: ConversationTable): string => JSON.stringify(table.conversations(KNOWN), undefined, 1);
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}
const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const out = [...items];
  let state = seed;
  for (let at = out.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = state % (at + 1);
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
};

describe.each(TEXTS)("records in $name", ({ header, of }) => {
  const logOf = (records: readonly LoggedRecord[]): Uint8Array => bytesOf(header + of(records));

  it("give the same bytes in any order of lines and any chunks, and read apart and merged", () => {
    fc.assert(
      fc.property(
        traffic,
        interval,
        fc.nat(),
        fc.array(fc.nat(), { maxLength: 6 }),
        (connections, seconds, seed, places) => {
          const records = recordsOf(connections, seconds);
          const want = listed(readChunks([logOf(records)]).table);
          const mixed = logOf(shuffled(records, seed));
          expect(listed(readChunks(cut(mixed, places)).table)).toBe(want);
          expect(listed(readChunks(Array.from(mixed, (byte) => Uint8Array.of(byte))).table)).toBe(want);

          const middle = records.length >> 1;
          const halves = [records.slice(middle), records.slice(0, middle)].map((half) =>
            readChunks([logOf(half)]).table.data(),
          );
          const merged = new ConversationTable();
          for (const half of halves) merged.merge(structuredClone(half));
          expect(listed(merged)).toBe(want);
          expect(merged.input).toMatchObject({ objects: 2, conversationRecords: records.length });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("any bytes", () => {
  const TEN = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type";
  const line = "10.20.4.17 10.20.9.5 5432 6 2 10.20.4.17 10.20.9.5 51744 ACCEPT IPv4";
  const scrap = fc.constantFrom(
    "\n",
    " ",
    "-",
    "10.20.4.17",
    "5432",
    "ACCEPT",
    "OK",
    "NODATA",
    TEN,
    line,
    "\r",
    "2001:db8::1",
  );
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(scrap, { maxLength: 40 }).map((parts) => bytesOf(parts.join(""))),
    fc.array(scrap, { maxLength: 40 }).map((parts) => bytesOf(`${TEN}\n${parts.join(" ")}`)),
    fc.tuple(fc.nat(200), fc.nat(255)).map(([place, byte]) => {
      const bytes = bytesOf(`${TEN}\n${line}\n${line}\n`);
      bytes[place % bytes.length] = byte;
      return bytes;
    }),
  );

  it("are read without throwing, and alike however they are cut", () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
        const whole = readChunks([bytes]);
        const parts = readChunks(cut(bytes, places));
        expect(parts.summary).toEqual(whole.summary);
        expect(listed(parts.table)).toBe(listed(whole.table));
        const { records, conversationRecords, noData, skipData, malformed } = whole.summary.input;
        expect(records).toBe(conversationRecords + noData + skipData + malformed);
      }),
      { numRuns: 2000 },
    );
  });
});
