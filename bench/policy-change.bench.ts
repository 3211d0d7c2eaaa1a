/**
 * How long it takes to follow one change of a large policy, against resolving it from the beginning.
 *
 *     node bench/policy-change.bench.ts [runs]
 *
 * Each kind of change is made on many different objects; the times are of one change.
 */
import { cpus } from "node:os";
import { equals } from "../src/core/net/address-set.ts";
import { followPolicy } from "../src/core/policy/incremental/follow-policy.ts";
import {
  applyChange,
  type LiveResolution,
  liveResolution,
} from "../src/core/policy/incremental/live-resolution.ts";
import { changedPolicy, type PolicyChange } from "../src/core/policy/incremental/policy-change.ts";
import { policyDiff } from "../src/core/policy/incremental/policy-diff.ts";
import type { AllowRule, IpList, Policy, RuleSet, Workload } from "../src/core/policy/model.ts";
import type { DatabasePolicy, Resolution } from "../src/core/policy/resolution.ts";
import { resolvePolicy } from "../src/core/policy/resolve-policy.ts";
import { policyEstate } from "./policy-estate.ts";
import { seededRandom } from "./seeded-random.ts";

const SIZE = { workloads: 100_000, rules: 5_000, ruleSets: 1_500, databases: 1_000 };
const runs = Number(process.argv[2] ?? 40);
const below = seededRandom(7);
const { policy, databases } = policyEstate(SIZE);

function pick<T>(from: readonly T[]): T {
  const found = from[below(from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

const client = (of: Policy): Workload => pick(of.workloads.slice(0, SIZE.workloads - SIZE.databases));
const standing = (of: Policy): Workload => pick(of.workloads.slice(SIZE.workloads - SIZE.databases));
const labelsOf = (key: string) => policy.labels.filter((label) => label.key === key);

function relabelled(workload: Workload, key: string): Workload {
  const others = workload.labels.filter((href) => !href.startsWith(`/orgs/1/labels/${key}-`));
  return { ...workload, labels: [...others, pick(labelsOf(key)).href] };
}

function withRule(ruleSet: RuleSet, change: (rule: AllowRule) => AllowRule): RuleSet {
  const [first, ...rest] = ruleSet.rules;
  return first === undefined ? ruleSet : { ...ruleSet, rules: [change(first), ...rest] };
}

const scoped = (of: Policy): RuleSet =>
  pick(of.ruleSets.filter((each) => each.scopes.every((scope) => scope.length > 0)));
const everywhere = (of: Policy): RuleSet =>
  pick(of.ruleSets.filter((each) => each.scopes.some((scope) => scope.length === 0)));
const disabled = (rule: AllowRule): AllowRule => ({ ...rule, enabled: !rule.enabled });
const edited = (list: IpList): IpList => ({
  ...list,
  ranges: [
    ...list.ranges,
    { from: `198.51.${below(256)}.0`, to: `198.51.${below(256)}.255`, exclusion: false },
  ],
});
let added = 0;

const KINDS: Readonly<Record<string, (of: Policy) => PolicyChange>> = {
  "role label of a workload moved": (of) => ({ workloads: { put: [relabelled(client(of), "role")] } }),
  "app label of a workload moved": (of) => ({ workloads: { put: [relabelled(client(of), "app")] } }),
  "env label of a database's workload moved": (of) => ({
    workloads: { put: [relabelled(standing(of), "env")] },
  }),
  "workload added": (of) => {
    added += 1;
    const address = `10.200.${added >>> 8}.${added & 255}`;
    const interfaces = [{ name: "eth0", address, cidrBlock: 24, loopback: false, linkLocal: false }];
    return { workloads: { put: [{ ...client(of), href: `/orgs/1/workloads/new${added}`, interfaces }] } };
  },
  "workload removed": (of) => ({ workloads: { removed: [client(of).href] } }),
  "address of a workload changed": (of) => {
    const workload = client(of);
    const interfaces = workload.interfaces.map((each) => ({ ...each, address: `10.201.0.${below(256)}` }));
    return { workloads: { put: [{ ...workload, interfaces }] } };
  },
  "IP list edited": (of) => ({ ipLists: { put: [edited(pick(of.ipLists))] } }),
  "binding removed": (of) => ({ serviceBindings: { removed: [pick(of.serviceBindings).href] } }),
  "rule of a scoped rule set switched": (of) => ({ ruleSets: { put: [withRule(scoped(of), disabled)] } }),
  "rule of a rule set without scope switched": (of) => ({
    ruleSets: { put: [withRule(everywhere(of), disabled)] },
  }),
};

/** Whether two resolutions say the same, the reasons apart, which are made when they are asked for. */
function sameAnswers(a: Resolution, b: Resolution): boolean {
  return (
    JSON.stringify(a.findings) === JSON.stringify(b.findings) &&
    JSON.stringify([...a.databases.keys()]) === JSON.stringify([...b.databases.keys()]) &&
    [...a.databases.values()].every((each) => sameAnswer(each, b.databases.get(each.arn)))
  );
}

function sameAnswer(a: DatabasePolicy, b: DatabasePolicy | undefined): boolean {
  const told = (of: DatabasePolicy): string =>
    JSON.stringify([of.arn, of.matched, of.labels, of.incomplete, of.findings]);
  return (
    b !== undefined &&
    equals(a.allowed, b.allowed) &&
    equals(a.overrideDenied, b.overrideDenied) &&
    told(a) === told(b)
  );
}

interface Sample {
  readonly ms: number;
  readonly cpuMs: number;
  readonly databases: number;
  readonly resolved: string;
}

function sample(change: (of: Policy) => PolicyChange): {
  readonly live: LiveResolution;
  readonly samples: Sample[];
} {
  let live = start;
  const samples: Sample[] = [];
  for (let run = 0; run < runs; run += 1) {
    const made = change(live.index.policy);
    const cpu = process.threadCpuUsage();
    const began = performance.now();
    const applied = applyChange(live, made);
    const ms = performance.now() - began;
    const { user, system } = process.threadCpuUsage(cpu);
    samples.push({
      ms,
      cpuMs: (user + system) / 1000,
      databases: applied.databases.size,
      resolved: applied.resolved,
    });
    live = applied.live;
  }
  return { live, samples };
}

const quantile = (sorted: readonly number[], q: number): number =>
  +(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0).toFixed(2);

const began = performance.now();
const whole = resolvePolicy(policy, databases);
const wholeMs = Math.round(performance.now() - began);
const start = liveResolution(policy, databases);
const liveMs = Math.round(performance.now() - began - wholeMs);
if (!sameAnswers(start.resolution, whole)) throw new Error("not the same at the start");

const kinds = Object.entries(KINDS).map(([kind, change]) => {
  sample(change);
  const { live, samples } = sample(change);
  const now = resolvePolicy(live.index.policy, databases);
  const times = samples.map((each) => each.ms).sort((a, b) => a - b);
  const cpuTimes = samples.map((each) => each.cpuMs).sort((a, b) => a - b);
  return {
    kind,
    runs,
    minMs: quantile(times, 0),
    medianMs: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    medianCpuMs: quantile(cpuTimes, 0.5),
    databasesTouched: Math.max(...samples.map((each) => each.databases)),
    inParts: samples.every((each) => each.resolved === "parts"),
    sameAsWhole: sameAnswers(live.resolution, now),
  };
});

/** A whole second reading of the policy, as a watch gets it: no object of it is one that was there before. */
function secondReading(): { readonly diffMs: number; readonly followMs: number; readonly resolved: string } {
  const before = followPolicy(undefined, policy, databases);
  const change = { workloads: { put: [relabelled(client(policy), "role")] } };
  const reading = structuredClone(changedPolicy(policy, change));
  const diffBegan = performance.now();
  policyDiff(policy, reading);
  const followBegan = performance.now();
  const { resolved } = followPolicy(before, reading, databases);
  const done = performance.now();
  return {
    diffMs: Math.round(followBegan - diffBegan),
    followMs: Math.round(done - followBegan),
    resolved,
  };
}

process.stdout.write(
  `${JSON.stringify({ bench: "policy-change", ...SIZE, wholeMs, liveMs, secondReading: secondReading(), kinds, node: process.version, cpu: cpus()[0]?.model })}\n`,
);
