/**
 * `npm test`: fetches what the tests need from outside, runs all of them (or those that the arguments name, as Vitest
 * takes them), and ends with one line that says how many passed, failed and were skipped.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prepareAwsCli } from "./aws-cli.ts";
import { prepareChromium } from "./chromium.ts";
import { prepareDataPlane } from "./data-plane.ts";
import { preparePythonEnvironment } from "./python-environment.ts";
import { run } from "./run.ts";
import { closingLine, totalsOfFile } from "./totals.ts";

const ROOT = join(import.meta.dirname, "..");
const REPORT = join(ROOT, "test", "results", "vitest.json");

async function prepare(piece: string, making: Promise<string | undefined>): Promise<void> {
  const missing = await making;
  console.log(missing === undefined ? `ready    ${piece}` : `MISSING  ${piece}: ${missing}`);
}

async function runVitest(args: readonly string[]): Promise<number> {
  mkdirSync(join(ROOT, "test", "results"), { recursive: true });
  rmSync(REPORT, { force: true });
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const finished = await run(process.execPath, [vitest, "run", ...reporters, ...args], { show: true });
  return finished.code;
}

process.chdir(ROOT);
// One after the other: all of them may need apt-get, which takes no company.
await prepare("Python packages in .venv/ (moto, ministack, cfn-lint …)", preparePythonEnvironment(ROOT));
await prepare("AWS CLI version 2 and zip", prepareAwsCli());
await prepare("PostgreSQL, nftables and network namespaces", prepareDataPlane());
await prepare("Chromium", prepareChromium());
const counted = totalsOfFile(REPORT, await runVitest(process.argv.slice(2)));
console.log(closingLine(counted));
process.exitCode = counted.failed === 0 ? 0 : 1;
