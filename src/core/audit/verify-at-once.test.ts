import { describe, expect, it } from "vitest";
import { digest } from "../digest.ts";
import type { AuditChain, AuditRecord, RecordedStart } from "./audit-record.ts";
import { verifyAudit } from "./verify-audit.ts";

const ARN = "arn:aws:rds:eu-west-1:1:db:orders";
const CLIENT = "10.0.1.10/32";
const ingress = (source: string) => ({
  direction: "ingress",
  protocol: "tcp",
  fromPort: 3306,
  toPort: 3306,
  source,
});
const START: RecordedStart = {
  purpose: "enforce",
  mode: "enforce",
  port: 3306,
  managed: [],
  attached: ["sg-old"],
  keptGroups: [],
  groups: { "sg-old": [ingress("10.0.0.0/8")] },
  rules: [ingress(CLIENT)],
};
const create = (group = "new-1", name = "moat-orders") => ({
  action: "createSecurityGroup",
  group,
  name,
  tags: { "moat:owner": "moat", "moat:database": ARN },
});
const authorize = (group = "new-1", ...cidrs: string[]) => ({
  action: "authorize",
  group,
  rules: (cidrs.length === 0 ? [CLIENT] : cidrs).map(ingress),
});
const revoke = (group: string, ...cidrs: string[]) => ({
  action: "revoke",
  group,
  rules: cidrs.map(ingress),
});
const set = (...groups: string[]) => ({ action: "setDatabaseGroups", groups });
const tag = { action: "tag", group: "sg-old", tags: {} };

/** A write at a second, and the group that its run has made by then. */
type Written = readonly [second: number, step: AuditRecord["step"], made?: Readonly<Record<string, string>>];

function chainOf(name: string, start: RecordedStart, writes: readonly Written[]): AuditChain {
  const texts: string[] = [];
  const lines = writes.map(([second, step, created], i) => {
    const before = texts.at(-1);
    const record: AuditRecord = {
      at: `2026-11-24T08:00:${String(second).padStart(2, "0")}.000Z`,
      database: ARN,
      action: step.action,
      step,
      why: "because",
      basis: "0123",
      ...(created === undefined ? {} : { created }),
      ...(i === 0 ? { start } : {}),
      ...(before === undefined ? {} : { previous: digest(before) }),
    };
    texts.push(JSON.stringify(record));
    return { number: i + 1, text: texts.at(-1) ?? "", record };
  });
  return { name, lines };
}

const s8 = (...chains: readonly AuditChain[]): readonly string[] =>
  verifyAudit(chains, digest)
    .violations.filter(({ rule }) => rule === "S8")
    .map(({ chain, line, what }) => `${chain} ${line}: ${what}`);

const made = (id: string) => ({ "new-1": id });
/** A whole swap, from a second on, by a run whose group gets an id. */
const swap = (from: number, id: string): readonly Written[] => [
  [from, create()],
  [from + 2, authorize(), made(id)],
  [from + 4, set("sg-old", "new-1"), made(id)],
  [from + 8, set("new-1"), made(id)],
];

describe("two runs at once", () => {
  it("are counted where their records overlap, and are no trouble where they do not", () => {
    const one = chainOf("a", START, swap(0, "sg-m"));
    expect(verifyAudit([one, chainOf("b", START, swap(4, "sg-m"))], digest).atOnce).toBe(1);
    const later = chainOf("b", START, swap(20, "sg-n"));
    expect(verifyAudit([one, later], digest).atOnce).toBe(0);
    expect(s8(one, later)).toEqual([]);
  });

  it("may both find the one group that was made", () => {
    expect(s8(chainOf("a", START, swap(0, "sg-m")), chainOf("b", START, swap(1, "sg-m")))).toEqual([]);
  });

  it("must not make two groups for one purpose", () => {
    const b: readonly Written[] = [
      [1, create()],
      [3, authorize(), made("sg-n")],
      [5, set("sg-old", "new-1"), made("sg-n")],
    ];
    expect(s8(chainOf("a", START, swap(0, "sg-m").slice(0, 3)), chainOf("b", START, b))).toEqual([
      "b 1: It made sg-n for what sg-m, made by a at the same time, is there for already",
    ]);
  });

  it("may make another where somebody has taken the marks off the first, so that its name is taken", () => {
    const b: readonly Written[] = [
      [1, create("new-1", "moat-orders-2")],
      [3, authorize(), made("sg-n")],
      [5, set("sg-old", "new-1"), made("sg-n")],
    ];
    expect(s8(chainOf("a", START, swap(0, "sg-m").slice(0, 3)), chainOf("b", START, b))).toEqual([]);
  });

  it("may make two groups for what one of them alone wants", () => {
    const b: readonly Written[] = [
      [1, create()],
      [3, authorize("new-1", "10.0.1.11/32"), made("sg-n")],
      [5, set("sg-old", "new-1"), made("sg-n")],
    ];
    expect(s8(chainOf("a", START, swap(0, "sg-m").slice(0, 3)), chainOf("b", START, b))).toEqual([]);
  });

  describe("must not take off what the other has just attached", () => {
    const a: readonly Written[] = [...swap(0, "sg-m").slice(0, 3), [8, tag]];
    const second = (at: number): readonly Written[] => [
      [1, create()],
      [3, authorize(), made("sg-n")],
      [at, set("sg-old", "new-1"), made("sg-n")],
    ];
    const lost = "b 3: Its list of groups leaves out one that a had just attached for what both wanted";
    it.each<{ name: string; at: number; start: RecordedStart; want: readonly string[] }>([
      { name: "which it did not know", at: 9, start: START, want: [lost] },
      { name: "unless both may have been on their way", at: 7, start: START, want: [] },
      {
        name: "unless it knew the group and has something in its place",
        at: 9,
        start: { ...START, managed: ["sg-m"] },
        want: [],
      },
      {
        name: "unless it wants nothing of what is in there",
        at: 9,
        start: { ...START, rules: [ingress("10.0.1.99/32")] },
        want: [],
      },
    ])("$name", ({ at, start, want }) => {
      const b = chainOf("b", start, second(at));
      expect(s8(chainOf("a", START, a), b).filter((text) => !text.includes("It made"))).toEqual(want);
    });
  });

  describe("must not cut off whom both want", () => {
    const start: RecordedStart = {
      ...START,
      managed: ["sg-m", "sg-n"],
      attached: ["sg-m", "sg-n"],
      groups: { "sg-m": [ingress(CLIENT)], "sg-n": [ingress(CLIENT)] },
    };
    // Each keeps the copy that the other takes away, and then has something else to do.
    const a: readonly Written[] = [
      [0, authorize("sg-m", "10.0.1.20/32")],
      [4, revoke("sg-m", CLIENT)],
      [9, authorize("sg-m", "10.0.1.21/32")],
    ];
    const b: readonly Written[] = [
      [1, authorize("sg-n", "10.0.1.22/32")],
      [5, revoke("sg-n", CLIENT)],
      [8, authorize("sg-n", "10.0.1.23/32")],
    ];
    it("by what each of them counts on the other for", () => {
      expect(s8(chainOf("a", start, a), chainOf("b", start, b))).toEqual([
        "a 2: 10.0.1.10 is cut off by 2 runs at once, although each of them wanted it",
      ]);
    });

    it.each<{ name: string; second: readonly Written[]; from?: RecordedStart }>([
      { name: "where the last revocation may not have been made", second: b.slice(0, 2) },
      { name: "where one of them does not want him", second: b, from: { ...start, rules: [] } },
      {
        name: "where he is let in again in between",
        second: [...b.slice(0, 2), [7, authorize("sg-n")], [8, tag]],
      },
      {
        name: "where he has come by another group",
        second: b,
        from: { ...start, attached: ["sg-x"], groups: { ...start.groups, "sg-x": [ingress(CLIENT)] } },
      },
    ])("says nothing $name", ({ second, from = start }) => {
      expect(s8(chainOf("a", start, a), chainOf("b", from, second))).toEqual([]);
    });
  });

  it("are not judged where one of them leads back: that is meant to take away", () => {
    const back = { ...START, purpose: "rollback" };
    const one = chainOf("a", START, swap(0, "sg-m"));
    expect(verifyAudit([one, chainOf("b", back, [[9, set("sg-old")]])], digest).atOnce).toBe(0);
  });
});
