import { expect, it } from "vitest";
import type { Drift } from "../drift/drift.ts";
import { byDanger } from "./by-danger.ts";

const drift = (left: boolean): readonly Drift[] => [{ left } as Drift];

/** One row: name, addresses now and planned, what was tampered with. */
const database = (name: string, now: bigint, planned: bigint, more = {}) => ({
  name,
  drift: [] as readonly Drift[],
  reachable: { now, planned, nowUnknown: false },
  ...more,
});

const order = (...databases: readonly ReturnType<typeof database>[]): string =>
  byDanger(databases)
    .map((d) => d.name)
    .join(" ");

it.each([
  {
    case: "the widest exposure first",
    given: [database("a", 10n, 9n), database("b", 1n << 32n, 9n), database("c", 300n, 9n)],
    want: "b c a",
  },
  {
    case: "what reaches beyond what should, not what reaches at all",
    given: [database("a", 1000n, 999n), database("b", 10n, 1n)],
    want: "b a",
  },
  {
    case: "tampering before policy, however narrow",
    given: [database("a", 1n << 32n, 1n), database("b", 2n, 1n, { drift: drift(false) })],
    want: "b a",
  },
  {
    case: "a difference that is left alone is no tampering",
    given: [database("a", 5n, 1n), database("b", 2n, 1n, { drift: drift(true) })],
    want: "a b",
  },
  {
    case: "an exposure that nobody can count is the worst",
    given: [
      database("a", 1n << 128n, 0n),
      database("b", 0n, 0n, { reachable: { now: 0n, planned: 0n, nowUnknown: true } }),
    ],
    want: "b a",
  },
  {
    case: "a database that lost access waits, and equals keep their order",
    given: [database("a", 1n, 5n), database("b", 3n, 1n), database("c", 3n, 1n)],
    want: "b c a",
  },
])("$case", ({ given, want }) => {
  expect(order(...given)).toBe(want);
});
