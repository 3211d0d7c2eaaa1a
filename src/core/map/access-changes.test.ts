import { describe, expect, it } from "vitest";
import { accessChanges } from "./access-changes.ts";
import { databaseTraffic } from "./database-traffic.ts";
import type { MapData } from "./map-data.ts";
import { firstState } from "./map-state.ts";
import { fieldTime, timeOfField, withRange } from "./time-range.ts";

const DATA: MapData = {
  version: 1,
  kind: "map",
  policy: { source: "file", version: "1" },
  draft: { name: "edited.yaml", version: "2" },
  observed: true,
  labelKeys: [],
  databases: [],
  workloads: [{ name: "web-1", labels: {} }],
  consumers: [{ address: "10.0.0.1", workload: 0 }, { address: "10.0.0.2" }],
  links: {
    consumer: [0, 1, 0, 1, 0],
    database: [0, 0, 1, 1, 2],
    port: [1, 1, 1, 1, 1],
    accepted: [4, 2, 0, 0, 1],
    rejected: [0, 0, 0, 3, 0],
    first: [1_000, 2_000, 0, 3_000, 9_000],
    last: [1_500, 9_400, 0, 3_500, 10_000],
    reported: [0, 0, 0, 2, 2],
    draft: [2, 1, 2, 0, 1],
  },
  notes: [],
};

describe("accessChanges", () => {
  it("names who loses and who gains, those who were seen first and the latest of them first", () => {
    const { loses, gains } = accessChanges(DATA);
    expect(loses.map(({ consumer, seen, last }) => [consumer, seen, last])).toEqual([
      ["10.0.0.2", true, 9_400],
      ["web-1", true, 1_500],
      ["web-1", false, 0],
    ]);
    expect(gains.map(({ address, last }) => [address, last])).toEqual([["10.0.0.2", 3_500]]);
  });

  it("finds nothing where there is no draft", () => {
    const { draft: _, ...links } = DATA.links;
    expect(accessChanges({ ...DATA, links })).toEqual({ loses: [], gains: [] });
  });
});

describe("databaseTraffic", () => {
  it.each([
    {
      database: 0,
      want: { first: 1_000, last: 9_400, accepted: 6, rejected: 0, addresses: 2, recent: 1 },
    },
    { database: 1, want: { first: 3_000, last: 3_500, accepted: 0, rejected: 3, addresses: 0, recent: 0 } },
    { database: 9, want: { first: 0, last: 0, accepted: 0, rejected: 0, addresses: 0, recent: 0 } },
  ])("adds up database $database", ({ database, want }) => {
    expect(databaseTraffic(DATA, database)).toEqual(want);
  });
});

describe("the range of time", () => {
  it("comes back from the page's fields as it went", () => {
    expect(fieldTime(1_786_768_200)).toBe("2026-08-15T04:30");
    expect(timeOfField(fieldTime(1_786_768_200))).toBe(1_786_768_200);
    expect(timeOfField("")).toBeUndefined();
  });

  it("leaves no bound behind", () => {
    const first = firstState(DATA);
    expect(withRange(withRange(first, { from: 1, to: 2 }), {})).toEqual(first);
  });
});
