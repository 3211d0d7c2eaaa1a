import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryRow } from "./history-row.ts";
import { mergeRows } from "./merge-rows.ts";

const flow = (over: Partial<HistoryRow> = {}): HistoryRow => ({
  rowKind: "flow",
  generation: 0,
  objectDigest: "aa",
  hourStart: 3600,
  databaseArn: "arn:orders",
  databaseSide: "provider",
  consumer: "10.0.1.10",
  provider: "10.0.9.5",
  port: 3306,
  orientedBy: "port",
  records: 2,
  packets: 5,
  firstSeen: 3700,
  lastSeen: 3800,
  ...over,
});

describe("mergeRows", () => {
  it("adds up what differs in its object only, with the widest times and the strongest evidence", () => {
    const more = flow({ objectDigest: "bb", records: 3, packets: 1, firstSeen: 3650, orientedBy: "syn" });
    const { objectDigest: _, ...sum } = flow({ records: 5, packets: 6, firstSeen: 3650, orientedBy: "syn" });
    expect(mergeRows([flow(), more], 4)).toEqual([{ ...sum, generation: 4 }]);
  });

  it("keeps an object once, and apart what carries packets and what does not", () => {
    const object: HistoryRow = { ...flow(), rowKind: "object" };
    const { packets: _, ...bare } = flow({ objectDigest: "bb" });
    expect(mergeRows([object, flow(), object, bare], 1).map((r) => [r.rowKind, r.packets])).toEqual([
      ["object", 5],
      ["flow", 5],
      ["flow", undefined],
    ]);
  });

  it("gives the same for any order and any grouping of its input", () => {
    const row = fc.record({
      consumer: fc.constantFrom("10.0.1.10", "10.0.1.11"),
      hourStart: fc.constantFrom(0, 3600),
      records: fc.integer({ min: 1, max: 9 }),
      lastSeen: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(row), fc.nat(), (parts, cut) => {
        const rows = parts.map((part) => flow(part));
        const once = mergeRows(rows, 2);
        const first = mergeRows(rows.slice(0, cut), 1);
        expect(mergeRows([...rows.slice(cut).reverse(), ...first], 2)).toEqual(once);
      }),
    );
  });
});
