/**
 * `npm run bench [-- <part of a name>]`: runs each `bench/*.bench.ts` in a process of its own, shows the line of JSON
 * that it prints, and writes all of them with machine and commit to bench/results/.
 */
import { globSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";

const ROOT = join(import.meta.dirname, "..");
const RESULTS = join(ROOT, "bench", "results");

async function commit(): Promise<string | undefined> {
  const { code, output } = await run("git", ["-C", ROOT, "rev-parse", "--short", "HEAD"]);
  return code === 0 ? output.trim() : undefined;
}

/** Runs one benchmark and answers the results that it prints. */
async function runBenchmark(file: string): Promise<readonly unknown[]> {
  const { code, output } = await run(process.execPath, ["--expose-gc", join(ROOT, file)]);
  console.log(output.trim());
  if (code !== 0) throw new Error(`${file} ended with exit code ${code}`);
  const printed = resultsIn(output);
  if (printed.length === 0) throw new Error(`${file} printed no result`);
  return printed;
}

/** Each line that is JSON, or the one object that begins on a line of its own and fills the rest. */
function resultsIn(output: string): readonly unknown[] {
  const lines = output.split("\n");
  const indented = lines.indexOf("{");
  if (indented >= 0) return [JSON.parse(lines.slice(indented).join("\n"))];
  return lines.filter((line) => line.startsWith("{")).map((line): unknown => JSON.parse(line));
}

const wanted = process.argv[2] ?? "";
const files = globSync("bench/**/*.bench.ts", { cwd: ROOT }).filter((file) => file.includes(wanted));
if (files.length === 0) throw new Error(`no benchmark in bench/ has "${wanted}" in its name`);

const results: unknown[] = [];
for (const file of files.toSorted()) results.push(...(await runBenchmark(file)));

const [cpu] = cpus();
const machine = { node: process.version, cpu: cpu?.model, cores: cpus().length, memoryBytes: totalmem() };
const at = new Date().toISOString();
mkdirSync(RESULTS, { recursive: true });
const target = join(RESULTS, `${at.slice(0, 19).replaceAll(":", "")}.json`);
const record = { version: 1, at, commit: await commit(), machine, results };
writeFileSync(target, `${JSON.stringify(record, undefined, 2)}\n`);
console.log(`written to ${target}`);
