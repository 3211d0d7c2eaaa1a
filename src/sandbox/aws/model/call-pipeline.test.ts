import { describe, expect, it } from "vitest";
import type { CallContext, CallEvent, SandboxCall } from "./call.ts";
import type { Fault } from "./faults.ts";
import { SandboxWorld } from "./region-state.ts";
import { VersionedMap } from "./versioned-map.ts";

const context: CallContext = {
  accountId: "111122223333",
  region: "eu-west-1",
  service: "ec2",
  accessKeyId: "AKIA",
  principalArn: "arn:aws:iam::111122223333:user/sandbox",
  userAgent: "test",
  requestId: "r-1",
};
const call = (operation: string, parts: Partial<SandboxCall> = {}): SandboxCall => ({
  context,
  operation,
  input: {},
  isWrite: false,
  ...parts,
});
const seen = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "ok",
    (error: { code?: string; kind?: string }) => error.code ?? error.kind ?? "?",
  );
const busy = { code: "Unavailable", httpStatus: 503, message: "busy" };

describe("faults", () => {
  it.each<{
    readonly name: string;
    readonly fault: Omit<Fault, "match"> & Partial<Fault>;
    readonly want: readonly string[];
    readonly effects: number;
  }>([
    {
      name: "before",
      fault: { when: "before", error: busy, times: 1 },
      want: ["Unavailable", "ok"],
      effects: 1,
    },
    {
      name: "after",
      fault: { when: "after", error: busy, times: 1 },
      want: ["Unavailable", "ok"],
      effects: 2,
    },
    {
      name: "a reset",
      fault: { when: "after", error: "connectionReset" },
      want: ["connectionReset", "connectionReset"],
      effects: 2,
    },
    {
      name: "a timeout",
      fault: { when: "before", error: "timeout", times: 1 },
      want: ["timeout", "ok"],
      effects: 1,
    },
    {
      name: "another operation's",
      fault: { when: "before", error: busy, match: { operation: "Other" } },
      want: ["ok", "ok"],
      effects: 2,
    },
    {
      name: "another service's",
      fault: { when: "before", error: busy, match: { service: "rds" } },
      want: ["ok", "ok"],
      effects: 2,
    },
    {
      name: "a predicate's",
      fault: { when: "before", error: busy, match: { predicate: (it) => it.isWrite } },
      want: ["ok", "ok"],
      effects: 2,
    },
    {
      name: "one of probability 0",
      fault: { when: "before", error: busy, probability: 0 },
      want: ["ok", "ok"],
      effects: 2,
    },
  ])("$name: the client sees $want, the model $effects calls", async ({ fault, want, effects }) => {
    const { calls } = new SandboxWorld();
    calls.faults.add({ match: {}, ...fault });
    let effected = 0;
    const run = () => seen(calls.run(call("Describe"), () => effected++));
    expect([await run(), await run()]).toEqual(want);
    expect(effected).toBe(effects);
  });

  it("strike the same calls again with the same seed", async () => {
    const pattern = async (seed: number) => {
      const { calls } = new SandboxWorld({ seed });
      calls.faults.add({ match: {}, when: "before", error: busy, probability: 0.5 });
      const outcomes: string[] = [];
      for (let index = 0; index < 20; index++) outcomes.push(await seen(calls.run(call("X"), () => 1)));
      return outcomes;
    };
    expect(await pattern(7)).toEqual(await pattern(7));
    expect(new Set(await pattern(7))).toEqual(new Set(["ok", "Unavailable"]));
    expect(await pattern(8)).not.toEqual(await pattern(7));
  });

  it("can be switched off", async () => {
    const { calls } = new SandboxWorld();
    const off = calls.faults.add({ match: {}, when: "before", error: busy });
    off();
    expect(await seen(calls.run(call("X"), () => 1))).toBe("ok");
  });
});

describe("listeners and the log", () => {
  it("see each call before and after, and what the client saw", async () => {
    const { calls } = new SandboxWorld();
    const events: CallEvent["phase"][] = [];
    calls.onCall((event) => events.push(event.phase));
    calls.faults.add({ match: {}, when: "after", error: "connectionReset", times: 1 });
    await seen(calls.run(call("X", { isWrite: true }), () => 1));
    await seen(calls.run(call("Y"), () => Promise.resolve(2)));
    expect(events).toEqual(["before", "after", "before", "after"]);
    expect(calls.log.map((it) => [it.call.operation, it.tookEffect, it.seen])).toEqual([
      ["X", "ok", "connectionReset"],
      ["Y", "ok", "ok"],
    ]);
  });
});

describe("throttling", () => {
  it.each([
    { operation: "AuthorizeSecurityGroupIngress", isWrite: true, input: {}, capacity: 50, perSecond: 5 },
    { operation: "CreateTags", isWrite: true, input: {}, capacity: 100, perSecond: 10 },
    {
      operation: "DescribeSecurityGroups",
      isWrite: false,
      input: { Filter: [] },
      capacity: 100,
      perSecond: 20,
    },
    { operation: "DescribeSecurityGroups", isWrite: false, input: {}, capacity: 50, perSecond: 10 },
    { operation: "DescribeSecurityGroupRules", isWrite: false, input: {}, capacity: 100, perSecond: 20 },
  ])(
    "lets $capacity $operation pass at once, then $perSecond a second",
    async ({ operation, isWrite, input, capacity, perSecond }) => {
      const { calls, clock } = new SandboxWorld();
      calls.throttle.enabled = true;
      const passing = async () => {
        let passed = 0;
        while ((await seen(calls.run(call(operation, { isWrite, input }), () => 1))) === "ok") passed++;
        return passed;
      };
      expect(await passing()).toBe(capacity);
      clock.advance(1_000);
      expect(await passing()).toBe(perSecond);
      expect(calls.log.at(-1)?.seen).toBe("RequestLimitExceeded");
    },
  );

  it("keeps accounts, regions and calls apart, and is off by default", async () => {
    const { calls } = new SandboxWorld();
    const spend = async (parts: Partial<CallContext>, operation = "DeleteSecurityGroup") => {
      const outcome = call(operation, { isWrite: true, context: { ...context, ...parts } });
      return seen(calls.run(outcome, () => 1));
    };
    for (let index = 0; index < 60; index++) expect(await spend({})).toBe("ok");
    calls.throttle.enabled = true;
    for (let index = 0; index < 50; index++) await spend({});
    expect(await spend({})).toBe("RequestLimitExceeded");
    expect(await spend({ region: "eu-west-2" })).toBe("ok");
    expect(await spend({ accountId: "444455556666" })).toBe("ok");
    expect(await spend({}, "CreateSecurityGroup")).toBe("ok");
  });
});

describe("stale reads", () => {
  it("answer reads, not writes, from the past", async () => {
    const { calls, clock, readTime } = new SandboxWorld();
    const map = new VersionedMap<string, number>(readTime);
    clock.advance(10_000);
    map.set("a", 1);
    clock.advance(5_000);
    map.set("a", 2);
    map.set("b", 1);
    clock.advance(1_000);
    map.delete("b");
    const read = (isWrite: boolean) =>
      calls.run(call("X", { isWrite }), () => [map.get("a"), map.values(), map.has("b"), map.size]);
    expect(await read(false)).toEqual([2, [2], false, 1]);
    calls.faults.addStaleRead({ match: { operation: "X" }, ageMs: 500, times: 1 });
    expect(await read(false)).toEqual([2, [2, 1], true, 2]);
    calls.faults.addStaleRead({ match: {}, ageMs: 2_000 });
    expect(await read(false)).toEqual([1, [1], false, 1]);
    expect(await read(true)).toEqual([2, [2], false, 1]);
    calls.faults.clear();
    calls.faults.addStaleRead({ match: {}, ageMs: 20_000 });
    expect(await read(false)).toEqual([undefined, [], false, 0]);
  });
});
