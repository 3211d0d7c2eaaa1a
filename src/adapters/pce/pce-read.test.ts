import { describe, expect, it } from "vitest";
import {
  inOrder,
  jumpingClock,
  type ScriptedAnswer,
  type SeenRequest,
  scriptedClient,
  scriptedPce,
} from "../../../test/support/scripted-pce.ts";
import { policySourceOf } from "./pce-policy-source.ts";
import { readCollection } from "./read-collection.ts";

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ href: `/orgs/3/labels/${i}`, key: "k", value: `${i}` }));
const page = (count: number, total?: number): ScriptedAnswer => ({
  json: rows(count),
  ...(total === undefined ? {} : { headers: { "x-total-count": `${total}` } }),
});
const accepted: ScriptedAnswer = {
  status: 202,
  headers: { location: "/orgs/3/jobs/5b", "retry-after": "5" },
};
const job = (status: string, href?: string): ScriptedAnswer => ({
  json: { status, result: href === undefined ? { message: "no disk" } : { href } },
});
const done = job("done", "/orgs/3/datafiles/9f");

async function read(...answers: readonly ScriptedAnswer[]) {
  const pce = scriptedPce(inOrder(...answers));
  const clock = jumpingClock();
  const result = await readCollection(scriptedClient(pce, { clock }), "labels");
  return {
    count: result.rows.length,
    cut: result.cutShort?.what,
    paths: pce.seen.map((seen) => seen.path),
    clock,
  };
}

describe("readCollection", () => {
  it.each<[string, ScriptedAnswer[], { count: number; cut?: string | undefined; requests: number }]>([
    ["a small one with its size", [page(3, 3)], { count: 3, requests: 1 }],
    ["a small one without its size", [page(3)], { count: 3, requests: 1 }],
    ["an empty one", [page(0, 0)], { count: 0, requests: 1 }],
    ["one of 499", [page(499, 499)], { count: 499, requests: 1 }],
    ["one of exactly 500", [page(500, 500), accepted, done, page(500)], { count: 500, requests: 4 }],
    ["one cut at 500 in silence", [page(500), accepted, done, page(731)], { count: 731, requests: 4 }],
    ["one cut below 500", [page(100, 731), accepted, done, page(731)], { count: 731, requests: 4 }],
    [
      "a job that runs",
      [page(500), accepted, job("pending"), job("running"), done, page(731)],
      { count: 731, requests: 6 },
    ],
    [
      "a job that fails once",
      [page(500), accepted, job("failed"), accepted, done, page(731)],
      { count: 731, requests: 6 },
    ],
    [
      "a PCE that ignores Prefer and says its size",
      [page(500, 731), page(731, 731)],
      { count: 731, requests: 2 },
    ],
    [
      "a PCE that ignores Prefer and stays silent",
      [page(500), page(500)],
      { count: 500, cut: '"labels" came with 500 of an unknown number of objects', requests: 3 },
    ],
    [
      "a job that gives less than the size",
      [page(10, 700), accepted, done, page(600), accepted, done, page(600)],
      { count: 600, cut: '"labels" came with 600 of 700 objects', requests: 7 },
    ],
  ])("reads %s", async (_, answers, want) => {
    const { count, cut, paths } = await read(...answers);
    expect({ count, cut, requests: paths.length }).toEqual({ cut: undefined, ...want });
  });

  it("asks for a job without a limit, waits for it ever longer, and downloads what it made", async () => {
    const { paths, clock } = await read(page(500), accepted, job("running"), job("running"), done, page(731));
    expect(paths).toEqual([
      "/orgs/3/labels?max_results=500",
      "/orgs/3/labels",
      "/orgs/3/jobs/5b",
      "/orgs/3/jobs/5b",
      "/orgs/3/jobs/5b",
      "/orgs/3/datafiles/9f",
    ]);
    expect(clock.waits).toEqual([250, 500, 1000]);
  });

  it("follows an absolute location on the address that it was given", async () => {
    const location = "https://core0.internal:8443/api/v2/orgs/3/jobs/5b";
    const { paths } = await read(page(500), { status: 202, headers: { location } }, done, page(731));
    expect(paths[2]).toBe("/orgs/3/jobs/5b");
  });

  it.each<[string, ScriptedAnswer[], string, string]>([
    [
      "failed",
      [page(500), accepted, job("failed"), accepted, job("failed")],
      "serverError",
      "ended as failed (no disk)",
    ],
    [
      "cancelled",
      [page(500), accepted, job("cancelled"), accepted, job("cancelled")],
      "serverError",
      "ended as cancelled",
    ],
    [
      "canceled",
      [page(500), accepted, job("canceled"), accepted, job("canceled")],
      "serverError",
      "ended as canceled",
    ],
    ["without a location", [page(500), { status: 202 }], "badAnswer", "a Location header"],
    [
      "without a result",
      [page(500), accepted, { json: { status: "done" } }],
      "badAnswer",
      "a finished job made",
    ],
    ["without a status", [page(500), accepted, { json: {} }], "badAnswer", "the state of a job"],
    ["that made no list", [page(500), accepted, done, { json: {} }], "badAnswer", "a list of objects"],
  ])("fails with a job %s", async (_, answers, kind, says) => {
    const fault = await read(...answers).catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind, message: expect.stringContaining(says) });
  });
});

describe("a consistent read", () => {
  /** A PCE with a version, events, and one label that says how often labels were read. */
  function world(script: {
    version?: (reads: number) => number;
    events?: (reads: number) => unknown[] | number;
    ruleSets?: unknown[];
    deny?: ScriptedAnswer;
  }) {
    let reads = 0;
    const pce = scriptedPce(({ path }: SeenRequest): ScriptedAnswer => {
      if (path.endsWith("/sec_policy/active")) return { json: { version: script.version?.(reads) ?? 81 } };
      if (path.includes("/deny_rules")) return script.deny ?? { json: [] };
      if (path.includes("/rule_sets")) return { json: script.ruleSets ?? [] };
      if (path.includes("/events")) {
        const events = script.events?.(reads) ?? [];
        return typeof events === "number" ? { status: events } : { json: events };
      }
      if (!path.includes("/labels")) return { json: [] };
      reads++;
      return { json: [{ href: "/orgs/3/labels/1", key: "reads", value: `${reads}` }] };
    });
    return { pce, source: policySourceOf(scriptedClient(pce)) };
  }
  const event = (n: number, event_type: string, status = "success") => ({
    href: `/e/${n}`,
    event_type,
    status,
  });
  const labelReads = (policy: { labels: readonly { value: string }[] }) => Number(policy.labels[0]?.value);

  it("takes 12 requests for a small PCE that stands still", async () => {
    const { pce, source } = world({ events: () => [event(1, "label.create")] });
    const policy = await source.read("active");
    expect(policy).toMatchObject({ version: "81", complete: true, problems: [], source: "pce" });
    expect(pce.seen).toHaveLength(12);
    expect(pce.seen.every((request) => request.method === "GET")).toBe(true);
  });

  it("reads the draft at the draft, and calls it so", async () => {
    const { pce, source } = world({});
    expect((await source.read("draft")).version).toBe("81+draft");
    expect(pce.seen.some((request) => request.path.includes("/sec_policy/draft/rule_sets"))).toBe(true);
  });

  it.each<[string, "active" | "draft", number]>([
    ["label.update", "active", 2],
    ["labels.delete", "active", 2],
    ["workload.update", "active", 1],
    ["rule_set.update", "active", 1],
    ["user.login", "active", 1],
    ["sec_policy_pending.delete", "draft", 1],
  ])("after %s reads the labels of the %s policy %i times", async (type, version, want) => {
    const { source } = world({ events: (reads) => (reads === 0 ? [] : [event(7, type)]) });
    expect(labelReads(await source.read(version))).toBe(want);
  });

  it("does not read again for an event that failed", async () => {
    const { source } = world({
      events: (reads) => (reads === 0 ? [] : [event(7, "label.update", "failure")]),
    });
    expect(labelReads(await source.read("active"))).toBe(1);
  });

  it("reads only what changed again", async () => {
    const { pce, source } = world({ events: (reads) => (reads === 0 ? [] : [event(7, "workload.update")]) });
    await source.read("active");
    const paths = pce.seen.map((request) => request.path.replace(/\?.*/, ""));
    expect(paths.filter((path) => path.endsWith("/workloads"))).toHaveLength(2);
    expect(paths.filter((path) => path.endsWith("/labels"))).toHaveLength(1);
  });

  it("reads the versioned collections again after a provision", async () => {
    const { pce, source } = world({ version: (reads) => (reads === 0 ? 81 : 82) });
    expect((await source.read("active")).version).toBe("82");
    expect(pce.seen.filter((request) => request.path.includes("/ip_lists"))).toHaveLength(2);
  });

  it("is incomplete when the PCE never stands still", async () => {
    const { source } = world({ events: (reads) => [event(reads, "label.update")] });
    const policy = await source.read("active");
    expect(policy.complete).toBe(false);
    expect(policy.problems).toMatchObject([{ code: "PCE_KEEPS_CHANGING" }]);
    expect(labelReads(policy)).toBe(4);
  });

  it("goes on without events when the key may not read them, and says so", async () => {
    const { source } = world({ events: () => 403 });
    expect(await source.read("active")).toMatchObject({
      complete: true,
      problems: [{ code: "PCE_NO_EVENTS" }],
    });
    const token = await source.changeToken("active");
    expect(await source.changedSince(token)).toMatchObject({ changed: true });
  });

  it.each<[string, unknown, ScriptedAnswer, number]>([
    ["embedded", { href: "/orgs/3/sec_policy/active/rule_sets/5", deny_rules: [{}] }, { status: 500 }, 1],
    [
      "embedded and null",
      { href: "/orgs/3/sec_policy/active/rule_sets/5", deny_rules: null },
      { status: 500 },
      0,
    ],
    ["apart", { href: "/orgs/3/sec_policy/active/rule_sets/5" }, { json: [{}, {}] }, 2],
    [
      "unknown to this PCE",
      { href: "/orgs/3/sec_policy/active/rule_sets/5" },
      { status: 404, text: "<html>" },
      0,
    ],
    ["gone", { href: "/orgs/3/sec_policy/active/rule_sets/5" }, { status: 404, json: [] }, 0],
  ])("finds deny rules that are %s", async (_, ruleSet, deny, want) => {
    const { source } = world({ ruleSets: [ruleSet], deny });
    expect((await source.read("active")).ruleSets[0]?.denyRules).toHaveLength(want);
  });

  it("fails, and does not guess, when deny rules cannot be read", async () => {
    const { source } = world({
      ruleSets: [{ href: "/orgs/3/sec_policy/active/rule_sets/5" }],
      deny: { status: 403 },
    });
    await expect(source.read("active")).rejects.toMatchObject({ kind: "denied" });
  });

  it("asks once for a route that the PCE does not have", async () => {
    const ruleSets = [1, 2, 3].map((n) => ({ href: `/orgs/3/sec_policy/active/rule_sets/${n}` }));
    const { pce, source } = world({ ruleSets, deny: { status: 404, text: "<html>" } });
    await source.read("active");
    expect(pce.seen.filter((request) => request.path.includes("deny_rules"))).toHaveLength(1);
  });

  it("tells with two requests whether anything changed since a token", async () => {
    let events: unknown[] = [event(1, "workload.update")];
    const { pce, source } = world({ events: () => events });
    const token = await source.changeToken("active");
    const before = pce.seen.length;
    const same = await source.changedSince(token);
    expect(same).toMatchObject({ changed: false, why: [] });
    expect(pce.seen.length - before).toBe(2);
    events = [...events, event(2, "workload_interfaces.update"), event(3, "rule_set.update")];
    expect(await source.changedSince(JSON.parse(JSON.stringify(same.token)))).toMatchObject({
      changed: true,
      why: ["workload_interfaces.update"],
    });
  });

  it("keeps time by the clock that stamps events, late ones included", async () => {
    const at = (n: number, timestamp: string) => ({ ...event(n, "workload.update"), timestamp });
    let events: unknown[] = [at(2, "2031-05-05T10:10:00.000Z"), at(1, "2031-05-05T10:00:00.000Z")];
    const { pce, source } = world({ events: () => events });
    const token = await source.changeToken("active");
    expect(token).toMatchObject({ since: "2031-05-05T10:08:00.000Z", seen: ["/e/2"] });
    events = [at(2, "2031-05-05T10:10:00.000Z"), at(3, "2031-05-05T10:09:00.000Z")];
    const answer = await source.changedSince(token);
    expect(answer).toMatchObject({ changed: true, token: { seen: ["/e/2", "/e/3"] } });
    const query = new URLSearchParams(pce.seen.at(-1)?.path.split("?")[1]);
    expect(query.get("timestamp[gte]")).toBe("2031-05-05T10:08:00.000Z");
    expect(await source.changedSince(answer.token)).toMatchObject({ changed: false, token: answer.token });
  });

  it("takes everything for changed when there are more events than it can get", async () => {
    let events: unknown[] = [];
    const { source } = world({ events: () => events });
    const token = await source.changeToken("active");
    events = Array.from({ length: 10_000 }, (_, n) => event(n, "user.login"));
    expect(await source.changedSince(token)).toMatchObject({ changed: true });
  });

  it("ends a read that takes too long", async () => {
    const pce = scriptedPce(() => ({ json: [] }));
    const stuck = {
      ...pce,
      fetch: () => new Promise<Response>((_, reject) => setTimeout(() => reject(new Error("late")), 300)),
    };
    await expect(policySourceOf(scriptedClient(stuck), 50).read("active")).rejects.toMatchObject({
      kind: "timedOut",
      message: "The policy of the PCE pce.example.com:8443 could not be read within 0.05 seconds",
    });
  });
});
