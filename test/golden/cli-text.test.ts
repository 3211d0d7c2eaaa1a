import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, tooWide } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

const TESTS = `tests:
  - { from: role=web app=orders env=prod, must_reach: orders }
  - { from: role=web, must_not_reach: ledger }
  - { description: "a | b <b>@team</b>", from: role=wep, must_reach: orders }
`;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moat-golden-"));
  writeSampleFlowLogs(join(folder, "flows"));
  await runCli(["snapshot", folder, "--aws", "sandbox"]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of this run's folder would differ from machine to machine. */
const placeless = (text: string): string => text.replaceAll(folder, "FOLDER");

const sources = (): readonly string[] => ["--aws", join(folder, "aws"), "--policy", join(folder, "pce")];
const flows = (): readonly string[] => ["--flows", join(folder, "flows")];

describe("what a person reads", () => {
  it.each([
    { name: "flows", code: 0, args: () => ["flows", ...flows(), ...sources()] },
    { name: "flows-bare", code: 0, args: () => ["flows", ...flows(), "--action", "ACCEPT"] },
    { name: "flows-denied", code: 0, args: () => ["flows", ...flows(), ...sources(), "--verdict", "denied"] },
    {
      name: "flows-window",
      code: 0,
      args: () => ["flows", ...flows(), "--since", "2026-01-05T09:30:00Z", "--until", "2026-01-05T09:40:00Z"],
    },
    { name: "flows-none", code: 0, args: () => ["flows", ...flows(), "--consumer", "192.0.2.1"] },
    { name: "plan-refused", code: 3, args: () => ["plan", ...sources(), ...flows()] },
    { name: "plan-verbose", code: 3, args: () => ["plan", ...sources(), ...flows(), "--verbose"] },
    { name: "status-refused", code: 0, args: () => ["status", ...sources(), ...flows()] },
    {
      name: "apply",
      code: 0,
      args: () => ["apply", "--aws", "sandbox", "--audit", join(folder, "audit.jsonl")],
    },
    { name: "snapshot", code: 0, args: () => ["snapshot", join(folder, "again"), "--aws", "sandbox"] },
    {
      name: "mode",
      code: 0,
      args: () => [
        "mode",
        "enforce",
        "orders-dev",
        "--aws",
        "sandbox",
        "--audit",
        join(folder, "audit.jsonl"),
      ],
    },
    {
      name: "rollback-nothing",
      code: 0,
      args: () => ["rollback", "orders", "--aws", "sandbox", "--audit", join(folder, "audit.jsonl")],
    },
  ])("$name fits 80 columns and stays as it is", async ({ name, code, args }) => {
    const run = await runCli(args());
    expect(run.code).toBe(code);
    const text = placeless(run.out);
    expect(tooWide(text)).toBeUndefined();
    await expect(text).toMatchFileSnapshot(`cli/${name}.txt`);
  });

  it.each(["demo", "sandbox", "status", "doctor", "flows", "plan", "apply", "mode", "rollback", "snapshot"])(
    "help of moat %s",
    async (command) => {
      const { code, out } = await runCli([command, "--help"]);
      expect(code).toBe(0);
      expect(tooWide(out)).toBeUndefined();
      await expect(out).toMatchFileSnapshot(`cli/help-${command}.txt`);
    },
  );
});

describe("what a pull request shows", () => {
  it("is the plan and its tests as Markdown, the same each time", async () => {
    const tests = join(folder, "tests.yaml");
    writeFileSync(tests, TESTS);
    const args = ["plan", ...sources(), ...flows(), "--format", "markdown"];
    const plain = await runCli(args);
    expect(plain.code).toBe(3);
    const tested = await runCli([...args, "--tests", tests]);
    expect(tested.code).toBe(4);
    expect((await runCli([...args, "--tests", tests])).out).toBe(tested.out);
    await expect(placeless(tested.out)).toMatchFileSnapshot("cli/plan-comment.md");
  });
});

/** When it was found is another moment with each run. */
const timeless = (text: string): string =>
  text.replaceAll(/"(time|created_time)":\d+/g, (_, name: string) => `"${name}":0`);

describe("what a SIEM reads", () => {
  it.each([
    { name: "doctor", code: 0, args: () => ["doctor", ...sources()] },
    { name: "plan", code: 3, args: () => ["plan", ...sources(), ...flows()] },
    { name: "status", code: 0, args: () => ["status", ...sources(), ...flows()] },
  ])("is a finding of moat $name a line, the same but for the time", async ({ name, code, args }) => {
    const run = await runCli([...args(), "--format", "ocsf"]);
    expect(run.code).toBe(code);
    const events = run.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const event of events) expect(event).toMatchObject({ class_uid: 2004, type_uid: 200401 });
    expect(new Set(events.map((event) => event.finding_info.uid)).size).toBe(events.length);
    await expect(timeless(placeless(run.out))).toMatchFileSnapshot(`cli/${name}-ocsf.jsonl`);
  });
});

describe("what a program reads", () => {
  it.each([
    { kind: "flows", code: 0, args: () => ["flows", ...flows(), ...sources()] },
    { kind: "plan", code: 3, args: () => ["plan", ...sources(), ...flows()] },
    { kind: "status", code: 0, args: () => ["status", ...sources(), ...flows()] },
    {
      kind: "apply",
      code: 0,
      args: () => ["apply", "--aws", "sandbox", "--audit", join(folder, "audit.jsonl")],
    },
    { kind: "snapshot", code: 0, args: () => ["snapshot", join(folder, "json"), "--aws", "sandbox"] },
  ])("$kind is one JSON document, and nothing else", async ({ kind, code, args }) => {
    const run = await runCli([...args(), "--json"]);
    expect(run.code).toBe(code);
    expect(JSON.parse(run.out)).toMatchObject({ version: 1, kind });
    await expect(placeless(run.out)).toMatchFileSnapshot(`cli/${kind}-document.json`);
  });
});
