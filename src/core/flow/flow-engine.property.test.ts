import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Connection,
  type ConnectionKind,
  RENDERINGS,
  recordsOf,
  renderFlowLog,
  truthOf,
} from "../../../test/oracle/flow-simulator.ts";
import { parseAddress } from "../net/address.ts";
import { ConversationTable } from "./conversation-table.ts";
import { createFlowLogReader } from "./flow-log-reader.ts";
import { type KnownDatabases, knownDatabases } from "./known-databases.ts";

const APPS = ["10.20.4.17", "10.20.4.18", "2001:db8::17"] as const;
const DATABASES = [
  { address: "10.20.9.5", port: 5432, database: "orders" },
  { address: "10.20.9.6", port: 3306, database: "stock" },
  { address: "2001:db8::5", port: 15_432, database: "archive" },
] as const;
const KNOWN: KnownDatabases = knownDatabases(
  DATABASES.map(({ address, ...rest }) => {
    const parsed = parseAddress(address);
    if (!parsed.ok) throw new Error(parsed.error.what);
    return { address: parsed.value, ...rest };
  }),
);
const KINDS: readonly ConnectionKind[] = ["short", "long", "pooled", "refused", "halfOpen", "reset"];
const sameFamily = (a: string, b: string) => a.includes(":") === b.includes(":");

const port = fc.integer({ min: 40_000, max: 40_004 });
const start = fc.integer({ min: 0, max: 9 }).map((slot) => 1_786_768_200 + slot * 60);
const toDatabase = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    app: fc.constantFrom(...APPS),
    db: fc.constantFrom(...DATABASES),
    port,
    start,
  })
  .filter(({ app, db }) => sameFamily(app, db.address))
  .map(({ kind, app, db, ...rest }): Connection => {
    return {
      kind,
      consumer: app,
      consumerPort: rest.port,
      provider: db.address,
      port: db.port,
      start: rest.start,
    };
  });
const fromDatabase = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    app: fc.constantFrom(...APPS),
    db: fc.constantFrom(...DATABASES),
    port,
    start,
  })
  .filter(({ app, db }) => sameFamily(app, db.address))
  .map(({ kind, app, db, ...rest }): Connection => {
    return {
      kind,
      consumer: db.address,
      consumerPort: rest.port,
      provider: app,
      port: 443,
      start: rest.start,
    };
  });
const byUdp = fc
  .record({ app: fc.constantFrom("10.20.4.17", "10.20.4.18"), port, start })
  .map(({ app, ...rest }): Connection => {
    return {
      kind: "udp",
      consumer: app,
      consumerPort: rest.port,
      provider: "10.20.0.2",
      port: 53,
      start: rest.start,
    };
  });
const connections = fc.array(fc.oneof({ weight: 4, arbitrary: toDatabase }, fromDatabase, byUdp), {
  maxLength: 12,
});

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

describe.each(RENDERINGS)("connections in $name", (rendering) => {
  const has = (field: string) => rendering.fields.includes(field);

  it("are found as they truly were", () => {
    fc.assert(
      fc.property(connections, (all) => {
        const text = renderFlowLog(all.flatMap(recordsOf), rendering);
        const { table, summary } = readChunks([bytesOf(text)]);
        const found = table.conversations(KNOWN).map((c) => ({
          consumer: c.consumer,
          provider: c.provider,
          port: c.port,
          protocol: c.protocol,
          action: c.action,
          records: c.records,
          ...(has("packets") ? { packets: c.packets, bytes: c.bytes } : {}),
        }));
        const truth = truthOf(all).map(({ packets, bytes, ...rest }) => ({
          ...rest,
          ...(has("packets") ? { packets, bytes } : {}),
        }));
        const key = (value: unknown) => JSON.stringify(value);
        expect(found.map(key).sort()).toEqual(truth.map(key).sort());
        expect(summary.input.malformed).toBe(0);
      }),
    );
  });

  it("give the same bytes in any order of lines and any chunks, and read apart and merged", () => {
    fc.assert(
      fc.property(connections, fc.nat(), fc.array(fc.nat(), { maxLength: 6 }), (all, seed, places) => {
        const records = all.flatMap(recordsOf);
        const want = listed(readChunks([bytesOf(renderFlowLog(records, rendering))]).table);
        const mixed = bytesOf(renderFlowLog(shuffled(records, seed), rendering));
        expect(listed(readChunks(cut(mixed, places)).table)).toBe(want);
        expect(listed(readChunks(Array.from(mixed, (byte) => Uint8Array.of(byte))).table)).toBe(want);

        const middle = records.length >> 1;
        const halves = [records.slice(middle), records.slice(0, middle)].map((half) => {
          return readChunks([bytesOf(renderFlowLog(half, rendering))]).table.data();
        });
        const merged = new ConversationTable();
        for (const half of halves) merged.merge(structuredClone(half));
        expect(listed(merged)).toBe(want);
        expect(merged.input).toMatchObject({ objects: 2, conversationRecords: records.length });
      }),
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
