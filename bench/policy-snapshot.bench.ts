/**
 * From the snapshot folder of a PCE to the rules of every database: how much longer it takes than `JSON.parse` of the
 * same files, how much memory, and how both grow with the number of workloads.
 *
 *     node bench/policy-snapshot.bench.ts [runs]
 *
 * Each measurement has a process of its own, so that none inherits the memory or the compiled code of another.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPolicyFolder } from "../src/adapters/file/policy-folder.ts";
import { policyIndex } from "../src/core/policy/policy-index.ts";
import { resolveIndexed } from "../src/core/policy/resolve-policy.ts";
import { cidrSources } from "../src/core/rule/cidr-sources.ts";
import { type CompiledRule, compileRules } from "../src/core/rule/compile-rules.ts";
import { pceCollections } from "./pce-collections.ts";
import { policyEstate } from "./policy-estate.ts";

const THIS_FILE = fileURLToPath(import.meta.url);
const MEBIBYTE = 1024 * 1024;
const RULES = { rules: 5_000, ruleSets: 1_500, databases: 1_000 };
const WORKLOADS = [10_000, 100_000];

const sizeOf = (workloads: number) => ({ workloads, ...RULES });
const folderOf = (workloads: number): string => join(import.meta.dirname, "results", `policy-${workloads}`);

function writeFolder(workloads: number): number {
  const folder = folderOf(workloads);
  if (!existsSync(join(folder, "sec_policy.json"))) {
    mkdirSync(folder, { recursive: true });
    for (const [name, rows] of Object.entries(pceCollections(policyEstate(sizeOf(workloads)).policy))) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(rows));
    }
    writeFileSync(join(folder, "sec_policy.json"), '{"href":"/orgs/1/sec_policy/1","version":1}');
  }
  return filesOf(folder).reduce((sum, file) => sum + statSync(file).size, 0);
}

const filesOf = (folder: string): readonly string[] => readdirSync(folder).map((name) => join(folder, name));

interface Times {
  readonly [part: string]: number;
}

function measured(parts: Readonly<Record<string, number>>): Times {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    ...parts,
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
    maxRssMiB: Math.round(maxRSS / 1024),
  };
}

/** The yardstick: the same files, read and parsed, and no more. */
function parseOnly(workloads: number): Times {
  const start = performance.now();
  const texts = filesOf(folderOf(workloads)).map((file) => readFileSync(file, "utf8"));
  const read = performance.now();
  const parsed = texts.map((text) => JSON.parse(text) as unknown);
  const end = performance.now();
  return measured({ readMs: read - start, parseMs: end - read, files: parsed.length });
}

async function folderToRules(workloads: number): Promise<Times> {
  const { databases } = policyEstate({ ...sizeOf(RULES.databases), workloads: RULES.databases });
  const start = performance.now();
  const policy = await createPolicyFolder(folderOf(workloads)).read("active");
  const read = performance.now();
  const index = policyIndex(policy);
  const indexed = performance.now();
  const resolution = resolveIndexed(index, databases);
  const resolved = performance.now();
  const sources = cidrSources();
  const rules: (readonly CompiledRule[])[] = [];
  for (const database of databases) {
    const answer = resolution.databases.get(database.arn);
    if (answer !== undefined) rules.push(compileRules(answer, database.port ?? 0, answer.allowed, sources));
  }
  const end = performance.now();
  return measured({
    readMs: read - start,
    indexMs: indexed - read,
    resolveMs: resolved - indexed,
    rulesMs: end - resolved,
    totalMs: end - start,
    rules: rules.reduce((sum, of) => sum + of.length, 0),
  });
}

function inProcess(what: string, workloads: number): Times {
  const text = execFileSync(process.execPath, [THIS_FILE, what, String(workloads)], { encoding: "utf8" });
  return JSON.parse(text) as Times;
}

/** The run in which `by` was least: the one that others disturbed least. */
function best(runs: number, by: string, measure: () => Times): Times {
  const all = Array.from({ length: runs }, measure);
  const least = Math.min(...all.map((times) => times[by] ?? 0));
  const found = all.find((times) => times[by] === least) ?? {};
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Math.round(value)]));
}

function bench(runs: number): void {
  const sizes = WORKLOADS.map((workloads) => {
    const bytes = writeFolder(workloads);
    const yardstick = best(runs, "parseMs", () => inProcess("parse", workloads));
    const whole = best(runs, "totalMs", () => inProcess("rules", workloads));
    const beyondParseMs = (whole.totalMs ?? 0) - (yardstick.parseMs ?? 0);
    return { workloads, mebibytes: Math.round(bytes / MEBIBYTE), yardstick, whole, beyondParseMs };
  });
  const [few, many] = sizes;
  const growth = few === undefined || many === undefined ? 0 : many.beyondParseMs / few.beyondParseMs;
  const growthOf = { workloads: 10, beyondParseMs: +growth.toFixed(2) };
  process.stdout.write(
    `${JSON.stringify({ bench: "policy-snapshot", ...RULES, runs, sizes, growthOf, node: process.version, cpu: cpus()[0]?.model })}\n`,
  );
}

const [what = "3", workloads] = process.argv.slice(2);
if (what === "parse") process.stdout.write(JSON.stringify(parseOnly(Number(workloads))));
else if (what === "rules") process.stdout.write(JSON.stringify(await folderToRules(Number(workloads))));
else bench(Number(what));
