import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitForFile } from "./fit-for-file.ts";
import { layoutMap } from "./layout-map.ts";
import { type MapConnection, mapConnections } from "./map-connections.ts";
import type { MapData } from "./map-data.ts";
import { mapExport } from "./map-export.ts";
import { mapPageOf } from "./map-page.ts";
import { firstState, type MapState, stateFromFragment, stateToFragment } from "./map-state.ts";
import { utcText } from "./map-words.ts";
import { readUtc } from "./read-utc.ts";
import { selectedIn } from "./selected-in.ts";
import { rangeText, withRange } from "./time-range.ts";
import { type MapLink, MOST_MARKS, trafficMap } from "./traffic-map.ts";

/** Three consumers and two databases; the draft takes the second link away. */
function small(name = "web-1"): MapData {
  const database = (id: string, app: string) => ({
    id,
    arn: `arn:${id}`,
    kind: "instance",
    engine: "mysql",
    port: 3306,
    mode: "observe" as const,
    inSync: false,
    labels: { app, env: "prod" },
    accountId: "1",
    region: "eu-west-1",
    reachable: { now: "9", nowUnknown: false, planned: "2" },
    quota: { used: 1, limit: 60 },
    drift: [],
    steps: [],
    refused: [],
    losesAccess: [],
    findings: [],
  });
  return {
    version: 1,
    kind: "map",
    policy: { source: "file", version: "1" },
    draft: { name: "edited.yaml", version: "2" },
    observed: true,
    labelKeys: ["app", "env", "role"],
    databases: [database("orders", "orders"), database("ledger", "finance")],
    workloads: [
      { name, labels: { app: "orders", role: "web", env: "prod" } },
      { name: "batch-1", labels: { app: "orders", role: "batch", env: "prod" } },
    ],
    consumers: [
      { address: "10.0.1.1", workload: 0 },
      { address: "10.0.1.2", workload: 1 },
      { address: "10.9.9.9" },
    ],
    links: {
      consumer: [0, 1, 2, 0],
      database: [0, 0, 1, 1],
      port: [3306, 3306, 3306, 3306],
      accepted: [5, 7, 0, 0],
      rejected: [0, 0, 3, 0],
      first: [100, 200, 300, 0],
      last: [150, 250, 350, 0],
      reported: [0, 0, 1, 0],
      draft: [0, 1, 1, 0],
    },
    notes: [],
  };
}

const shown = (part: Partial<MapState>) =>
  trafficMap(small(), { ...firstState(small()), view: "reported", ...part });
const said = (part: Partial<MapState>) =>
  shown(part).links.map(
    (link) => `${link.consumer} ${link.database} ${link.says} ${link.happened} ${link.pairs}`,
  );

describe("trafficMap", () => {
  it("groups both sides by labels and names those nobody knows", () => {
    expect(shown({}).consumers.map(({ title }) => title)).toEqual([
      "orders · batch · prod",
      "orders · web · prod",
      "unknown addresses",
    ]);
    expect(shown({}).databases.map(({ title }) => title)).toEqual(["finance · prod", "orders · prod"]);
  });

  it.each([
    { name: "search", part: { search: "BATCH" }, want: 1 },
    { name: "two words, one on each side", part: { search: "role=web ledger" }, want: 1 },
    { name: "ACCEPT", part: { happened: ["ACCEPT"] as const }, want: 2 },
    { name: "REJECT", part: { happened: ["REJECT"] as const }, want: 1 },
    { name: "never", part: { happened: ["never"] as const }, want: 1 },
    { name: "potentially blocked", part: { says: ["potentially_blocked"] }, want: 1 },
    { name: "time: what was never seen stays", part: { from: 200, to: 260 }, want: 2 },
    { name: "the last part of the logs", part: { last: 100 }, want: 3 },
  ])("filters by $name", ({ part, want }) => {
    expect(shown(part).totals.pairs).toBe(want);
  });

  it("drills from group to workload to address", () => {
    const group = "c:g:app=orders:role=web:env=prod";
    expect(shown({ open: [group] }).consumers.map((n) => n.title)).toContain("web-1");
    expect(shown({ open: [group, "c:w:0"] }).consumers.map((n) => `${n.depth} ${n.title}`)).toContain(
      "2 10.0.1.1",
    );
  });

  it("tells in the difference who would lose access", () => {
    expect(said({ view: "difference", says: ["loses"] })).toEqual([
      "c:g:app=orders:role=batch:env=prod d:g:app=orders:env=prod loses ACCEPT 1",
    ]);
  });

  it("keeps a selected link in another view, and a selection of what is not there", () => {
    const ids = (part: Partial<MapState>) => shown(part).links.map(({ id }) => id);
    const [before] = ids({ consumersBy: [], says: ["potentially_blocked"] });
    const other = shown({ consumersBy: [], view: "difference" });
    expect(other.links.map(({ id }) => id)).not.toContain(before);
    expect(selectedIn(other, before)).toBe("c:a::10.9.9.9>d:g:app=finance:env=prod>unchanged");
    expect(selectedIn(other, "c:w:0")).toBe("c:w:0");
    expect(selectedIn(other, "c:w:77>d:x>allowed")).toBe("c:w:77>d:x>allowed");
    expect(selectedIn(other, undefined)).toBeUndefined();
  });

  it("never draws more marks than a page can hold, and counts what it leaves out", () => {
    const many = large(5_000, 20_000);
    const map = trafficMap(many, { ...firstState(many), consumersBy: [], databasesBy: [] });
    const { consumers, databases, links, undrawn, totals } = map;
    expect(consumers.length + databases.length + links.length).toBeLessThanOrEqual(MOST_MARKS);
    expect(consumers.at(-1)?.title).toMatch(/^\d+ more workloads$/);
    expect(links.reduce((sum, link) => sum + link.pairs, 0) === totals.pairs || undrawn > 0).toBe(true);
    expect(consumers.reduce((sum, node) => sum + node.links, 0)).toBe(totals.pairs);
  });
});

function large(databases: number, links: number): MapData {
  const base = small();
  const [one] = base.databases;
  if (one === undefined) throw new Error("no database");
  const numbers = Array.from({ length: links }, (_, at) => at);
  return {
    ...base,
    databases: Array.from({ length: databases }, (_, at) => ({
      ...one,
      id: `db-${at}`,
      arn: `arn:db-${at}`,
    })),
    workloads: numbers.map((at) => ({ name: `w-${at}`, labels: {} })),
    consumers: numbers.map((at) => ({ address: `c-${at}`, workload: at })),
    links: {
      consumer: numbers,
      database: numbers.map((at) => (at * 7) % databases),
      port: numbers.map(() => 3306),
      accepted: numbers.map(() => 1),
      rejected: numbers.map(() => 0),
      first: numbers.map(() => 1),
      last: numbers.map(() => 2),
      reported: numbers.map((at) => at % 4),
    },
  };
}

describe("a page", () => {
  it("is small at any size of the data, and says what it leaves out", () => {
    const many = large(5_000, 20_000);
    const notes = many.links.consumer.map((at) => `note ${at}`);
    const draft = many.links.reported.map((says) => (says + 1) % 4);
    const page = mapPageOf({ ...many, notes, links: { ...many.links, draft } }, "consumers=&databases=");
    expect(JSON.stringify(page).length).toBeLessThan(400_000);
    expect(page.about.notes.at(-1)).toMatch(/^And 19,?980 more notes/);
    expect(page.loses).toMatchObject({ count: 5_000, seen: 5_000 });
    expect(page.loses.names).toHaveLength(50);
  });
});

describe("a saved page", () => {
  it("holds all that fits", () => {
    const data = small();
    expect(fitForFile(data)).toBe(data);
  });

  it("keeps those to decide about before those in order, and counts what it leaves out", () => {
    const fitted = fitForFile(small(), 2);
    expect(fitted.consumers.map(({ address }) => address)).toEqual(["10.0.1.2", "10.9.9.9"]);
    expect(fitted.links).toMatchObject({ consumer: [0, 1], reported: [0, 1], draft: [1, 1] });
    expect(fitted.notes[0]).toMatch(/^2 connections of 4 connections left out/);
  });
});

describe("layoutMap", () => {
  it("places no node over another, and gives the same picture each time", () => {
    const layout = layoutMap(shown({}));
    expect(layoutMap(shown({}))).toEqual(layout);
    for (const side of ["consumer", "database"]) {
      const column = layout.nodes.filter(({ node }) => node.side === side);
      for (const [at, node] of column.entries()) {
        const above = column[at - 1];
        expect(node.y).toBeGreaterThanOrEqual(above === undefined ? 0 : above.y + above.height);
      }
    }
  });

  it("tells links apart where many end at one node: the shorter column grows, signs stand side by side", () => {
    const base = large(3, 1_200);
    const consumer = base.links.consumer.map((at) => at % 40);
    const reported = base.links.consumer.map((at) => Math.floor(at / 120) % 4);
    const many = { ...base, links: { ...base.links, consumer, reported } };
    const state = { ...firstState(many), consumersBy: [], databasesBy: [], view: "reported" as const };
    const { nodes, links } = layoutMap(trafficMap(many, state));
    expect(links.length).toBeGreaterThan(200);
    const [left, right] = (["consumer", "database"] as const).map((side) =>
      Math.max(...nodes.filter(({ node }) => node.side === side).map(({ y, height }) => y + height)),
    );
    expect(right).toBeGreaterThan(700);
    expect(right).toBeLessThanOrEqual(left ?? 0);
    for (const [at, { sign, to, width }] of links.entries()) {
      expect(width).toBeLessThanOrEqual(7);
      for (const other of links
        .slice(at + 1)
        .filter((each) => each.to.x === to.x && each.link !== links[at]?.link)) {
        if (Math.abs(other.to.y - to.y) < 14)
          expect(other.sign.x === sign.x && other.sign.y === sign.y).toBe(false);
      }
    }
  });
});

describe("a permalink", () => {
  it("holds every choice", () => {
    const first = firstState(small());
    const state: MapState = {
      ...first,
      shape: "matrix",
      view: "draft",
      consumersBy: ["odd,key=&"],
      open: ["c:w:0"],
      search: "a&b=c",
      says: ["blocked"],
      happened: ["never"],
      from: 1,
      to: 2,
      selected: "d:arn:x",
    };
    expect(stateFromFragment(`#${stateToFragment(state, first)}`, first)).toEqual(state);
    const last = withRange(state, { last: 3_600 });
    expect(stateFromFragment(`#${stateToFragment(last, first)}`, first)).toEqual(last);
  });

  it.each([
    { range: {}, want: "All of the logs" },
    { range: { last: 86_400 }, want: "Last 24 hours" },
    { range: { from: 1_767_603_660 }, want: "2026-01-05 09:01 – …" },
  ])("says $want", ({ range, want }) => {
    expect(rangeText(range)).toBe(want);
  });

  it.each(["#view=nonsense&shape=&from=-1", "#search=%E0%A4%A", "#says=__proto__"])(
    "%s opens all the same",
    (text) => {
      const first = firstState(small());
      expect({ ...stateFromFragment(text, first), search: "" }).toEqual(first);
    },
  );
});

describe("exports", () => {
  it("keep hostile names from being markup, formulas or code", () => {
    const hostile = small('=cmd|"<script>\\N#\u0007\ud800');
    const state = { ...firstState(hostile), consumersBy: [], view: "reported" as const };
    const { csv, svg, mmd, dot } = Object.fromEntries(
      (["csv", "svg", "mmd", "dot"] as const).map((format) => [format, mapExport(hostile, state, format)]),
    );
    expect(csv).toContain(`"'=cmd|""<script>`);
    expect(svg).toContain(">=cmd|&quot;&lt;script&gt;");
    expect(svg).not.toMatch(/<script|\ud800/);
    expect(mmd).toContain(`c1["=cmd#124;#34;#60;script#62;#92;N#35;`);
    expect(dot).toContain(String.raw`label="=cmd|\"<script>\\N#`);
  });

  it("hold every connection that passes the filters, also what the page does not draw", () => {
    const many = large(2_000, 6_000);
    const state = { ...firstState(many), consumersBy: [], databasesBy: [], says: ["blocked"] };
    const view = { ...state, view: "reported" as const };
    const { connections } = JSON.parse(mapExport(many, view, "json")) as { connections: unknown[] };
    expect(connections).toHaveLength(1_500);
    expect(connections[0]).toEqual({
      consumer: "c-2",
      workload: "w-2",
      consumerLabels: {},
      database: "db-14",
      arn: "arn:db-14",
      databaseLabels: { app: "orders", env: "prod" },
      port: 3306,
      reported: "blocked",
      happened: "ACCEPT",
      accepted: 1,
      rejected: 0,
      first: 1,
      last: 2,
    });
    expect(mapExport(many, view, "csv").trimEnd().split("\r\n")).toHaveLength(1_501);
  });

  it("hold every link between the shown groups, also what the page does not draw", () => {
    const base = large(60, 3_000);
    const consumer = base.links.consumer.map((at) => at % 50);
    const database = base.links.consumer.map((at) => Math.floor(at / 50));
    const many = { ...base, links: { ...base.links, consumer, database } };
    const open = { ...firstState(many), consumersBy: [], databasesBy: [], view: "reported" as const };
    const links = trafficMap(many, open, Number.POSITIVE_INFINITY).links;
    expect(links.length).toBeGreaterThan(trafficMap(many, open).links.length);
    expect(mapExport(many, open, "dot").match(/ -> /g)).toHaveLength(links.length);
    expect(mapExport(many, open, "mmd").match(/\| d\d+$/gm)).toHaveLength(links.length);
  });

  it.each([0, 951_782_400, 1_786_768_200, 4_102_444_799])("read and write the time %i alike", (seconds) => {
    const text = utcText(seconds);
    expect(readUtc(`${text.slice(0, 10)}T${text.slice(11, 16)}:00Z`)).toBe(seconds - (seconds % 60));
  });
});

describe("what is remembered between pictures", () => {
  const part = fc.record({
    view: fc.constantFrom("reported" as const, "draft" as const, "difference" as const),
    consumersBy: fc.constantFrom([], ["app"], ["app", "role"], ["nobody"]),
    databasesBy: fc.constantFrom([], ["env"], ["app", "env"]),
    open: fc.subarray(["c:g:app=a", "c:g:app=a:role=x", "c:unknown", "c:w:0", "d:g:env=p"]),
    search: fc.constantFrom("", "app=a", "db-1"),
    says: fc.constantFrom([], ["allowed"], ["loses", "blocked"]),
    happened: fc.constantFrom([], ["ACCEPT" as const], ["never" as const, "REJECT" as const]),
    from: fc.constantFrom(0, 40),
  });
  const estate = fc
    .array(
      fc.record({
        consumer: fc.nat(5),
        database: fc.nat(2),
        accepted: fc.constantFrom(0, 0, 3),
        rejected: fc.constantFrom(0, 2),
        last: fc.constantFrom(0, 10, 50),
        reported: fc.nat(3),
        draft: fc.nat(3),
      }),
      { maxLength: 30 },
    )
    .map((links): MapData => {
      const [database] = small().databases;
      if (database === undefined) throw new Error("no database");
      const column = (of: (link: (typeof links)[number]) => number) => links.map(of);
      return {
        ...small(),
        databases: ["p", "p", "q"].map((env, at) => ({
          ...database,
          ...{ id: `db-${at}`, arn: `arn:${at}`, labels: at === 1 ? { env } : { env, app: "a" } },
        })),
        workloads: [
          { name: "w0", labels: { app: "a", role: "x" } },
          { name: "w1", labels: { app: "a", role: "y" } },
          { name: "w2", labels: { role: "y" } },
        ],
        consumers: [
          { address: "1", workload: 0 },
          { address: "2", workload: 0 },
          { address: "3", workload: 1 },
          { address: "4", workload: 2 },
          { address: "5" },
          { address: "6", ipList: "office" },
        ],
        links: {
          consumer: column((link) => link.consumer),
          database: column((link) => link.database),
          port: column(() => 1),
          accepted: column((link) => link.accepted),
          rejected: column((link) => link.rejected),
          first: column((link) => link.last),
          last: column((link) => link.last),
          reported: column((link) => link.reported),
          draft: column((link) => link.draft),
        },
      };
    });

  it("changes no picture, and every picture adds up to what passes its filters", () => {
    fc.assert(
      fc.property(estate, fc.array(part, { minLength: 1, maxLength: 6 }), (data, parts) => {
        for (const each of parts) {
          const state: MapState = { ...firstState(data), ...each };
          const map = trafficMap(data, state, Number.POSITIVE_INFINITY);
          expect(map).toEqual(trafficMap(structuredClone(data), state, Number.POSITIVE_INFINITY));
          const passed = mapConnections(data, state);
          const sum = (of: (link: MapLink) => number) => map.links.reduce((all, link) => all + of(link), 0);
          expect([
            sum((link) => link.pairs),
            sum((link) => link.accepted),
            sum((link) => link.rejected),
          ]).toEqual([
            passed.length,
            passed.reduce((all, link) => all + link.accepted, 0),
            passed.reduce((all, link) => all + link.rejected, 0),
          ]);
          if (state.says.length > 0) continue;
          const saidOf = (link: MapConnection): string =>
            (state.view === "draft" ? link.draft : link.reported) ?? "unknown";
          if (state.view !== "difference") {
            for (const word of new Set(passed.map(saidOf)))
              expect(map.totals.says[word]).toBe(passed.filter((link) => saidOf(link) === word).length);
          }
        }
      }),
    );
  });

  it("draws the weightiest links, whatever their number", () => {
    const [database] = small().databases;
    if (database === undefined) throw new Error("no database");
    const links = Array.from({ length: 600 }, (_, at) => ({
      consumer: at % 17,
      database: (at * 7) % 11,
      says: (at * 5) % 4,
    }));
    const zeros = links.map(() => 0);
    const data: MapData = {
      ...small(),
      databases: Array.from({ length: 11 }, (_, at) => ({
        ...database,
        id: `db-${at}`,
        arn: `arn:${at}`,
        labels: { env: `${at}` },
      })),
      workloads: Array.from({ length: 17 }, (_, at) => ({ name: `w${at}`, labels: { app: `${at}` } })),
      consumers: Array.from({ length: 17 }, (_, at) => ({ address: `${at}`, workload: at })),
      links: {
        ...{ port: zeros, rejected: zeros, first: zeros, last: zeros },
        consumer: links.map((link) => link.consumer),
        database: links.map((link) => link.database),
        accepted: links.map((_, at) => at % 3),
        reported: links.map(({ says }) => says),
        draft: links.map(({ says }, at) => (at % 5 === 0 ? 0 : says)),
      },
    };
    for (const view of ["reported", "draft", "difference"] as const) {
      const state = { ...firstState(data), view };
      const all = trafficMap(data, state, Number.POSITIVE_INFINITY);
      const drawn = trafficMap(data, state, 70);
      expect(all.links.length).toBeGreaterThan(70);
      expect(drawn.links).toEqual(all.links.slice(0, 70));
      expect(drawn.undrawn).toBe(all.links.length - 70);
    }
  });
});
