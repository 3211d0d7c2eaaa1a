import { describe, expect, it } from "vitest";
import { SandboxClock } from "./clock.ts";

describe("SandboxClock", () => {
  it("runs what becomes due in order of due time, at that time", () => {
    const clock = new SandboxClock(1_000);
    const seen: string[] = [];
    clock.schedule(30, () => seen.push(`c@${clock.now()}`));
    clock.schedule(10, () => {
      seen.push(`a@${clock.now()}`);
      clock.schedule(5, () => seen.push(`b@${clock.now()}`));
    });
    clock.schedule(99, () => seen.push("late"));
    clock.advance(50);
    expect(seen).toEqual(["a@1010", "b@1015", "c@1030"]);
    expect(clock.now()).toBe(1_050);
    expect(clock.nextDueMs()).toBe(1_099);
  });

  it("keeps the order of tasks that are due together, and forgets cancelled ones", () => {
    const clock = new SandboxClock(0);
    const seen: number[] = [];
    clock.schedule(1, () => seen.push(1));
    const cancel = clock.schedule(1, () => seen.push(2));
    clock.schedule(1, () => seen.push(3));
    cancel();
    clock.advance(1);
    expect(seen).toEqual([1, 3]);
  });

  it("never runs backwards", () => {
    const clock = new SandboxClock(100);
    clock.advanceTo(50);
    expect(clock.now()).toBe(100);
  });
});
