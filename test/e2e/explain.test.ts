import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import type { AccessExplanation } from "../../src/app/access-explanation.ts";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");

let folder: string;

/** Runs moat on the snapshot; standard output and exit code. */
async function moat(...args: string[]) {
  const line = [
    "-c",
    'cd "$0" && "$@" 2>/dev/null',
    folder,
    MOAT,
    ...args,
    "--aws",
    "aws",
    "--policy",
    "pce",
  ];
  return run("sh", line, { env: { PATH: process.env.PATH, HOME: "/nonexistent", NO_COLOR: "1" } });
}

async function explained(...args: string[]): Promise<AccessExplanation> {
  const { code, output } = await moat("explain", ...args, "--json");
  expect(code).toBe(0);
  return JSON.parse(output) as AccessExplanation;
}

/** Edits a file of the snapshot. */
function edit(path: string, change: (text: string) => string): void {
  const file = join(folder, path);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moat-explain-e2e-"));
  const { code } = await run(MOAT, ["snapshot", folder, "--aws", "sandbox"], {
    env: { PATH: process.env.PATH, HOME: "/nonexistent" },
  });
  expect(code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("moat explain on a snapshot", () => {
  it("follows the chain from labels to the group rule that is live", async () => {
    const answer = await explained("role=web,env=prod", "orders");
    expect(answer).toMatchObject({
      version: 1,
      kind: "explain",
      verdict: "allowed",
      summary: { allowed: 3, denied: 0 },
      because: [{ kind: "rule", ruleSetName: "orders production", consumer: { by: "role=web" } }],
      live: { answer: "admitted", compiled: ["10.20.1.11/32"], admittedBy: [{ ours: false }] },
      nearest: [],
    });
    expect(answer.because[0]).toHaveProperty("workload");
  });

  it("says plainly that policy denies what a foreign group admits", async () => {
    const answer = await explained("10.20.1.99", "orders");
    expect(answer.verdict).toBe("denied");
    expect(answer.live.disagreement).toMatch(
      /^policy denies, but the group sg-\w+ \(legacy-databases, not ours\) admits it now/,
    );
    expect(answer.unknown.map((each) => each.code)).toEqual(["SOURCE_UNKNOWN", "NO_FLOW_HISTORY"]);
  });

  it("names the change that flips the verdict, and the change does", async () => {
    const before = await explained("web-dev", "orders");
    expect(before.verdict).toBe("denied");
    const [near] = before.nearest;
    expect(near).toMatchObject({ changes: 1, tried: true, conditions: [{ code: "LABEL_DIFFERS" }] });
    const change = near?.conditions[0]?.change;
    if (change?.kind !== "relabel") throw new Error("The change is another one");
    const saved = readFileSync(join(folder, "pce/workloads.json"), "utf8");
    edit("pce/workloads.json", (text) => relabelled(text, change.href, change.label));
    expect(await explained("web-dev", "orders")).toMatchObject({ verdict: "allowed" });
    writeFileSync(join(folder, "pce/workloads.json"), saved);
  });

  it.each([
    { args: ["role=wep", "orders"], says: /there is no label role=wep[\s\S]*did you mean "web"\?/ },
    { args: ["web-9", "orders"], says: /there is no workload "web-9"/ },
    { args: ["web-1", "ordes"], says: /There is no database "ordes"/ },
  ])("refuses $args with a suggestion", async ({ args, says }) => {
    const line = [
      "-c",
      'cd "$0" && "$@" 2>&1',
      folder,
      MOAT,
      "explain",
      ...args,
      "--aws",
      "aws",
      "--policy",
      "pce",
    ];
    const { code, output } = await run("sh", line, { env: { PATH: process.env.PATH, HOME: "/nonexistent" } });
    expect(code).toBe(1);
    expect(output.replace(/\s+/g, " ")).toMatch(says);
  });
});

/** Gives a workload a label in place of the one it has of that key. */
function relabelled(text: string, href: string, label: string): string {
  const labels = JSON.parse(readFileSync(join(folder, "pce/labels.json"), "utf8")) as {
    href: string;
    key: string;
  }[];
  const key = labels.find((each) => each.href === label)?.key;
  const ofKey = new Set(labels.filter((each) => each.key === key).map((each) => each.href));
  const workloads = JSON.parse(text) as { href: string; labels: { href: string }[] }[];
  for (const workload of workloads) {
    if (workload.href !== href) continue;
    workload.labels = [...workload.labels.filter((each) => !ofKey.has(each.href)), { href: label }];
  }
  return JSON.stringify(workloads);
}

describe("moat lint on a snapshot", () => {
  it("is content with the sample, and not with a rule set that is off", async () => {
    expect(await moat("lint", "--strict")).toMatchObject({ code: 0 });
    const saved = readFileSync(join(folder, "pce/rule_sets.json"), "utf8");
    edit("pce/rule_sets.json", (text) => {
      const sets = JSON.parse(text) as { name: string; enabled: boolean }[];
      return JSON.stringify(
        sets.map((set) => (set.name === "orders development" ? { ...set, enabled: false } : set)),
      );
    });
    const { code, output } = await moat("lint", "--strict", "--json");
    writeFileSync(join(folder, "pce/rule_sets.json"), saved);
    expect(code).toBe(1);
    const { findings } = JSON.parse(output) as { findings: { code: string }[] };
    expect(findings.map((each) => each.code)).toEqual(["DATABASE_WITHOUT_RULE", "RULE_SET_DISABLED"]);
  });
});

describe("moat test on a snapshot", () => {
  const testsWith = (text: string): void => writeFileSync(join(folder, "t.yaml"), `tests:\n  - ${text}\n`);

  it.each([
    { test: "{ from: role=web env=prod, must_reach: orders }", levels: [], code: 0 },
    { test: "{ from: 10.20.1.99, must_not_reach: orders }", levels: [], code: 4 },
    {
      test: "{ from: 10.20.1.99, must_not_reach: orders }",
      levels: ["--levels", "model", "compiled"],
      code: 0,
    },
    {
      test: "{ nothing_outside: app=orders, reaches: orders-dev }",
      levels: ["--levels", "model", "compiled"],
      code: 0,
    },
    { test: "{ nothing_outside: app=finance, reaches: orders-dev }", levels: ["--levels", "model"], code: 4 },
    { test: "{ from: web-dev, must_reach: orders, port: 3307 }", levels: [], code: 4 },
  ])("$test at $levels exits with $code", async ({ test, levels, code }) => {
    testsWith(test);
    expect((await moat("test", "--tests", "t.yaml", ...levels)).code).toBe(code);
  });

  it("exits with 1 when there is nothing to test", async () => {
    expect((await moat("test")).code).toBe(1);
  });
});
