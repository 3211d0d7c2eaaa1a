import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillWaves, placeIn } from "./fill-waves.ts";
import { WAVE_TAG, wavePlace } from "./waves.ts";

const SETTINGS = { canary: [], percent: [1, 10, 100] };
const LAST = 3;
const arns = (count: number) => Array.from({ length: count }, (_, n) => `arn:aws:rds:eu-west-1:1:db:db-${n}`);
const placed = (count: number) =>
  arns(count).map((arn) => ({ arn, place: wavePlace({ id: arn, arn, tags: {} }, SETTINGS) }));
/** How many databases each wave has once they are filled, canaries apart. */
function sizes(databases: ReturnType<typeof placed>): readonly number[] {
  const { promoted } = fillWaves(databases, LAST);
  return [1, 2, 3].map((wave) => databases.filter((d) => (promoted.get(d.arn) ?? d.place) === wave).length);
}
const AT_LAST = arns(9).map((arn) => ({ arn, place: LAST }));

describe("fillWaves", () => {
  it.each([
    { count: 0, want: [0, 0, 0], empty: [1, 2] },
    { count: 1, want: [0, 0, 1], empty: [1, 2] },
    { count: 2, want: [1, 0, 1], empty: [2] },
    { count: 3, want: [1, 1, 1], empty: [] },
    { count: 9, want: [1, 1, 7], empty: [] },
  ])("divides $count of the last wave into $want", ({ count, want, empty }) => {
    const some = AT_LAST.slice(0, count);
    expect(sizes(some)).toEqual(want);
    expect(fillWaves(some, LAST).empty).toEqual(empty);
  });

  it("moves nobody where each wave has somebody, and no canary ever", () => {
    const full = [...placed(2_000), { arn: "arn:c", place: 0 }];
    expect(fillWaves(full, LAST)).toEqual({ promoted: new Map(), empty: [] });
    expect(fillWaves([{ arn: "arn:c", place: 0 }, ...AT_LAST.slice(0, 1)], LAST).promoted.size).toBe(0);
  });

  it("leaves no wave before the last empty from three databases on, and moves nobody back, in any order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 400 }), (count) => {
        const some = placed(count);
        const { promoted } = fillWaves(some, LAST);
        expect(
          sizes(some)
            .slice(0, 2)
            .every((size) => size > 0),
        ).toBe(true);
        for (const { arn, place } of some) expect(promoted.get(arn) ?? place).toBeLessThanOrEqual(place);
        expect(fillWaves(some.toReversed(), LAST).promoted).toEqual(promoted);
      }),
    );
  });
});

describe("placeIn", () => {
  const database = { id: "x", arn: "arn:aws:rds:eu-west-1:1:db:x", tags: {} };
  const rollout = { version: "7", at: 1, open: 0, waiting: new Map<string, number>() };
  it("is what the rollout says, else the fingerprint's, and the owner's word before both", () => {
    const own = wavePlace(database, SETTINGS);
    expect(own).toBe(LAST);
    expect(placeIn(undefined, database, SETTINGS)).toBe(own);
    expect(placeIn(rollout, database, SETTINGS)).toBe(own);
    const promoted = new Map([[database.arn, 1]]);
    expect(placeIn({ ...rollout, promoted }, database, SETTINGS)).toBe(1);
    const tagged = { ...database, tags: { [WAVE_TAG]: "canary" } };
    expect(placeIn({ ...rollout, promoted }, tagged, SETTINGS)).toBe(0);
  });
});
