/** Covers 10,000 scattered addresses with few CIDRs: `node bench/cidr-cover.bench.ts [runs]`. */
import type { Address } from "../src/core/net/address.ts";
import { addressSetOfAddresses, EMPTY_SET, toCidrs } from "../src/core/net/address-set.ts";
import { coverWithSlack } from "../src/core/net/cover-with-slack.ts";
import { seededRandom } from "./seeded-random.ts";

const ADDRESSES = 10_000;
const CLUSTERS = 250;
const LIMITS = [60, 300] as const;
const runs = Number(process.argv[2] ?? 15);

/** Addresses in 250 networks of 256 each, as a fleet in many subnets has them. */
function fleet(): readonly Address[] {
  const random = seededRandom(7);
  return Array.from({ length: ADDRESSES }, () => ({
    family: 4,
    value: 0x0a000000 + random(CLUSTERS) * 65_536 + random(256),
  }));
}

const set = addressSetOfAddresses(fleet());
const exact = toCidrs(set).length;
for (const limit of LIMITS) {
  const times: number[] = [];
  let cover = coverWithSlack(set, 4, limit, EMPTY_SET);
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    cover = coverWithSlack(set, 4, limit, EMPTY_SET);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      bench: "cidr-cover",
      addresses: ADDRESSES,
      exactCidrs: exact,
      limit,
      extraAddresses: cover.extra.toString(),
      medianMs: Number((times[runs >> 1] ?? 0).toFixed(1)),
      minMs: Number((times[0] ?? 0).toFixed(1)),
      node: process.version,
    }),
  );
}
