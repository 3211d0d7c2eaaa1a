/**
 * Merges one million clustered IPv4 addresses into the fewest exact blocks, and has others do the same in the same run:
 * `cidr-tools`, the fastest package on npm that we know of, and Debian's `iprange`, which is C. All must give the same
 * answer. Prints one line of JSON.
 *
 *     npm exec -c 'node bench/cidr-merge.bench.ts [addresses]'
 *
 * Times are milliseconds, median of the runs, taken in turns. `ratios` are the others' time by ours for the package,
 * and our process's time by the other's for `iprange`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mergeCidr } from "cidr-tools";
import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import { mergeCidrTexts } from "../src/core/net/merge-cidr-texts.ts";
import { mergeIpv4Addresses } from "../src/core/net/merge-cidrs.ts";
import { seededRandom } from "./seeded-random.ts";

const RUNS = 9;
/** The package takes seconds each time. */
const RUNS_OF_PACKAGE = 3;

/** Addresses in runs within some hundred subnets of 10.0.0.0/8, shuffled, with a few repeats. */
function clusteredAddresses(count: number, seed: number): Uint32Array {
  const random = seededRandom(seed);
  const addresses = new Uint32Array(count);
  for (let at = 0; at < count; ) {
    const subnet = 0x0a00_0000 + random(400) * 4096;
    const start = subnet + random(4096);
    const run = Math.min(1 + random(40), count - at);
    for (let step = 0; step < run; step += 1) addresses[at + step] = start + step;
    at += run;
  }
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    const kept = addresses[at] as number;
    addresses[at] = addresses[other] as number;
    addresses[other] = kept;
  }
  return addresses;
}

const milliseconds = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

const median = (times: readonly number[]): number =>
  Number((times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0).toFixed(2));

const ratio = (a: number, b: number): number => Number((a / b).toFixed(2));

/** Blocks as one text, a line each, in order, single addresses with their length: what is compared. */
const canonical = (blocks: readonly string[]): string =>
  blocks
    .map((block) => (block.includes("/") ? block : `${block}/32`))
    .toSorted()
    .join("\n");

function ours(texts: readonly string[]): readonly string[] {
  const merged = mergeCidrTexts(texts);
  if (!merged.ok) throw new Error(merged.error.what);
  return merged.value;
}

/** Runs a program over the file. */
const output = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { encoding: "latin1", maxBuffer: 1 << 28 });

function expectSame(who: string, blocks: readonly string[], want: string): void {
  if (canonical(blocks) !== want) throw new Error(`${who} and mergeCidrTexts do not give the same blocks`);
}

/** Both programs over one file, in turns; nothing where there is no `iprange`. */
function wholeProcesses(texts: readonly string[], want: string) {
  if (spawnSync("iprange", ["--version"]).error !== undefined) {
    console.error("NOT COMPARED WITH iprange: it is not installed (apt-get install iprange)");
    return {};
  }
  const folder = mkdtempSync(join(tmpdir(), "moat-bench-"));
  const file = join(folder, "addresses.txt");
  writeFileSync(file, `${texts.join("\n")}\n`);
  const program = join(import.meta.dirname, "merge-file.ts");
  const iprange = () => output("iprange", [file]);
  const moat = () => output(process.execPath, [program, file]);
  expectSame("iprange", iprange().trim().split("\n"), want);
  expectSame("merge-file", moat().trim().split("\n"), want);
  const times = { iprange: [] as number[], moat: [] as number[], node: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    times.iprange.push(milliseconds(iprange));
    times.moat.push(milliseconds(moat));
    times.node.push(milliseconds(() => output(process.execPath, ["-e", "0"])));
  }
  rmSync(folder, { recursive: true });
  const [iprangeMs, moatMs, nodeMs] = [times.iprange, times.moat, times.node].map(median);
  return { process: { iprangeMs, moatMs, nodeMs, timesIprange: ratio(moatMs ?? 0, iprangeMs ?? 1) } };
}

const count = Number(process.argv[2] ?? 1_000_000);
const addresses = clusteredAddresses(count, 1);
const texts = Array.from(addresses, formatIpv4);
const merged = ours(texts);
const want = canonical(merged);
expectSame("cidr-tools", mergeCidr([...texts]), want);

const times = { numeric: [] as number[], text: [] as number[], cidrTools: [] as number[] };
for (let run = 0; run < RUNS; run += 1) {
  times.numeric.push(milliseconds(() => mergeIpv4Addresses(addresses)));
  times.text.push(milliseconds(() => ours(texts)));
  if (run < RUNS_OF_PACKAGE) times.cidrTools.push(milliseconds(() => mergeCidr(texts)));
}
const [numericMs = 0, textMs = 0, cidrToolsMs = 0] = [times.numeric, times.text, times.cidrTools].map(median);
console.log(
  JSON.stringify({
    bench: "cidr-merge",
    addresses: count,
    distinct: new Set(addresses).size,
    blocks: merged.length,
    numericMs,
    textMs,
    cidrToolsMs,
    ratios: { text: ratio(cidrToolsMs, textMs), numeric: ratio(cidrToolsMs, numericMs) },
    ...wholeProcesses(texts, want),
    node: process.version,
  }),
);
