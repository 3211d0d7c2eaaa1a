import { describe, expect, it } from "vitest";
import { arnOf, database, group, inventory, rule } from "../../test/fixtures/inventory.ts";
import { SETTINGS } from "../../test/fixtures/plan.ts";
import { allowRule, policy, ruleSet, workload } from "../../test/fixtures/policy.ts";
import type { Conversation } from "../core/flow/conversation.ts";
import type { HistoryConsumer } from "../core/history/history-answers.ts";
import { DECISIONS, type MapData } from "../core/map/map-data.ts";
import type { Workload } from "../core/policy/model.ts";
import { mapData } from "./map-data.ts";
import { type Planned, planDatabases } from "./plan-databases.ts";

const WEB = allowRule("role=web -> role=database");
const OFFICE = allowRule("list:corp -> role=database", { unscopedConsumers: true });
const DATABASE = "10.0.9.20";

/** The shop with its one database `orders`; `lost` is a database that policy knows nothing of. */
function shop(more: {
  readonly rules?: readonly ReturnType<typeof allowRule>[];
  readonly mode?: string;
  readonly conversations?: readonly Conversation[];
  readonly workloads?: readonly Workload[];
}): Planned {
  const { rules = [WEB], mode = "enforce", workloads = [], conversations } = more;
  const known = policy({ ruleSets: [ruleSet("app=orders env=prod", { rules })] });
  const standing = workload("ordersdb role=database app=orders env=prod", {
    managed: false,
    externalDataReference: arnOf("orders"),
  });
  const planned = planDatabases({
    inventory: inventory({
      databases: [
        database("orders", ["sg-old"], { tags: { "moat:mode": mode } }),
        database("lost", ["sg-old"]),
      ],
      securityGroups: [group("sg-old", [rule("10.0.0.0/8")])],
    }),
    policy: {
      ...known,
      workloads: [...known.workloads.filter(({ name }) => name !== "ordersdb"), ...workloads, standing],
    },
    settings: SETTINGS,
  });
  const answers = [
    { address: { family: 4 as const, value: 0x0a000914 }, port: 3306, id: "orders", arn: arnOf("orders") },
    { address: { family: 4 as const, value: 0x0a000915 }, port: 3306, id: "lost", arn: arnOf("lost") },
  ];
  return { ...planned, addresses: answers, ...(conversations === undefined ? {} : { conversations }) };
}

const seen = (consumer: string, more: Partial<Conversation> = {}): Conversation => ({
  consumer,
  provider: DATABASE,
  port: 3306,
  protocol: "tcp",
  action: "ACCEPT",
  records: 3,
  firstSeen: "2026-01-05T09:00:00Z",
  lastSeen: "2026-01-05T10:00:00Z",
  orientedBy: "syn",
  ...more,
});

/** `web-1 > orders:3306 allowed +3 -0`, in the order of the data. */
const said = (data: MapData, view: "reported" | "draft" = "reported"): readonly string[] =>
  data.links.consumer.map((at, link) => {
    const consumer = data.consumers[at];
    const name =
      consumer?.workload === undefined ? consumer?.address : data.workloads[consumer.workload]?.name;
    const { database: to, port, accepted, rejected } = data.links;
    const word = DECISIONS[data.links[view]?.[link] ?? -1];
    return `${name} > ${data.databases[to[link] ?? -1]?.id}:${port[link]} ${word} +${accepted[link]} -${rejected[link]}`;
  });

describe("what was seen beside what policy says", () => {
  it.each([
    { name: "allowed by a rule", one: seen("10.0.1.10"), want: "web-1 > orders:3306 allowed +3 -0" },
    {
      name: "blocked where it is enforced",
      one: seen("10.0.8.8"),
      want: "bare-1 > orders:3306 blocked +3 -0",
    },
    {
      name: "potentially blocked while it is observed",
      one: seen("10.0.8.8"),
      mode: "observe",
      want: "bare-1 > orders:3306 potentially_blocked +3 -0",
    },
    {
      name: "unknown where policy has no object for the database",
      one: seen("10.0.1.10", { provider: "10.0.9.21" }),
      want: "web-1 > lost:3306 unknown +3 -0",
    },
    {
      name: "blocked on a port that is not the listener's",
      one: seen("10.0.1.10", { port: 22 }),
      want: "web-1 > orders:22 blocked +3 -0",
    },
    {
      name: "what was rejected although policy allows it",
      one: seen("10.0.1.10", { action: "REJECT" }),
      want: "web-1 > orders:3306 allowed +0 -3",
    },
    { name: "somebody nobody knows", one: seen("192.0.2.7"), want: "192.0.2.7 > orders:3306 blocked +3 -0" },
  ])("$name", ({ one, mode = "enforce", want }) => {
    const data = mapData(shop({ mode, conversations: [one] }));
    expect(said(data)[0]).toBe(want);
    expect(data.observed).toBe(true);
  });

  it("names no database for a port of a shared address that is no database's, and says so", () => {
    const planned = shop({
      conversations: [
        seen("10.0.1.10", { port: 5432 }),
        seen("10.0.1.10", { port: 3306 }),
        seen("10.0.8.8", { port: 9999, records: 7 }),
      ],
    });
    const [orders, lost] = planned.addresses;
    if (orders === undefined || lost === undefined) throw new Error("The shop has two databases");
    const addresses = [
      { ...orders, shared: true },
      { ...lost, address: orders.address, port: 5432, shared: true },
    ];
    const data = mapData({ ...planned, addresses });
    expect(said(data).filter((line) => !line.endsWith("+0 -0"))).toEqual([
      "web-1 > lost:5432 unknown +3 -0",
      "web-1 > orders:3306 allowed +3 -0",
    ]);
    expect(data.notes).toEqual([
      expect.stringMatching(/^7 records are of addresses that several databases fit/),
    ]);
  });

  it("adds up one consumer's conversations, and leaves out what is not TCP or goes elsewhere", () => {
    const { links } = mapData(
      shop({
        conversations: [
          seen("10.0.1.10"),
          seen("10.0.1.10", { action: "REJECT", records: 2, lastSeen: "2026-01-05T11:00:00Z" }),
          seen("10.0.1.10", { protocol: "udp" }),
          seen("10.0.1.10", { provider: "10.0.0.99" }),
        ],
      }),
    );
    const [nine, eleven] = [1_767_603_600, 1_767_610_800];
    expect([links.accepted, links.rejected, links.first, links.last]).toEqual([[3], [2], [nine], [eleven]]);
  });

  it("knows no times where the logs carry none", () => {
    const { firstSeen: _, lastSeen: __, ...timeless } = seen("10.0.1.10");
    const { links } = mapData(shop({ conversations: [timeless] }));
    expect([links.first, links.last]).toEqual([[0], [0]]);
  });
});

describe("who is allowed and was never seen", () => {
  it("is there with no records, and not when it was seen", () => {
    expect(said(mapData(shop({})))).toEqual(["web-1 > orders:3306 allowed +0 -0"]);
    expect(said(mapData(shop({ conversations: [seen("10.0.1.10")] })))).toEqual([
      "web-1 > orders:3306 allowed +3 -0",
    ]);
    expect(mapData(shop({})).observed).toBe(false);
  });

  it("may be a range of an IP list, until one address of it was seen", () => {
    const data = mapData(shop({ rules: [OFFICE] }));
    expect(data.consumers.map(({ address, ipList }) => `${ipList} ${address}`)).toContain(
      "corp 10.20.0.0/22",
    );
    expect(said(data)).toContain("10.20.0.0/22 > orders:3306 allowed +0 -0");
    const used = mapData(shop({ rules: [OFFICE], conversations: [seen("10.20.1.1"), seen("10.20.5.9")] }));
    expect(said(used).slice(0, 2)).toEqual([
      "10.20.1.1 > orders:3306 allowed +3 -0",
      "10.20.5.9 > orders:3306 blocked +3 -0",
    ]);
    expect(used.consumers.slice(0, 2)).toEqual([
      { address: "10.20.1.1", ipList: "corp" },
      { address: "10.20.5.9" },
    ]);
    expect(said(used)).not.toContain("10.20.0.0/22 > orders:3306 allowed +0 -0");
  });

  it("is counted where it is too many to show", () => {
    const many = Array.from({ length: 250 }, (_, at) =>
      workload(`w-${at} role=web app=orders env=prod`, {
        interfaces: [
          { name: "eth0", address: `10.1.0.${at}`, cidrBlock: 24, loopback: false, linkLocal: false },
        ],
      }),
    );
    const data = mapData(shop({ workloads: many }));
    expect(data.links.consumer).toHaveLength(200);
    expect(data.notes).toEqual(["orders: 51 more consumers are allowed and were never seen"]);
  });
});

describe("a draft beside it", () => {
  it("says of each link what would become of it, and brings those whom only it lets in", () => {
    const draft = {
      name: "edited.yaml",
      planned: shop({ rules: [allowRule("app=orders -> role=database"), OFFICE] }),
    };
    const none = { name: "empty.yaml", planned: shop({ rules: [] }) };
    const flows = { conversations: [seen("10.0.1.10"), seen("10.20.1.1")] };
    expect(said(mapData(shop(flows), none), "draft").slice(0, 2)).toEqual([
      "web-1 > orders:3306 blocked +3 -0",
      "10.20.1.1 > orders:3306 blocked +3 -0",
    ]);
    const wider = mapData(shop(flows), draft);
    expect(said(wider)[1]).toBe("10.20.1.1 > orders:3306 blocked +3 -0");
    expect(said(wider, "draft")[1]).toBe("10.20.1.1 > orders:3306 allowed +3 -0");
    expect(wider.draft?.name).toBe("edited.yaml");
    const { links, databases } = wider;
    expect(links.draft).toHaveLength(links.consumer.length);
    expect(Number(databases.find(({ id }) => id === "orders")?.reachable.draft)).toBeGreaterThan(60_000);
  });
});

describe("a history beside it", () => {
  const row = (over: Partial<HistoryConsumer> = {}): HistoryConsumer => ({
    databaseArn: arnOf("orders"),
    databaseSide: "provider",
    consumer: "10.0.1.10",
    provider: DATABASE,
    port: 3306,
    protocol: "tcp",
    action: "ACCEPT",
    records: 40,
    firstSeen: 1_700_000_000,
    lastSeen: 1_700_003_600,
    ...over,
  });

  it("counts what flow logs told already once, and adds whom they do not show", () => {
    const consumers = [row(), row({ records: 10 }), row({ consumer: "10.0.8.8", action: "REJECT" })];
    const data = mapData(shop({ conversations: [seen("10.0.1.10", { records: 45 })] }), undefined, {
      consumers,
      coverage: [],
    });
    expect(said(data)).toEqual(["web-1 > orders:3306 allowed +50 -0", "bare-1 > orders:3306 blocked +0 -40"]);
    expect(data.links.first[0]).toBe(1_700_000_000);
  });

  it("says why it could not be read", () => {
    const data = mapData(shop({}), undefined, { consumers: [], coverage: [], problem: "it is gone" });
    expect(data.notes).toEqual(["The history could not be read: it is gone"]);
  });
});
