import { describe, expect, it } from "vitest";
import type { PrintedRule } from "./admitted-ranges.ts";
import { type PrintedStep, type PrintedWorld, verifyDatabase } from "./verify-plan.ts";

const rule = (source: string): PrintedRule => ({
  direction: "ingress",
  protocol: "tcp",
  fromPort: 3306,
  toPort: 3306,
  source,
});
const authorize = (group: string, ...sources: string[]): PrintedStep => ({
  action: "authorize",
  group,
  rules: sources.map(rule),
});
const revoke = (group: string, ...sources: string[]): PrintedStep => ({
  action: "revoke",
  group,
  rules: sources.map(rule),
});
const set = (...groups: string[]): PrintedStep => ({ action: "setDatabaseGroups", groups });
const create: PrintedStep = { action: "createSecurityGroup", group: "new-1" };

const out = (source: string, over: Partial<PrintedRule> = {}): PrintedRule => ({
  direction: "egress",
  protocol: "-1",
  source,
  ...over,
});
const WORLD_OLD = [rule("10.0.0.0/8"), rule("sg-apps"), rule("2001:db8::/64")];
const WORLD: PrintedWorld = {
  groups: new Map([
    ["sg-old", [...WORLD_OLD, out("0.0.0.0/0")]],
    ["sg-m", [rule("10.0.1.10/32"), rule("10.0.1.11/32"), out("0.0.0.0/0")]],
  ]),
  members: new Map([["sg-apps", ["192.168.1.5"]]]),
};
const check = (attached: string, wanted: readonly string[], steps: readonly PrintedStep[]) =>
  verifyDatabase(
    { id: "orders", port: 3306, attachedGroups: [attached], rules: wanted.map(rule), steps },
    WORLD,
  ).violations.map((v) => `${v.step}: ${v.what}`);

describe("verifyDatabase", () => {
  it.each([
    {
      name: "a swap in two phases",
      attached: "sg-old",
      wanted: ["10.0.1.10/31"],
      steps: [create, authorize("new-1", "10.0.1.10/31"), set("sg-old", "new-1"), set("new-1")],
    },
    {
      name: "grant before revoke",
      attached: "sg-m",
      wanted: ["10.0.1.10/31"],
      steps: [authorize("sg-m", "10.0.1.10/31"), revoke("sg-m", "10.0.1.10/32", "10.0.1.11/32")],
    },
    {
      name: "a client behind a group that keeps its access",
      attached: "sg-old",
      wanted: ["192.168.1.5/32"],
      steps: [create, authorize("new-1", "192.168.1.5/32"), set("new-1")],
    },
  ])("accepts $name", ({ attached, wanted, steps }) => {
    expect(check(attached, wanted, steps)).toEqual([]);
  });

  it.each([
    {
      name: "attaching before the rules stand",
      attached: "sg-old",
      wanted: ["10.0.1.10/31"],
      steps: [create, set("new-1"), authorize("new-1", "10.0.1.10/31")],
      want: "2: 10.0.1.10 is cut off although allowed before and after",
    },
    {
      name: "revoke before grant",
      attached: "sg-m",
      wanted: ["10.0.1.10/31"],
      steps: [revoke("sg-m", "10.0.1.10/32", "10.0.1.11/32"), authorize("sg-m", "10.0.1.10/31")],
      want: "1: 10.0.1.10 is cut off although allowed before and after",
    },
    {
      name: "cutting a client behind a group",
      attached: "sg-old",
      wanted: ["192.168.1.5/32"],
      steps: [create, set("new-1"), authorize("new-1", "192.168.1.5/32")],
      want: "2: 192.168.1.5 is cut off although allowed before and after",
    },
    {
      name: "letting a stranger in",
      attached: "sg-m",
      wanted: ["10.0.1.10/32"],
      steps: [authorize("sg-m", "172.16.0.0/12"), revoke("sg-m", "172.16.0.0/12", "10.0.1.11/32")],
      want: "1: 172.16.0.0 is let in although allowed neither before nor after",
    },
    {
      name: "forgetting IPv6",
      attached: "sg-old",
      wanted: ["2001:db8::1/128", "10.0.1.10/32"],
      steps: [create, authorize("new-1", "10.0.1.10/32"), set("new-1")],
      want: "3: 2001:db8:0:0:0:0:0:1 is cut off although allowed before and after",
    },
    {
      name: "deleting a group in use",
      attached: "sg-m",
      wanted: ["10.0.1.10/31"],
      steps: [{ action: "deleteSecurityGroup", group: "sg-m" }],
      want: "1: sg-m is attached",
    },
  ])("finds $name", ({ attached, wanted, steps, want }) => {
    expect(check(attached, wanted, steps)[0]).toBe(want);
  });

  it("lets stay what the plan says is left alone, and nothing else", () => {
    const database = {
      id: "orders",
      port: 3306,
      attachedGroups: ["sg-m", "sg-old"],
      rules: [rule("10.0.1.10/31")],
      steps: [authorize("sg-m", "10.0.1.10/31"), revoke("sg-m", "10.0.1.10/32", "10.0.1.11/32")],
    };
    const ends = (...drift: readonly { left: boolean; group: string; rule?: PrintedRule }[]) =>
      verifyDatabase({ ...database, drift }, WORLD).violations.map((v) => v.what);
    expect(ends({ left: true, group: "sg-old" })).toEqual([]);
    expect(ends({ left: false, group: "sg-old" })).not.toEqual([]);
    expect(ends({ left: true, group: "sg-old", rule: rule("10.0.0.0/8") })).not.toEqual([]);
    expect(ends(...WORLD_OLD.map((r) => ({ left: true, group: "sg-old", rule: r })))).toEqual([]);
  });

  it("finds an end that is not what policy says", () => {
    expect(check("sg-m", ["10.0.1.10/32"], [authorize("sg-m", "10.0.1.10/32")])).toEqual([
      "1: at the end 10.0.1.11 is not as policy says",
    ]);
  });
});

describe("verifyDatabase, of what the database itself may open", () => {
  const tcp = (source: string, port: number) =>
    out(source, { protocol: "tcp", fromPort: port, toPort: port });
  const NARROW = [rule("10.0.0.0/8"), tcp("10.9.0.0/16", 5432), out("pl-s3")];
  const world: PrintedWorld = {
    groups: new Map([["sg-old", NARROW]]),
    members: new Map([["pl-s3", ["52.218.0.0/17"]]]),
  };
  const swap = (...between: PrintedStep[]): readonly PrintedStep[] => [
    create,
    authorize("new-1", "10.0.0.0/8"),
    ...between,
    set("sg-old", "new-1"),
    set("new-1"),
  ];
  const copy: PrintedStep = { action: "authorize", group: "new-1", rules: NARROW.slice(1) };
  const close: PrintedStep = { action: "revoke", group: "new-1", rules: [out("0.0.0.0/0")] };
  const verdict = (
    steps: readonly PrintedStep[],
    over: Partial<PrintedWorld> = {},
    egress?: {
      readonly state: string;
      readonly rules: readonly PrintedRule[];
      readonly kept: readonly PrintedRule[];
    },
  ) =>
    verifyDatabase(
      {
        id: "orders",
        port: 3306,
        attachedGroups: ["sg-old"],
        rules: [rule("10.0.0.0/8")],
        steps,
        ...(egress === undefined ? {} : { egress }),
      },
      { ...world, ...over },
    ).violations.map((v) => `${v.step}: ${v.what}`);

  it("accepts a swap that leaves it as it is", () => {
    expect(verdict(swap(copy, close))).toEqual([]);
  });

  it("finds a group that opens what it is born with", () => {
    expect(verdict(swap(copy))).toEqual([
      "4: the database can open tcp 0 of 10.9.0.0 although it may neither before nor after",
      "5: the database can open tcp 0 of 10.9.0.0 although it may neither before nor after",
    ]);
  });

  it("finds a way that closes and opens again", () => {
    const late = [...swap(close), { ...copy, rules: [tcp("10.9.0.0/16", 5432)] }];
    expect(verdict(late)[0]).toBe(
      "5: the database cannot open tcp 5432 of 10.9.0.0 although it may before and after",
    );
  });

  it("says nothing where nobody knows what a group lets out", () => {
    expect(verdict(swap(copy), { egressUnknown: new Set(["sg-old"]) })).toEqual([]);
  });

  it("holds the end against the rules of a plan that governs it, and those that stay", () => {
    const only = { state: "narrows", rules: [tcp("10.9.0.0/16", 5432)], kept: [] };
    const narrow: PrintedStep = { action: "authorize", group: "new-1", rules: only.rules };
    expect(verdict(swap(narrow, close), {}, only)).toEqual([]);
    expect(verdict(swap(copy, close), {}, only)).toEqual([
      "6: at the end egress to tcp 0 of 52.218.0.0 is not as policy says",
    ]);
    expect(verdict(swap(copy, close), {}, { ...only, kept: [out("pl-s3")] })).toEqual([]);
    expect(verdict(swap(copy, close), {}, { ...only, state: "waits" })).toEqual([]);
  });
});
