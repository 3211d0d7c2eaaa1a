import { rmSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coverageText } from "../../src/core/map/coverage-words.ts";
import type { MapData } from "../../src/core/map/map-data.ts";
import { runCli, tooWide } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

let folder: string;
const history = () => ["--history", join(folder, "history")];
const sources = () => ["--aws", join(folder, "saved", "aws"), "--policy", join(folder, "saved", "pce")];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-golden-"));
  writeSampleFlowLogs(join(folder, "flows"));
  await runCli(["snapshot", join(folder, "saved"), "--aws", "sandbox"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where the test works has another name each time. */
const placed = (text: string): string => text.replaceAll(folder, ".");

describe("moat history", () => {
  it("keeps each object once, however often it is given", async () => {
    const ingest = () => runCli(["history", "ingest", join(folder, "flows"), ...sources(), ...history()]);
    const first = await ingest();
    const files = await readdir(join(folder, "history"), { recursive: true });
    const second = await ingest();
    expect([second.code, second.out]).toEqual([first.code, first.out]);
    expect(await readdir(join(folder, "history"), { recursive: true })).toEqual(files);
    expect(placed(first.out).split("\n").length).toBeGreaterThan(2);
  });

  it.each([
    { name: "query", args: ["history", "query"] },
    { name: "query-database", args: ["history", "query", "--database", "orders"] },
    { name: "status", args: ["history", "status"] },
    { name: "unused", args: ["history", "unused"] },
    { name: "lingering", args: ["history", "lingering", "--since", "9999d"] },
    { name: "plan", args: ["plan"], code: 3 },
  ])("$name", async ({ name, args, code = 0 }) => {
    const ran = await runCli([...args, ...sources(), ...history()]);
    expect([ran.code, tooWide(ran.out)]).toEqual([code, undefined]);
    await expect(placed(ran.out)).toMatchFileSnapshot(`history/${name}.txt`);
  });

  it("lets a plan say the same as the flow logs that it was made of", async () => {
    const losses = async (args: readonly string[]) => {
      const { databases } = JSON.parse((await runCli(["plan", "--json", ...sources(), ...args])).out);
      return databases.map((d: { id: string; losesAccess: readonly { consumer: string }[] }) => [
        d.id,
        d.losesAccess.map((l) => l.consumer),
      ]);
    };
    const fromLogs = await losses(["--flows", join(folder, "flows")]);
    expect(await losses(history())).toEqual(fromLogs);
    expect(fromLogs.flatMap(([, lost]: [string, string[]]) => lost)).not.toEqual([]);
  });

  it("is on the map once, beside the flow logs that it was made of, with the hours that it holds", async () => {
    const map = async (args: readonly string[]) =>
      JSON.parse((await runCli(["map", "--json", ...sources(), ...args])).out) as MapData;
    const flows = ["--flows", join(folder, "flows")];
    const [logs, both, alone] = [await map(flows), await map([...flows, ...history()]), await map(history())];
    expect(both.links).toEqual(logs.links);
    expect([logs.databases[0]?.coverage, alone.observed]).toEqual([undefined, true]);
    expect(alone.links.accepted.some((records) => records > 0)).toBe(true);
    const coverage = both.databases.find(({ id }) => id === "orders")?.coverage;
    expect(coverage?.present).toBeGreaterThan(0);
    expect(coverageText(coverage)).toMatch(/^logs for \d+ of \d+ hours?/);
  });

  it("takes nothing away while the history that was named cannot be read", async () => {
    const ran = await runCli(["plan", ...sources(), "--history", "no-such-history"]);
    expect(ran.code).toBe(3);
    await expect(placed(ran.out)).toMatchFileSnapshot("history/plan-unreadable.txt");
  });

  it("answers the same once it is compacted", async () => {
    const ask = async () => (await runCli(["history", "query", ...sources(), ...history()])).out;
    const before = await ask();
    const compacted = await runCli(["history", "compact", ...history()]);
    expect(placed(compacted.out)).toContain("Compacted");
    expect(await ask()).toBe(before);
  });
});
