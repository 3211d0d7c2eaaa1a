/**
 * How long it takes to resolve the policy of a large estate, and how much memory.
 *
 *     node bench/policy.bench.ts
 */
import { cpus } from "node:os";
import { countAddresses } from "../src/core/net/address-set.ts";
import { policyIndex } from "../src/core/policy/policy-index.ts";
import { resolveIndexed } from "../src/core/policy/resolve-policy.ts";
import { type EstateSize, policyEstate } from "./policy-estate.ts";

const SIZES: Readonly<Record<string, EstateSize>> = {
  "team: 60 databases": { workloads: 2_000, rules: 300, ruleSets: 100, databases: 60 },
  "company: 1,000 databases": { workloads: 100_000, rules: 5_000, ruleSets: 1_500, databases: 1_000 },
  "group: 5,000 databases": { workloads: 100_000, rules: 5_000, ruleSets: 1_500, databases: 5_000 },
};

const MEBIBYTE = 1024 * 1024;

const results = Object.entries(SIZES).map(([name, size]) => {
  const { policy, databases } = policyEstate(size);
  const rssBefore = process.memoryUsage().rss;
  const start = performance.now();
  const index = policyIndex(policy);
  const loaded = performance.now();
  const resolution = resolveIndexed(index, databases);
  const resolved = performance.now();
  const answers = [...resolution.databases.values()];
  const addresses = answers.reduce((sum, each) => sum + countAddresses(each.allowed), 0n);
  return {
    name,
    ...size,
    indexMs: Math.round(loaded - start),
    resolveMs: Math.round(resolved - loaded),
    rssMiB: Math.round(process.memoryUsage().rss / MEBIBYTE),
    estateMiB: Math.round(rssBefore / MEBIBYTE),
    reachable: answers.filter((each) => countAddresses(each.allowed) > 0n).length,
    grantedAddresses: Number(addresses),
    findings: answers.reduce((sum, each) => sum + each.findings.length, 0),
  };
});

process.stdout.write(
  `${JSON.stringify({ bench: "policy", node: process.version, cpu: cpus()[0]?.model, results }, null, 2)}\n`,
);
