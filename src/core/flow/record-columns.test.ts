import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TimeWindow } from "./conversation.ts";
import { ConversationTable } from "./conversation-table.ts";
import type { FlowColumns } from "./flow-columns.ts";
import { createFlowLogReader, type FlowLogSummary } from "./flow-log-reader.ts";
import { knownDatabases } from "./known-databases.ts";

const FIELDS =
  "interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol tcp-flags packets bytes start end action log-status";
const NAMES = FIELDS.split(" ");
const encoder = new TextEncoder();

const one = (...values: string[]) => fc.constantFrom(...values);
const number = (most: number) => fc.oneof(fc.integer({ min: 0, max: most }).map(String), fc.constant("-"));
const quad = one("10.0.0.1", "10.0.0.2", "10.0.0.3", "192.0.2.9");
const sextet = one("2001:db8::1", "2001:db8::2", "::ffff:10.0.0.1");

/** A record of traffic, now and then without this or that. */
const traffic = fc.boolean().chain((isWide) => {
  const address = isWide ? sextet : quad;
  const packet = fc.oneof({ weight: 4, arbitrary: address }, { weight: 1, arbitrary: fc.constant("-") });
  const protocol = one("6", "6", "17", "-");
  return fc
    .tuple(
      one("eni-1", "eni-2"),
      address,
      address,
      packet,
      packet,
      number(5),
      number(5),
      protocol,
      number(19),
      number(99),
      number(9_999),
      number(900),
      number(900),
      one("ACCEPT", "REJECT", "-"),
      fc.constant("OK"),
    )
    .map((row): readonly string[] => (row[7] === "17" ? row.with(8, "0") : row));
});
const silence = fc.tuple(one("eni-1", "eni-2"), one("NODATA", "SKIPDATA")).map(([eni, status]) => {
  const row: readonly string[] = [eni, ...NAMES.slice(2).map(() => "-"), status];
  return row;
});
const rows = fc.array(fc.oneof({ weight: 9, arbitrary: traffic }, { weight: 1, arbitrary: silence }), {
  maxLength: 60,
});

/** The rows as a columnar file has them: codes into the distinct values of a column, -1 for none. */
function columnsOf(table: readonly (readonly string[])[]): FlowColumns {
  return {
    rows: table.length,
    names: NAMES,
    columns: NAMES.map((name, at) => {
      const distinct = [...new Set(table.map((row) => row[at] ?? "-"))].filter((value) => value !== "-");
      return {
        name,
        codes: Int32Array.from(table, (row) => distinct.indexOf(row[at] ?? "-")),
        values: distinct.map((value) => encoder.encode(value)),
      };
    }),
  };
}

function read(parts: readonly (Uint8Array | FlowColumns)[], window: TimeWindow | undefined) {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table, ...(window === undefined ? {} : { window }) });
  for (const part of parts) reader.push(part);
  const { input, malformed }: FlowLogSummary = reader.end();
  const { outsideWindow, withoutTime } = table;
  return {
    conversations: table.conversations(knownDatabases([])),
    input,
    malformed,
    outsideWindow,
    withoutTime,
  };
}

describe("recordColumns", () => {
  it.each([undefined, { start: 300, end: 600 }])(
    "tells of rows what their lines tell, window %o",
    (window) => {
      fc.assert(
        fc.property(rows, (table) => {
          const text = encoder.encode(`${FIELDS}\n${table.map((row) => `${row.join(" ")}\n`).join("")}`);
          expect(read([columnsOf(table)], window)).toEqual(read([text], window));
        }),
        { numRuns: 150 },
      );
    },
  );

  it("tells the same of many rows as of few", () => {
    const row = (i: number): readonly string[] => {
      const [a, b] = [`10.0.${i % 7}.${i % 250}`, `10.1.0.${i % 5}`];
      const flags = ["2", "18", "0"][i % 3] ?? "0";
      const [source, target] = i % 3 === 1 ? [b, a] : [a, b];
      return [
        "eni-1",
        source,
        target,
        source,
        target,
        String(i % 9_000),
        "5432",
        "6",
        flags,
        "1",
        "40",
        "5",
        "9",
        "ACCEPT",
        "OK",
      ];
    };
    const table = Array.from({ length: 20_000 }, (_, i) =>
      i % 1_000 === 999 ? ["eni-1", ...NAMES.slice(2).map(() => "-"), "NODATA"] : row(i),
    );
    const text = encoder.encode(`${FIELDS}\n${table.map((cells) => `${cells.join(" ")}\n`).join("")}`);
    const columns = read([columnsOf(table)], undefined);
    expect(columns).toEqual(read([text], undefined));
    expect(columns.conversations.length).toBeGreaterThan(5_000);
    expect(columns.input).toMatchObject({ records: 20_000, noData: 20 });
  });
});
