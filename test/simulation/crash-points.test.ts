import { describe, expect, it } from "vitest";
import { type CrashReport, play } from "./crash.ts";
import { CRASH_SHAPES, type CrashShape } from "./crash-shapes.ts";
import { FATES, type Fate } from "./doomed-process.ts";

/**
 * The next process starts at once, while AWS still works on what the dead one asked for; only after a lost reply, which
 * leaves AWS in the same state as a reply that was seen, it starts when all is quiet.
 */
const startsLater = (fate: Fate): boolean => fate === "reply lost, then killed";
const QUIET_MS = 120_000;

const references = new Map<string, Promise<CrashReport>>();

/** What the shape comes to when nothing goes wrong; played once. */
function undisturbed(shape: CrashShape): Promise<CrashReport> {
  const reference = references.get(shape.name) ?? play(shape);
  references.set(shape.name, reference);
  return reference;
}

const CASES = CRASH_SHAPES.flatMap((shape) =>
  shape.calls.flatMap((operation, i) =>
    FATES.map((fate) => ({
      title: `${shape.name}; call ${i + 1}, ${operation}: ${fate}`,
      shape,
      atWrite: i + 1,
      fate,
    })),
  ),
);

describe("a process that dies", () => {
  it("is tried at every write call of every shape of a plan", () => {
    expect(CRASH_SHAPES).toHaveLength(34);
    expect(CRASH_SHAPES.flatMap((s) => s.calls)).toHaveLength(110);
    expect(CASES).toHaveLength(440);
  });

  it.each(CRASH_SHAPES.map((shape) => [shape.name, shape] as const))(
    "makes known calls if nothing goes wrong: %s",
    async (_, shape) => {
      const { violations, calls, idle, groups, probes, named } = await undisturbed(shape);
      expect({ calls, groups, named, idle, violations }).toEqual({
        calls: shape.calls,
        groups: [...shape.ends].sort(),
        named: { before: false, after: false, ...shape.named },
        idle: [],
        violations: [],
      });
      expect(probes).toBeGreaterThan(100);
    },
  );

  it.each(CASES.map((c) => [c.title, c] as const))(
    "leaves what the next run can finish: %s",
    async (_, { shape, atWrite, fate }) => {
      const { state } = await undisturbed(shape);
      const report = await play(shape, {
        doom: { atWrite, fate },
        pauseMs: startsLater(fate) ? QUIET_MS : 0,
      });
      expect(report.met).toBe(true);
      expect(report.violations).toEqual([]);
      expect(report.state).toEqual(state);
      expect(report.idle).toEqual([]);
    },
  );
});
