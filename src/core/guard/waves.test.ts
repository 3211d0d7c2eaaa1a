import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  database,
  group,
  inventory,
  live,
  managedGroup,
  OPEN_EGRESS,
  rule,
} from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { Plan } from "../plan/plan.ts";
import { onlyOf, WAVE_TAG, waveNames, wavePlace, wavesOf } from "./waves.ts";

const ids = Array.from({ length: 20 }, (_, i) => `db-${i}`);
const OLD = group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS]);
const tampered = managedGroup("sg-m", "db-0", [rule("10.0.1.10/32"), OPEN_EGRESS]);
const plan: Plan = planOf({
  inventory: inventory({
    databases: ids.map((id) => database(id, [id === "db-0" ? "sg-m" : "sg-old"])),
    securityGroups: [OLD, { ...tampered, rules: [...tampered.rules, live(rule("0.0.0.0/0"))] }],
  }),
  policies: ids.map((id) => allows(id, ["10.0.1.10/32"])),
});
const shape = (settings: Parameters<typeof wavesOf>[1]): string[] =>
  wavesOf(plan, settings).map(({ name, arns }) => `${name}: ${arns.length}`);

describe("wavesOf", () => {
  it.each([
    {
      name: "repairs, canaries, then shares of the rest",
      settings: { canary: ["db-3", "db-4"], percent: [1, 10, 100] },
      want: ["repairs: 1", "canary: 2", "1 %: 1", "10 %: 1", "100 %: 15"],
    },
    {
      name: "all in the end, whatever the shares",
      settings: { canary: [], percent: [50] },
      want: ["repairs: 1", "50 %: 10", "100 %: 9"],
    },
    {
      name: "no empty wave",
      settings: { canary: ["nobody"], percent: [1, 2, 3, 100] },
      want: ["repairs: 1", "1 %: 1", "100 %: 18"],
    },
  ])("has $name", ({ settings, want }) => {
    expect(shape(settings)).toEqual(want);
  });

  it("holds each database once", () => {
    const all = wavesOf(plan, { canary: ["db-3"], percent: [10, 40] }).flatMap((w) => w.arns);
    expect([all.length, new Set(all).size]).toEqual([20, 20]);
  });

  it("leaves the other databases of a plan without steps", () => {
    const [first] = wavesOf(plan, { canary: [], percent: [100] });
    const only = onlyOf(plan, first?.arns ?? []);
    expect(only.databases.filter((d) => d.steps.length > 0).map((d) => d.id)).toEqual(["db-0"]);
  });
});

describe("wavePlace", () => {
  const SETTINGS = { canary: ["orders-dev"], percent: [1, 10, 100] };
  const at = (id: string, tags: Record<string, string> = {}) =>
    wavePlace({ id, arn: `arn:aws:rds:eu-west-1:111122223333:db:${id}`, tags }, SETTINGS);

  it("is the first for those that the settings or the owner's tag name", () => {
    expect([at("orders-dev"), at("x", { [WAVE_TAG]: "canary" })]).toEqual([0, 0]);
    expect(at("x", { [WAVE_TAG]: "Canary" })).toBeGreaterThan(0);
  });

  it("gives 5,000 databases of 200 accounts and regions shares near 1, 9 and 90 %", () => {
    const names = waveNames(SETTINGS);
    const counts = names.map(() => 0);
    for (let account = 0; account < 50; account += 1)
      for (const region of ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"])
        for (let n = 0; n < 25; n += 1) {
          const arn = `arn:aws:rds:${region}:${100_000_000_000 + account}:db:db-${n}`;
          const place = wavePlace({ id: `db-${n}`, arn, tags: {} }, SETTINGS);
          counts[place] = (counts[place] ?? 0) + 1;
        }
    expect(names).toEqual(["canary", "1 %", "10 %", "100 %"]);
    const [canary, first = 0, second = 0, rest = 0] = counts;
    expect(canary).toBe(0);
    expect(Math.abs(first - 50)).toBeLessThan(25);
    expect(Math.abs(second - 450)).toBeLessThan(70);
    expect(first + second + rest).toBe(5_000);
  });

  it("is one place of those that there are, whatever the shares, and never an earlier one with smaller shares", () => {
    const shares = fc.uniqueArray(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), shares, (id, some) => {
        const percent = some.toSorted((a, b) => a - b);
        const place = wavePlace({ id, arn: `arn:${id}`, tags: {} }, { canary: [], percent });
        expect(place).toBeGreaterThan(0);
        expect(place).toBeLessThan(waveNames({ canary: [], percent }).length);
        const halved = { canary: [], percent: percent.map((p) => p / 2) };
        expect(wavePlace({ id, arn: `arn:${id}`, tags: {} }, halved)).toBeGreaterThanOrEqual(place);
      }),
    );
  });
});
