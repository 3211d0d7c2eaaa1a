import { describe, expect, it } from "vitest";
import type { Rollout } from "../../core/guard/rollout.ts";
import type { HistoryRow } from "../../core/history/history-row.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { lookAtRollout, type NarrowedDatabase, type RolloutInput } from "./look-at-rollout.ts";

const MINUTE = 60_000;
const NARROWED = 36_000_000;
const WATCH = 30 * MINUTE;
const DONE = NARROWED + WATCH;
const canary: NarrowedDatabase = {
  id: "dev",
  arn: "arn-dev",
  place: 0,
  inPlace: true,
  port: 5432,
  rules: [],
  narrowedAt: NARROWED,
};
const seconds = (ms: number): number => ms / 1000;
const flow = (over: Partial<HistoryRow>): HistoryRow => ({
  rowKind: "flow",
  generation: 0,
  hourStart: 36_000,
  databaseArn: "arn-dev",
  databaseSide: "provider",
  consumer: "10.0.1.7",
  provider: "10.0.9.4",
  port: 5432,
  protocol: "tcp",
  action: "ACCEPT",
  records: 9,
  firstSeen: seconds(NARROWED) - 900,
  lastSeen: seconds(NARROWED) - 600,
  ...over,
});
const object = (over: Partial<HistoryRow> = {}): HistoryRow => ({
  rowKind: "object",
  generation: 0,
  hourStart: 36_000,
  records: 9,
  skipData: 0,
  complete: 1,
  ...over,
});
const REFUSED = flow({
  action: "REJECT",
  firstSeen: seconds(NARROWED) + 60,
  lastSeen: seconds(NARROWED) + 90,
});

async function look(
  rows: readonly HistoryRow[] | Error,
  over: Partial<RolloutInput> & { readonly latest?: number; readonly database?: NarrowedDatabase } = {},
) {
  const { latest = seconds(DONE), database = canary, ...rest } = over;
  const asked: unknown[] = [];
  const step = await lookAtRollout({
    settings: {
      waves: { canary: ["dev"], percent: [50] },
      watch: { forMs: WATCH, mostRejects: 2 },
    },
    history: async (_target, span) => {
      asked.push(span);
      if (rows instanceof Error) throw rows;
      return { rows, latest };
    },
    before: undefined,
    version: "7",
    at: DONE,
    looks: [
      {
        accountId: "1",
        region: "eu-west-1",
        databases: [database, { id: "b", arn: "arn-b", place: 2, inPlace: false }],
        narrowed: [database],
      },
    ],
    unseen: [],
    ...rest,
  });
  return { ...step.rollout, asked };
}

describe("lookAtRollout", () => {
  it("opens the next wave when clients were watched for long enough", async () => {
    const early = await look([flow({}), object()], { at: DONE - 1 });
    expect([early.open, early.unsure]).toEqual([0, undefined]);
    expect((await look([flow({}), object()])).open).toBe(2);
  });

  it("asks for the day before, too, and only where somebody is to be watched", async () => {
    const { asked } = await look([]);
    expect(asked).toEqual([{ since: seconds(NARROWED) - 86_400, until: seconds(DONE) }]);
    expect((await look([], { database: { ...canary, inPlace: false } })).asked).toEqual([]);
  });

  it("halts as soon as who came before is refused", async () => {
    const { halted } = await look([flow({}), REFUSED], { at: NARROWED + 5 * MINUTE });
    expect(halted?.refused).toEqual([{ arn: "arn-dev", consumer: "10.0.1.7", allowed: false }]);
  });

  it("watches the clients of the last wave, too, for whom no wave waits", async () => {
    const last = { ...canary, place: 2 };
    const { halted } = await look([flow({}), REFUSED], { at: NARROWED + 5 * MINUTE, database: last });
    expect(halted?.refused).toEqual([{ arn: "arn-dev", consumer: "10.0.1.7", allowed: false }]);
    const databases = [last, { id: "b", arn: "arn-b", place: 1, inPlace: true }];
    const calm = await look([flow({})], {
      at: NARROWED + 5 * MINUTE,
      looks: [{ accountId: "1", region: "eu-west-1", databases, narrowed: [last] }],
    });
    expect([calm.open, calm.halted, calm.unsure]).toEqual([2, undefined, undefined]);
  });

  it("puts a database into a wave that would have none, and one that is narrowed with it", async () => {
    const rest = { id: "b", arn: "arn-b", place: 2, inPlace: false };
    const { promoted, open } = await look([flow({}), object()], { database: { ...canary, place: 2 } });
    expect(promoted?.size).toBe(1);
    const [arn] = promoted?.keys() ?? [];
    expect([promoted?.get(arn ?? ""), open]).toEqual([1, arn === rest.arn ? 1 : 2]);
  });

  it("does not judge a database that is not as policy says yet", async () => {
    const { halted, open } = await look([flow({}), REFUSED], { database: { ...canary, inPlace: false } });
    expect([halted, open]).toEqual([undefined, 0]);
  });

  it.each([
    { name: "an object was cut", rows: [object({ complete: 0 })], why: "Flow logs of the last hour" },
    { name: "AWS lost records", rows: [object({ skipData: 1 })], why: "Flow logs of the last hour" },
    { name: "nothing came", rows: [], latest: seconds(NARROWED), why: "No flow log of that time" },
    {
      name: "the history is damaged",
      rows: new HistoryFault("A file is damaged", "x", "y"),
      why: "A file is damaged",
    },
  ])("begins no wave, and says so, where $name", async ({ rows, latest, why }) => {
    const { open, unsure, halted } = await look(rows, latest === undefined ? {} : { latest });
    expect([open, halted]).toEqual([0, undefined]);
    expect(unsure?.what).toContain(`Wave "50 %" is not begun: how clients fare at "dev"`);
    expect(unsure?.what).toContain(why);
  });

  it("watches anew from the end of an hour with a gap", async () => {
    const until = 1000 * (36_000 + 3600) + WATCH;
    const rows = [object({ complete: 0 })];
    const at = (moment: number) => look(rows, { at: moment, latest: seconds(moment) });
    expect([(await at(until - 1)).open, (await at(until)).open]).toEqual([0, 2]);
  });

  it("takes a person's word for what was changed until then", async () => {
    const before: Rollout = {
      version: "7",
      at: 0,
      open: 0,
      waiting: new Map(),
      acknowledged: { version: "7", at: NARROWED },
    };
    expect((await look(new HistoryFault("gone", "x", "y"), { before })).open).toBe(2);
    expect((await look(new HistoryFault("gone", "x", "y"), { before, version: "8" })).open).toBe(0);
  });

  it("throws on what is a bug of ours", async () => {
    await expect(look(new TypeError("bug"))).rejects.toThrow("bug");
  });
});
