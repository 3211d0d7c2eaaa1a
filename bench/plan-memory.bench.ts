/**
 * What one plan of a whole estate takes, in a process that does nothing else and is warm for nothing: time from parsed
 * answers to ordered steps, and most memory, the estate itself in it. One line of JSON.
 *
 *     node bench/plan-memory.bench.ts [databases]
 *
 * It fails when the process came to take more than a gibibyte, or the plan more than a minute; that of one database
 * (`1`), more than fifty milliseconds of its thread.
 */
import { planDatabases } from "../src/app/plan-databases.ts";
import { planEstate } from "./plan-estate.ts";

const MOST_MIB = 1_024;
const databases = Number(process.argv[2] ?? 5_000);
const mostMs = databases === 1 ? 50 : 60_000;
const { inventory, policy } = planEstate({ databases, rules: 40 });
const start = performance.now();
const thread = process.threadCpuUsage();
const { plan } = planDatabases({
  inventory,
  policy,
  settings: {
    owner: "moat",
    modes: { default: "observe", databases: {} },
    acknowledged: new Set(),
    shrinkPercent: 30,
  },
});
const ms = Math.round(performance.now() - start);
// Without what other processes of a busy machine take.
const { user, system } = process.threadCpuUsage(thread);
const threadMs = Math.round((user + system) / 1000);
// In kibibytes, whatever the system.
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
const rules = plan.databases.reduce((sum, d) => sum + d.rules.length, 0);
console.log(
  JSON.stringify({
    bench: "plan-memory",
    databases,
    rules,
    ms,
    threadMs,
    mostMs,
    peakMiB,
    mostMiB: MOST_MIB,
    node: process.version,
  }),
);
if (rules !== databases * 40) throw new Error(`${rules} rules instead of ${databases * 40}`);
if (peakMiB > MOST_MIB) throw new Error(`The plan took ${peakMiB} MiB, more than ${MOST_MIB}`);
if (threadMs > mostMs) throw new Error(`The plan took ${threadMs} ms, more than ${mostMs}`);
