/**
 * Reading a large policy from a live PCE over HTTP: how long it takes, how much of that the client's own work is, and
 * how many requests a check costs when nothing changed. PCE and client are processes of their own.
 *
 *     node bench/pce-pull.bench.ts [workloads]
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createPcePolicySource } from "../src/adapters/pce/pce-policy-source.ts";
import {
  createSandboxPce,
  type JsonObject,
  SANDBOX_KEY,
  type SandboxPce,
  startSandboxPce,
} from "../src/sandbox/pce/index.ts";
import { pceCollections } from "./pce-collections.ts";
import { policyEstate } from "./policy-estate.ts";

const THIS_FILE = fileURLToPath(import.meta.url);
const MILLION = 1_000_000;

/**
 * Looks at a job before it is done. None: the PCE has the whole collection in its hands at once, which no real one has.
 * Four: the job takes the 5 seconds that the PCE names in `Retry-After`, as far as looks can tell.
 */
const JOBS: Readonly<Record<string, number>> = { atOnce: 0, ofFiveSeconds: 4 };

/** Puts the collections where the sandbox keeps them; making them one by one would take longer than reading them. */
function seeded(workloads: number, jobPolls: number): SandboxPce {
  const switches = { requestsPerMinute: Number.POSITIVE_INFINITY, jobPolls };
  const sandbox = createSandboxPce({ switches });
  const { state } = sandbox;
  const size = { workloads, rules: 5_000, ruleSets: 1_500, databases: 1_000 };
  const active = new Map(state.versions.at(-1)?.objects);
  for (const [name, rows] of Object.entries(pceCollections(policyEstate(size).policy))) {
    const table = new Map(
      [...rows].map((row) => {
        const text = JSON.stringify(row).replaceAll("/sec_policy/active/", "/sec_policy/draft/");
        const json: JsonObject = JSON.parse(text);
        return [String(json.href), json] as const;
      }),
    );
    if (state.live.has(name)) state.live.set(name, table);
    else active.set(name, table);
  }
  const last = state.versions.at(-1);
  if (last !== undefined) state.versions.push({ ...last, version: last.version + 1, objects: active });
  return sandbox;
}

async function serve(workloads: number, jobPolls: number): Promise<void> {
  const running = await startSandboxPce({ sandbox: seeded(workloads, jobPolls) });
  process.stdout.write(`${running.url}\n`);
}

/** What one process spent on some work. */
async function spent(
  work: () => Promise<unknown>,
): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: Math.round(performance.now() - start), cpuMs: Math.round((user + system) / 1000) };
}

async function pull(url: string): Promise<void> {
  let requests = 0;
  let bytes = 0;
  const source = createPcePolicySource({
    url,
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    fetch: async (input, init) => {
      requests += 1;
      const answer = await fetch(input, init);
      bytes += Number(answer.headers.get("content-length") ?? 0);
      return answer;
    },
  });
  let workloads = 0;
  const read = await spent(async () => {
    const policy = await source.read("active");
    workloads = policy.workloads.length;
  });
  const readRequests = requests;
  const token = await source.changeToken("active");
  requests = 0;
  let changed = true;
  const idle = await spent(async () => {
    ({ changed } = await source.changedSince(token));
  });
  const maxRssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    JSON.stringify({
      workloads,
      megabytes: Math.round(bytes / MILLION),
      read: { ...read, cpuShare: +(read.cpuMs / read.wallMs).toFixed(2), requests: readRequests },
      idle: { ...idle, requests, changed },
      maxRssMiB,
    }),
  );
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}

async function bench(workloads: number): Promise<void> {
  const results: Record<string, unknown> = {};
  for (const [jobs, polls] of Object.entries(JOBS)) results[jobs] = await measured(workloads, polls);
  const line = { bench: "pce-pull", results, node: process.version, cpu: cpus()[0]?.model };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function measured(workloads: number, jobPolls: number): Promise<unknown> {
  const server = spawn(process.execPath, [THIS_FILE, "serve", String(workloads), String(jobPolls)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await firstLine(server);
    const { stdout } = await promisify(execFile)(process.execPath, [THIS_FILE, "pull", url]);
    return JSON.parse(stdout);
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

const [what = "100000", value = "", polls = "0"] = process.argv.slice(2);
if (what === "serve") await serve(Number(value), Number(polls));
else if (what === "pull") await pull(value);
else await bench(Number(what));
