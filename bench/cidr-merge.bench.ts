/**
 * Merges one million clustered IPv4 addresses into the fewest exact blocks and prints the times as one line of JSON.
 * Run with `npm exec -c 'node bench/cidr-merge.bench.ts [addresses]'`; times are milliseconds, median of the runs.
 */
import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import { mergeCidrTexts } from "../src/core/net/merge-cidr-texts.ts";
import { mergeIpv4Addresses } from "../src/core/net/merge-cidrs.ts";
import { seededRandom } from "./seeded-random.ts";

const RUNS = 9;

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

function medianMilliseconds(work: () => unknown): number {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return Number((times.sort((a, b) => a - b)[RUNS >> 1] ?? 0).toFixed(2));
}

const count = Number(process.argv[2] ?? 1_000_000);
const addresses = clusteredAddresses(count, 1);
const texts = Array.from(addresses, formatIpv4);
console.log(
  JSON.stringify({
    bench: "cidr-merge",
    addresses: count,
    distinct: new Set(addresses).size,
    blocks: mergeIpv4Addresses(addresses).bases.length,
    numericMs: medianMilliseconds(() => mergeIpv4Addresses(addresses)),
    textMs: medianMilliseconds(() => mergeCidrTexts(texts)),
    node: process.version,
  }),
);
