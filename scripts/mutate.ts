/**
 * `npm run mutate [-- <part of a name> …]`: puts each defect of test/mutation/defects.ts, one at a time, into a copy of
 * the project, runs the tests that should notice, and prints which did. The working tree is never touched.
 *
 * Exit code 0 when at least 95 % are caught, 1 otherwise, or when the tests fail without any defect.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Defect, withDefect } from "../test/mutation/defect.ts";
import { DEFECTS } from "../test/mutation/defects.ts";
import { runWithin } from "./run-within.ts";

const ROOT = join(import.meta.dirname, "..");
const COPIED = [
  "src",
  "test",
  "scripts",
  "bin",
  "infra",
  "examples",
  "docs",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];
const LINKED = ["node_modules", ".venv"];
const WORKERS = 2;
const LIMIT_MS = 240_000;
const ENOUGH = 0.95;

/** `broken`: no test failed, and yet the run did; the defect is no program, and proves nothing. */
type Verdict = "caught" | "survived" | "too slow" | "broken";

interface Finding {
  readonly defect: Defect;
  readonly verdict: Verdict;
  readonly by: string;
  readonly seconds: number;
}

interface Run {
  readonly verdict: Verdict;
  readonly by: string;
}

function copyOfProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "moat-mutation-"));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(copy, name));
  return copy;
}

/** Runs the tests in a copy and stops at the first that fails. */
async function runTests(copy: string, tests: readonly string[]): Promise<Run> {
  const report = join(copy, "mutation-report.json");
  rmSync(report, { force: true });
  const args = [
    join(copy, "node_modules/vitest/vitest.mjs"),
    "run",
    "--bail=1",
    "--reporter=json",
    `--outputFile=${report}`,
    ...tests,
  ];
  const code = await runWithin(process.execPath, args, copy, LIMIT_MS);
  if (code === "tooSlow") return { verdict: "too slow", by: "the time limit" };
  if (code === 0) return { verdict: "survived", by: "" };
  const failed = firstFailure(report, copy);
  return failed === undefined
    ? { verdict: "broken", by: brokenFile(report, copy) }
    : { verdict: "caught", by: failed };
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

function firstFailure(report: string, copy: string): string | undefined {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  const failed = testResults.find((file) => file.assertionResults.some((a) => a.status === "failed"));
  return failed?.name.slice(copy.length + 1);
}

/** The file of tests that could not be loaded. */
function brokenFile(report: string, copy: string): string {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
  return testResults.find((file) => file.status === "failed")?.name.slice(copy.length + 1) ?? "";
}

async function tryDefect(copy: string, defect: Defect): Promise<Finding> {
  const file = join(copy, defect.file);
  const whole = readFileSync(file, "utf8");
  const start = performance.now();
  writeFileSync(file, withDefect(whole, defect));
  const run = await runTests(copy, defect.tests);
  writeFileSync(file, whole);
  return { defect, ...run, seconds: (performance.now() - start) / 1000 };
}

/** What the tests say of the project as it is: a test that fails anyway catches nothing. */
async function failsAnyway(copy: string, defects: readonly Defect[]): Promise<string | undefined> {
  const tests = [...new Set(defects.flatMap((d) => d.tests))];
  const { verdict, by } = await runTests(copy, tests);
  return verdict === "survived" ? undefined : `${by} (${verdict})`;
}

/** Works through the defects, each worker in a copy of its own. */
async function tryAll(copies: readonly string[], defects: readonly Defect[]): Promise<readonly Finding[]> {
  const findings = new Map<number, Finding>();
  let next = 0;
  async function worker(copy: string): Promise<void> {
    for (let i = next++; i < defects.length; i = next++) {
      const defect = defects[i];
      if (defect === undefined) return;
      const finding = await tryDefect(copy, defect);
      findings.set(i, finding);
      console.error(
        `${finding.verdict.padEnd(9)} ${finding.seconds.toFixed(1).padStart(5)} s  ${defect.name}`,
      );
    }
  }
  await Promise.all(copies.map(worker));
  return [...findings].sort(([a], [b]) => a - b).map(([, finding]) => finding);
}

/** The result as a table of Markdown. */
function table(findings: readonly Finding[]): string {
  const rows = findings.map(
    ({ defect, verdict, by }) => `| ${defect.name} | ${verdict} | ${by === "" ? "" : `\`${by}\``} |`,
  );
  return ["| Defect | Outcome | First noticed by |", "|---|---|---|", ...rows].join("\n");
}

const wanted = process.argv.slice(2);
const defects = DEFECTS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (defects.length === 0) throw new Error(`No defect has any of "${wanted.join('", "')}" in its name`);
const copies = Array.from({ length: Math.min(WORKERS, defects.length) }, copyOfProject);
try {
  const failing = await failsAnyway(copies[0] ?? "", defects);
  if (failing !== undefined) throw new Error(`The tests fail without any defect: ${failing}`);
  const findings = await tryAll(copies, defects);
  const caught = findings.filter((f) => f.verdict === "caught" || f.verdict === "too slow").length;
  console.log(table(findings));
  console.log(`\n${caught} of ${findings.length} caught`);
  process.exitCode = caught >= findings.length * ENOUGH ? 0 : 1;
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
}
