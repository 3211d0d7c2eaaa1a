import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RisenReject } from "./risen-rejects.ts";
import {
  acknowledgeRollout,
  isAcknowledged,
  nextRollout,
  type Observation,
  type Rollout,
  type RolloutDatabase,
  type RolloutLook,
} from "./rollout.ts";

const WAVES = ["canary", "1 %", "10 %", "100 %"];
const PATIENCE = 1_000;

/** `1+` is a database of wave 1 that is in place, `1-` one that is not. */
const databases = (text: string): readonly RolloutDatabase[] =>
  text.split(" ").flatMap((word, i) => {
    if (word === "") return [];
    return { id: `db-${i}`, arn: `arn-${i}`, place: Number(word[0]), inPlace: word[1] === "+" };
  });
const STATES = { w: "watching", d: "watched", u: "unsure" } as const;
/** `1w` is watched still, `1d` was watched, of `1u` nothing is known. */
const observations = (text: string): readonly Observation[] =>
  text.split(" ").flatMap((word, i) => {
    if (word === "") return [];
    const state = STATES[word[1] as keyof typeof STATES];
    return { id: `db-${i}`, arn: `arn-${i}`, place: Number(word[0]), state, why: "No flow log came." };
  });
const look = (over: Partial<RolloutLook> = {}): RolloutLook => ({
  version: "7",
  at: 0,
  waves: WAVES,
  databases: databases("0+ 1+ 2+ 3+"),
  unseen: [],
  observations: [],
  risen: [],
  admits: () => false,
  ...over,
});
const risen = (over: Partial<RisenReject> = {}): RisenReject => ({
  id: "db-0",
  arn: "arn-0",
  consumer: "10.0.1.7",
  records: 9,
  allowed: false,
  ...over,
});
const next = (before: Rollout | undefined, over: Partial<RolloutLook>): Rollout =>
  nextRollout(before, look(over), PATIENCE).rollout;

describe("nextRollout", () => {
  it.each([
    { name: "all are in place", dbs: "0+ 1+ 2+ 3+", seen: "", open: 3 },
    { name: "a canary is to be changed", dbs: "0- 1- 2- 3-", seen: "", open: 0 },
    { name: "there is no canary", dbs: "1- 2- 3-", seen: "", open: 1 },
    { name: "the canary was just changed", dbs: "0+ 1- 2- 3-", seen: "0w", open: 0 },
    { name: "the canary was watched", dbs: "0+ 1- 2- 3-", seen: "0d", open: 1 },
    { name: "one of a wave is not in place", dbs: "0+ 1+ 1- 2- 3-", seen: "0d 1d", open: 1 },
    { name: "one of a wave is not watched yet", dbs: "0+ 1+ 1+ 2- 3-", seen: "0d 1d 1w", open: 1 },
    { name: "of one nothing is known", dbs: "0+ 1+ 1+ 2- 3-", seen: "0d 1u 1d", open: 1 },
    { name: "a later wave is out of place", dbs: "0+ 1- 2+ 3-", seen: "", open: 1 },
    { name: "one of the last wave was just changed", dbs: "0+ 1+ 2+ 3-", seen: "3w", open: 3 },
  ])("opens wave $open where $name", ({ dbs, seen, open }) => {
    const rollout = next(undefined, { databases: databases(dbs), observations: observations(seen) });
    expect(rollout.open).toBe(open);
    expect(rollout.unsure === undefined).toBe(!seen.includes("u"));
  });

  it("opens no wave before an account that cannot be looked at, until it was waited for", () => {
    const first = next(undefined, { unseen: ["1 eu"], databases: databases("3-") });
    expect(first.open).toBe(0);
    const step = nextRollout(first, look({ unseen: ["1 eu"], at: PATIENCE }), PATIENCE);
    expect([step.rollout.open, step.late]).toEqual([3, ["1 eu"]]);
  });

  it("waits for each database for its own time, from when its wave was open", () => {
    const dbs = { databases: databases("0- 1- 2-") };
    const first = next(undefined, { ...dbs, at: 0 });
    expect([...first.waiting]).toEqual([["arn-0", 0]]);
    const second = next(first, { ...dbs, at: PATIENCE });
    expect([second.open, [...second.waiting]]).toEqual([
      1,
      [
        ["arn-0", 0],
        ["arn-1", PATIENCE],
      ],
    ]);
    expect(next(second, { ...dbs, at: 2 * PATIENCE - 1 }).open).toBe(1);
    expect(next(second, { ...dbs, at: 2 * PATIENCE }).open).toBe(2);
  });

  it("goes on waiting for the same database under another version, and not for one that was in place between", () => {
    const first = next(undefined, { databases: databases("0-") });
    expect(next(first, { version: "8", at: 500, databases: databases("0-") }).waiting.get("arn-0")).toBe(0);
    const mended = next(first, { at: 500 });
    expect(next(mended, { at: 600, databases: databases("0-") }).waiting.get("arn-0")).toBe(600);
  });

  it("waits for nobody while it is halted", () => {
    const halted = next(undefined, { databases: databases("0- 1-"), risen: [risen()] });
    expect(halted).toMatchObject({ open: 0, waiting: new Map() });
    const later = next(halted, { at: 9 * PATIENCE, databases: databases("0- 1-") });
    expect(later).toMatchObject({ open: 0, waiting: new Map(), halted: { at: 0 } });
  });

  it("never opens a wave before one that is to be watched, whatever else is so", () => {
    const place = fc.integer({ min: 0, max: 3 });
    const arbDatabases = fc.array(fc.record({ place, inPlace: fc.boolean() }));
    const arbSeen = fc.array(fc.record({ place, state: fc.constantFrom("watching", "watched", "unsure") }));
    fc.assert(
      fc.property(arbDatabases, arbSeen, (dbs, seen) => {
        const { open } = next(undefined, {
          databases: dbs.map((d, i) => ({ ...d, id: `db-${i}`, arn: `arn-${i}` })),
          observations: seen.map((s, i) => ({ ...s, id: `o-${i}`, arn: `o-${i}` }) as Observation),
        });
        const earlier = <T extends { readonly place: number }>(all: readonly T[]) =>
          all.filter((one) => one.place < open);
        expect(earlier(seen).every(({ state }) => state === "watched")).toBe(true);
        expect(earlier(dbs).every(({ inPlace }) => inPlace)).toBe(true);
      }),
    );
  });
});

describe("a halted rollout", () => {
  const halted = next(undefined, { risen: [risen(), risen({ arn: "arn-1", id: "db-1" })] });

  it("names clients, databases and the way on", () => {
    expect(halted.halted?.finding.what).toBe(
      '2 consumers are refused since access was taken away: 10.0.1.7 at "db-0" (9 records), 10.0.1.7 at "db-1" (9 records)',
    );
    expect(halted.halted?.finding.fix).toContain(`moat waves --acknowledge ${halted.halted?.token}`);
  });

  it.each([
    { name: "nobody is refused any more", over: {}, stays: true },
    { name: "another version says the same", over: { version: "8" }, stays: true },
    {
      name: "another version lets one of them in",
      over: { version: "8", admits: (arn: string) => arn === "arn-0" },
      stays: true,
    },
    { name: "another version lets all of them in", over: { version: "8", admits: () => true }, stays: false },
    { name: "the same version seems to let them in", over: { admits: () => true }, stays: true },
  ])("stays halted: $stays, when $name", ({ over, stays }) => {
    expect(next(halted, { at: 5, ...over }).halted !== undefined).toBe(stays);
  });

  it("of clients that policy allows is not mended by another version", () => {
    const against = next(undefined, { risen: [risen({ allowed: true })] });
    expect(next(against, { version: "8", admits: () => true }).halted).toBeDefined();
  });

  it("goes on when a person acknowledges exactly it, and for this version only", () => {
    const { token = "" } = halted.halted ?? {};
    expect(acknowledgeRollout(halted, "waves:other", 10)).toBeUndefined();
    const acknowledged = acknowledgeRollout(halted, token, 10);
    expect(acknowledged).toMatchObject({ acknowledged: { version: "7", at: 10 } });
    expect(acknowledged?.halted).toBeUndefined();
    expect([9, 10, 11].map((at) => isAcknowledged(acknowledged, "7", at))).toEqual([true, true, false]);
    expect(isAcknowledged(acknowledged, "8", 9)).toBe(false);
    expect(next(acknowledged, { risen: [risen()] }).halted).toBeUndefined();
    expect(next(acknowledged, { risen: [risen({ allowed: true })] }).halted).toBeDefined();
    expect(next(acknowledged, { version: "8", risen: [risen()] }).halted).toBeDefined();
  });

  it("has nothing to acknowledge where nothing is halted or unsure", () => {
    const calm = next(undefined, {});
    expect(acknowledgeRollout(calm, "unsure", 0)).toBeUndefined();
    const unsure = next(undefined, { observations: observations("0u") });
    expect(acknowledgeRollout(unsure, "unsure", 0)?.unsure).toBeUndefined();
  });
});
