import { readFileSync, rmSync } from "node:fs";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HISTORY_COLUMNS, HISTORY_PARTITIONS } from "../../src/core/history/history-schema.ts";
import { coverageText } from "../../src/core/map/coverage-words.ts";
import type { MapData } from "../../src/core/map/map-data.ts";
import { historySchemaPage } from "../../src/entry/cli/history-schema-page.ts";
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

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/reference/history-schema.md"), "utf8");
const POLICY = join(import.meta.dirname, "../../examples/orders/policy.yaml");
/** Rules that nobody in the sample's traffic needs. */
const NEVER_USED = `
  - name: what nobody needs any more
    scope: [app=finance, env=prod, loc=eu-west-1]
    rules:
      - description: web servers look into the ledger
        consumers: [role=web, app=orders, env=dev]
        providers: role=database
        unscoped_consumers: true
  - name: an office that moved
    scope: [app=orders, env=prod, loc=eu-west-1]
    rules:
      - description: the old office
        consumers: ip list old office
        providers: role=database
      - description: reports look into orders
        consumers: [role=reporting, app=finance, env=prod]
        providers: role=database
        unscoped_consumers: true
`;

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
    expect(coverage?.objects).toEqual({ present: 12, expected: 12 });
    // By conversations: two of six come from addresses that policy knows no label for.
    expect([coverage?.conversations, coverage?.labelled, coverage?.unseen]).toEqual([6, 4, undefined]);
    expect(coverageText(coverage)).toMatch(/^logs for \d+ of \d+ hours?.* in 4 of 6 conversations$/);
  });

  it("says which interfaces no flow log sees, where AWS can be asked", async () => {
    const asked = ["--aws", "sandbox", ...history()];
    const status = JSON.parse((await runCli(["history", "status", "--json", ...asked])).out) as {
      databases: { database: string; unseen?: readonly string[] }[];
    };
    const map = JSON.parse((await runCli(["map", "--json", ...asked])).out) as MapData;
    const unseen = status.databases.map((d) => [d.database, d.unseen]);
    expect(unseen.flatMap(([, ids]) => ids ?? []).length).toBeGreaterThan(0);
    expect(map.databases.map(({ id, coverage }) => [id, coverage?.unseen])).toEqual(unseen);
    const text = (await runCli(["history", "status", ...asked])).out;
    expect(text).toContain("Interfaces that no flow log sees");
    const saved = (await runCli(["history", "status", "--json", ...sources(), ...history()])).out;
    expect(saved).not.toContain("unseen");
  });

  it("says through which rules nobody came, for people and for programs", async () => {
    const policy = join(folder, "policy.yaml");
    const sample = readFileSync(POLICY, "utf8").replace(/\n[^\n]*\n*tests:[\s\S]*$/, "\n");
    const lists = "ip_lists:\n  old office:\n    - 192.0.2.0/28\n";
    await writeFile(policy, sample.replace("ip_lists:\n", lists) + NEVER_USED);
    const ask = (...more: readonly string[]) =>
      runCli([
        ...["history", "unused", "--aws", join(folder, "saved", "aws"), "--policy", policy],
        ...[...history(), ...more],
      ]);
    const [text, json] = [await ask(), await ask("--json")];
    expect([text.code, json.code, tooWide(text.out)]).toEqual([0, 0, undefined]);
    const document = JSON.parse(json.out) as { databases: { databaseId: string; unused: unknown[] }[] };
    expect(document.databases.map((d) => [d.databaseId, d.unused.length])).toEqual([
      ["ledger", 1],
      ["orders", 2],
    ]);
    await expect(placed(text.out)).toMatchFileSnapshot("history/unused-rules.txt");
    await expect(placed(json.out)).toMatchFileSnapshot("history/unused-rules.json");
  });

  it("takes nothing away while the history that was named cannot be read", async () => {
    const ran = await runCli(["plan", ...sources(), "--history", "no-such-history"]);
    expect(ran.code).toBe(3);
    await expect(placed(ran.out)).toMatchFileSnapshot("history/plan-unreadable.txt");
  });

  it("can be asked without Moat, by the statements that it prints", async () => {
    const asked = JSON.parse((await runCli(["history", "query", "--json", ...sources(), ...history()])).out);
    const printed = (await runCli(["history", "schema", ...history()])).out;
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      for (const statement of printed.split(";\n")) await connection.run(statement);
      const answer = await connection.runAndReadAll(`SELECT consumer, CAST(sum(records) AS integer)
        FROM flow_history_live WHERE row_kind = 'flow' GROUP BY consumer ORDER BY consumer`);
      const records = new Map<string, number>();
      for (const row of asked.consumers as { consumer: string; records: number }[])
        records.set(row.consumer, (records.get(row.consumer) ?? 0) + row.records);
      expect(answer.getRows()).toEqual([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
      const files = await connection.runAndReadAll("DESCRIBE flow_history");
      const known = [...HISTORY_COLUMNS.map(({ name, type }) => [name, type.toUpperCase()])];
      expect(files.getRows().map(([name, type]) => [name, type])).toEqual([
        ...known,
        ...HISTORY_PARTITIONS.map((name) => [name, "VARCHAR"]).sort(),
      ]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  it.each(["duckdb", "athena"])("prints what is to be filled in for %s", async (engine) => {
    const ran = await runCli(["history", "schema", "--engine", engine]);
    await expect(ran.out).toMatchFileSnapshot(`history/schema-${engine}.txt`);
    expect(PAGE).toContain(ran.out.trim());
  });

  it("says that Athena reads no folder of this machine", async () => {
    const ran = await runCli(["history", "schema", "--engine", "athena", ...history()]);
    expect([ran.code, ran.out]).toEqual([1, ""]);
  });

  it("has a page about its files, which is true (node scripts/history-schema.ts)", () => {
    expect(PAGE).toBe(historySchemaPage());
  });

  it("answers the same once it is compacted", async () => {
    const ask = async () => (await runCli(["history", "query", ...sources(), ...history()])).out;
    const before = await ask();
    const compacted = await runCli(["history", "compact", ...history()]);
    expect(placed(compacted.out)).toContain("Compacted");
    expect(await ask()).toBe(before);
  });
});
