/**
 * `moat flows` as a whole process, from its start to its last line, beside `zcat | wc -l` on the same files and, for the
 * small size, a loop in Python that splits each line: by the clock, and by what each computed. Most memory is checked hard.
 * A line of JSON a size; medians.
 *
 *     node bench/flows-cli.bench.ts [runs] [size…]
 */
import { join } from "node:path";
import { type ChildRun, childRun } from "./children-cpu.ts";
import { FLOW_LOG_SIZES, type FlowLogSize, generateFlowLogs } from "./generate-flow-logs.ts";

const MAX_RESIDENT_MB = 200;
const MOAT = join(import.meta.dirname, "..", "bin", "moat");
/** Prints what the process has held at most, in KiB, as it ends. */
const HOOK = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.error("maxRSS=" + process.resourceUsage().maxRSS));',
).replaceAll("'", "%27")}`;
const PYTHON = `
import gzip, sys
seen = set()
for path in sys.argv[1:]:
    with gzip.open(path, "rt") as file:
        for line in file:
            fields = line.split()
            if len(fields) == 10 and fields[4] in ("2", "3", "19"):
                seen.add((fields[5], fields[6], fields[2], fields[3]))
print(len(seen))
`;

const [runsText = "3", ...sizes] = process.argv.slice(2);
const runs = Number(runsText);

interface Run extends ChildRun {
  readonly residentMb: number;
}

function timed(command: string, args: readonly string[]): Run {
  const run = childRun(command, args, {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    NODE_OPTIONS: `--import ${HOOK}`,
  });
  return { ...run, residentMb: Number(/maxRSS=(\d+)/.exec(run.stderr)?.[1] ?? 0) / 1024 };
}

const median = (list: readonly Run[], figure: "ms" | "cpuMs" = "ms"): number =>
  list.map((run) => run[figure]).toSorted((a, b) => a - b)[list.length >> 1] ?? 0;

for (const size of (sizes.length > 0 ? sizes : ["small", "medium"]) as readonly FlowLogSize[]) {
  const files = await generateFlowLogs("bench/results/flow-logs", size);
  const contenders = {
    zcat: () => timed("sh", ["-c", 'zcat -- "$@" | wc -l', "sh", ...files]),
    moat: () => timed(MOAT, ["flows", ...files, "--output", "csv"]),
    ...(size === "small" ? { python: () => timed("python3", ["-c", PYTHON, ...files]) } : {}),
  };
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as Run[]]));
  for (let run = 0; run < runs; run += 1)
    for (const [name, work] of Object.entries(contenders)) results.get(name)?.push(work());
  const zcatMs = median(results.get("zcat") ?? []);
  const moat = results.get("moat") ?? [];
  const residentMb = Math.max(...moat.map((run) => run.residentMb));
  const python = results.get("python");
  console.log(
    JSON.stringify({
      bench: "flows-cli",
      size,
      runs,
      lines: FLOW_LOG_SIZES[size].lines,
      zcatMs: Math.round(zcatMs),
      zcatCpuMs: Math.round(median(results.get("zcat") ?? [], "cpuMs")),
      moat: {
        ms: Math.round(median(moat)),
        cpuMs: Math.round(median(moat, "cpuMs")),
        ratio: +(median(moat) / zcatMs).toFixed(3),
        residentMb: Math.round(residentMb),
      },
      ...(python === undefined
        ? {}
        : { pythonMs: Math.round(median(python)), pythonCpuMs: Math.round(median(python, "cpuMs")) }),
      node: process.version,
    }),
  );
  if (!(residentMb > 0 && residentMb <= MAX_RESIDENT_MB))
    throw new Error(`moat flows held ${Math.round(residentMb)} MB, more than ${MAX_RESIDENT_MB}`);
}
