import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toRanges } from "../../src/core/net/address-set.ts";
import { databaseAddresses } from "../../src/core/policy/consumer-labels.ts";
import { followPolicy } from "../../src/core/policy/incremental/follow-policy.ts";
import {
  applyChange,
  type LiveResolution,
  liveResolution,
} from "../../src/core/policy/incremental/live-resolution.ts";
import {
  type Collection,
  changedPolicy,
  type PolicyChange,
} from "../../src/core/policy/incremental/policy-change.ts";
import { policyDiff } from "../../src/core/policy/incremental/policy-diff.ts";
import type { Policy } from "../../src/core/policy/model.ts";
import { policyIndex } from "../../src/core/policy/policy-index.ts";
import type { Resolution } from "../../src/core/policy/resolution.ts";
import { resolvePolicy } from "../../src/core/policy/resolve-policy.ts";
import { everyByte } from "../support/every-byte.ts";
import { type World, world } from "./policy-world.ts";

const RUNS = Number(process.env.MOAT_INCREMENTAL_RUNS ?? 1_000);

/** One object of one collection becomes what it is in one of three policies, or goes. */
interface Edit {
  readonly collection: Collection;
  readonly at: number;
  readonly from: 0 | 1 | 2 | "nowhere";
}

const edit: fc.Arbitrary<Edit> = fc.record({
  collection: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Collection>("workloads") },
    { weight: 3, arbitrary: fc.constantFrom<Collection[]>("ipLists", "serviceBindings", "ruleSets") },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Collection[]>("labelGroups", "services", "virtualServices", "labels"),
    },
  ),
  at: fc.nat(6),
  from: fc.constantFrom<Edit["from"][]>(0, 1, 2, "nowhere"),
});

const edits = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });

function changeOf(pools: readonly Policy[], all: readonly Edit[]): PolicyChange {
  const change: Record<string, { put: unknown[]; removed: string[] }> = {};
  for (const { collection, at, from } of all) {
    const objects = pools[from === "nowhere" ? 0 : from]?.[collection] ?? [];
    const object = objects[at % Math.max(1, objects.length)];
    if (object === undefined) continue;
    const to = change[collection] ?? { put: [], removed: [] };
    change[collection] = to;
    if (from === "nowhere") to.removed.push(object.href);
    else to.put.push(object);
  }
  return change as PolicyChange;
}

interface Step {
  readonly live: LiveResolution;
  readonly whole: string;
}

function checked(
  pools: readonly Policy[],
  { policy, databases, options }: World,
  all: readonly Edit[][],
): number {
  let live = liveResolution(policy, databases, options);
  let now = policy;
  let parts = 0;
  const steps: Step[] = [];
  for (const some of all) {
    const change = changeOf(pools, some);
    now = changedPolicy(now, change);
    const whole = resolvePolicy(now, databases, options);
    const applied = applyChange(live, change);
    steps.push({ live: applied.live, whole: withReasons(whole) });
    // What is not read stays unmade; half of the answers are read only when all changes are through.
    if (some.length % 2 === 0) expect(withReasons(applied.live.resolution)).toBe(withReasons(whole));
    expectSameObjects(live.resolution, applied.live.resolution, applied.databases);
    if (applied.resolved === "parts") parts += 1;
    live = applied.live;
  }
  for (const step of steps.toReversed()) expect(withReasons(step.live.resolution)).toBe(step.whole);
  return parts;
}

/** Every byte, and who stands behind each range of addresses. */
function withReasons(resolution: Resolution): string {
  const reasons = [...resolution.databases.values()].map((answer) =>
    toRanges(answer.allowed).map((range) => answer.reasonsWithin(range)),
  );
  return everyByte([resolution, reasons]);
}

function expectSameObjects(before: Resolution, after: Resolution, touched: ReadonlySet<string>): void {
  for (const [arn, policy] of after.databases) {
    if (!touched.has(arn)) expect(policy).toBe(before.databases.get(arn));
  }
}

describe("a policy that is read again and again", () => {
  it(`has the bytes of a resolution from the beginning each time (${RUNS / 5} worlds)`, () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(world, world, world, edits, (first, second, third, all) => {
        const { databases, options } = first;
        let followed = followPolicy(undefined, first.policy, databases, options);
        let now = first.policy;
        for (const some of all) {
          now = structuredClone(
            changedPolicy(now, changeOf([first.policy, second.policy, third.policy], some)),
          );
          followed = followPolicy(followed, now, databases, options);
          kinds.set(followed.resolved, (kinds.get(followed.resolved) ?? 0) + 1);
          const whole = resolvePolicy(now, databases, options);
          expect(withReasons(followed.resolution)).toBe(withReasons(whole));
          const fresh = databaseAddresses(policyIndex(now, options), databases);
          expect(everyByte(databaseAddresses(followed.index, databases))).toBe(everyByte(fresh));
        }
      }),
      { numRuns: RUNS / 5 },
    );
    for (const kind of ["parts", "all", "nothing"]) expect(kinds.get(kind) ?? 0).toBeGreaterThan(0);
  }, 3_600_000);

  it("is resolved from the beginning for other databases, and where objects have twins", () => {
    fc.assert(
      fc.property(world, world, (first, second) => {
        const { databases, options } = first;
        const before = followPolicy(undefined, first.policy, databases, options);
        const others = followPolicy(before, first.policy, databases.slice(1), options);
        expect(withReasons(others.resolution)).toBe(
          withReasons(resolvePolicy(first.policy, databases.slice(1), options)),
        );
        const { policy } = second;
        const twins = { ...policy, workloads: [...policy.workloads, ...first.policy.workloads] };
        const followed = followPolicy(before, twins, databases, options);
        expect(withReasons(followed.resolution)).toBe(withReasons(resolvePolicy(twins, databases, options)));
      }),
      { numRuns: RUNS / 10 },
    );
  }, 3_600_000);
});

describe("a resolution that follows changes", () => {
  it(`has the bytes of one from the beginning, whatever changes (${RUNS} worlds)`, () => {
    let parts = 0;
    fc.assert(
      fc.property(world, world, world, edits, (first, second, third, all) => {
        parts += checked([first.policy, second.policy, third.policy], first, all);
      }),
      { numRuns: RUNS },
    );
    expect(parts).toBeGreaterThan(RUNS);
  }, 3_600_000);

  it("follows the difference between two policies", () => {
    fc.assert(
      fc.property(world, world, (first, second) => {
        const { databases, options } = first;
        const live = liveResolution(first.policy, databases, options);
        const { live: next } = applyChange(live, policyDiff(first.policy, second.policy));
        const whole = resolvePolicy(second.policy, databases, options);
        expect(everyByte(next.resolution)).toBe(everyByte(whole));
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });
});
