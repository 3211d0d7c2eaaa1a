/**
 * Sweeps a company of many accounts and regions on a simulated clock, with AWS's token buckets on, and says what of
 * them was taken: first everything is enforced, then nothing is to be done. One line of JSON for each.
 *
 *     node bench/sweep.bench.ts [accounts] [percent]
 *
 * Counts of calls and simulated times are exact: they follow from the seeds. `wallMs` is this machine's.
 */
import { callMeter } from "../src/adapters/aws/call-meter.ts";
import { scaleEstate } from "../test/support/scale-estate.ts";
import { type ScaleRun, sweepAll, taken } from "../test/support/scale-sweeps.ts";

const REGIONS = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2"];
const EACH = 25;
const RULES = 8;

const accounts = Number(process.argv[2] ?? 50);
const percent = Number(process.argv[3] ?? 20);
const estate = scaleEstate({ accounts, regions: REGIONS, each: EACH, rules: RULES });

async function measured(name: string, memories?: ScaleRun["memories"]): Promise<ScaleRun> {
  const start = performance.now();
  const run = await sweepAll(estate, (clock) => callMeter({ percent, clock }), memories);
  const wallMs = Math.round(performance.now() - start);
  const databases = run.reports.flatMap(({ report }) => report.plan.databases);
  const shares = [...taken(run.calls, percent / 100)].map(([kind, { ofRefill }]) => [
    kind,
    Number((100 * ofRefill).toFixed(2)),
  ]);
  console.log(
    JSON.stringify({
      bench: "sweep",
      name,
      databases: databases.length,
      accounts,
      regions: REGIONS.length,
      inSync: databases.filter((d) => d.inSync).length,
      simulatedSeconds: run.tookMs / 1000,
      calls: run.calls.length,
      writeCalls: run.calls.filter(({ call }) => call.isWrite).length,
      turnedAway: run.calls.filter(({ seen }) => seen !== "ok").length,
      percentOfRefillInTenMinutes: Object.fromEntries(shares),
      wallMs,
      rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
      node: process.version,
    }),
  );
  return run;
}

const first = await measured("enforce all");
await measured("idle", first.memories);
