/**
 * How long a plan takes from what AWS and the PCE answered, once parsed: resolving policy, compiling rules, comparing
 * with what is live, ordering steps, asking the gates. One line of JSON for each size.
 *
 *     node bench/plan.bench.ts [databases]
 *
 * Counts of rules and steps are exact and must not change; the program fails when they do. Times are milliseconds,
 * median of the runs.
 */
import { type Planned, planDatabases } from "../src/app/plan-databases.ts";
import type { PlanSettings } from "../src/core/plan/world.ts";
import { enforcedEstate, grownEstate, type PlanEstate, planEstate } from "./plan-estate.ts";

const RULES = 40;
const SIZES = { "company: 100 databases": 100, "group: 5,000 databases": 5_000 };
const SETTINGS: PlanSettings = {
  owner: "moat",
  modes: { default: "observe", databases: {} },
  acknowledged: new Set(),
  shrinkPercent: 30,
};

const plan = ({ inventory, policy }: PlanEstate): Planned =>
  planDatabases({ inventory, policy, settings: SETTINGS });

/** Plans so many times; the counts are those of the last plan, the time is the median. */
function measured(runs: number, estate: PlanEstate) {
  const times: number[] = [];
  let planned: Planned | undefined;
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    planned = plan(estate);
    times.push(performance.now() - start);
  }
  if (planned === undefined) throw new Error("Nothing was planned");
  return { ...counts(planned), ms: Math.round(times.toSorted((a, b) => a - b)[runs >> 1] ?? 0) };
}

const counts = ({ plan: { databases } }: Planned) => ({
  databases: databases.length,
  inSync: databases.filter(({ inSync }) => inSync).length,
  refused: databases.filter(({ refused }) => refused.length > 0).length,
  rules: databases.reduce((sum, { rules }) => sum + rules.length, 0),
  steps: databases.reduce((sum, { steps }) => sum + steps.length, 0),
});

function expectCounts(
  name: string,
  { ms: _ms, ...got }: ReturnType<typeof measured>,
  want: ReturnType<typeof counts>,
): void {
  if (JSON.stringify(got) === JSON.stringify(want)) return;
  throw new Error(`${name}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`);
}

const only = Number(process.argv[2] ?? 0);
for (const [name, databases] of Object.entries(SIZES)) {
  if (only > 0 && only !== databases) continue;
  const size = { databases, rules: RULES };
  const runs = databases > 1_000 ? 1 : 9;
  const fresh = planEstate(size);
  const enforced = enforcedEstate(fresh, plan(fresh).plan);
  const states = {
    first: measured(runs, fresh),
    inSync: measured(runs, enforced),
    oneMoreClient: measured(runs, grownEstate(enforced, size)),
  };
  const base = { databases, inSync: 0, refused: 0, rules: databases * RULES, steps: 0 };
  // Create, authorise, attach, wait, detach, wait.
  expectCounts("first", states.first, { ...base, steps: databases * 6 });
  expectCounts("inSync", states.inSync, { ...base, inSync: databases });
  expectCounts("oneMoreClient", states.oneMoreClient, {
    ...base,
    rules: databases * (RULES + 1),
    steps: databases,
  });
  const rssMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
  console.log(
    JSON.stringify({ bench: "plan", name, rulesEach: RULES, states, runs, rssMiB, node: process.version }),
  );
}
