/**
 * Writes gzip flow-log files in the ten-column format that Moat recommends for a database's interface: the same size
 * and seed give the same bytes of text.
 *
 * Run with `npm exec -c 'node bench/generate-flow-logs.ts <folder> [size]'`.
 */

import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import { seededRandom } from "./seeded-random.ts";

/** Lines in all files together, and how many files share them. */
export const FLOW_LOG_SIZES = {
  /** One interface for some minutes. */
  small: { lines: 100_000, files: 1 },
  /** A busy hour of one application. */
  medium: { lines: 1_000_000, files: 2 },
  /** A day of one busy application, as S3 has it: many objects. */
  many: { lines: 5_000_000, files: 64 },
  /** A day of a few applications. */
  large: { lines: 10_000_000, files: 10 },
} as const;

export type FlowLogSize = keyof typeof FLOW_LOG_SIZES;

const HEADER = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type\n";
const DATABASES = 24;
const CLIENTS = 2_000;
/** A client uses so many of the databases. */
const DATABASES_OF_CLIENT = 4;
const POOLED = 8_000;
const BATCH_CHARACTERS = 1 << 20;

interface Flow {
  readonly source: string;
  readonly target: string;
  readonly sourcePort: number;
  readonly targetPort: number;
}

type Random = (below: number) => number;

/** Creates the files of one size unless they exist; answers their paths. */
export async function generateFlowLogs(folder: string, size: FlowLogSize, seed = 1): Promise<string[]> {
  const { lines, files } = FLOW_LOG_SIZES[size];
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (let file = 0; file < files; file += 1) {
    const path = join(folder, `${size}-${seed}-${file}.log.gz`);
    paths.push(path);
    if (!existsSync(path)) await writeFile(path, lines / files, seed * 1000 + file);
  }
  return paths;
}

async function writeFile(path: string, lines: number, seed: number): Promise<void> {
  const gzip = createGzip();
  const done = once(gzip.pipe(createWriteStream(path)), "finish");
  let batch = HEADER;
  for (const line of flowLogLines(lines, seed)) {
    batch += line;
    if (batch.length < BATCH_CHARACTERS) continue;
    if (!gzip.write(batch)) await once(gzip, "drain");
    batch = "";
  }
  gzip.end(batch);
  await done;
}

/** The lines of one file, without the header. */
function* flowLogLines(count: number, seed: number): Generator<string> {
  const random = seededRandom(seed);
  const pooled = Array.from({ length: POOLED }, () => openFlow(random));
  for (let written = 0; written < count; ) {
    for (const line of nextLines(random, pooled)) {
      if (written === count) return;
      yield line;
      written += 1;
    }
  }
}

/** What one connection leaves in one interval, by how often it happens. */
function nextLines(random: Random, pooled: readonly Flow[]): string[] {
  const dice = random(1000);
  if (dice < 500) return answered(openFlow(random), 3, 19);
  if (dice < 560) return answered(openFlow(random), 2, 18);
  if (dice < 900) return answered(pooled[random(pooled.length)] ?? openFlow(random), 0, 0);
  if (dice < 960) return [record(openFlow(random), 2, "REJECT")];
  if (dice < 970) return ["- - - - - - - - - -\n"];
  return answered({ ...openFlow(random), targetPort: 443 }, 3, 19);
}

function openFlow(random: Random): Flow {
  const client = Math.min(random(CLIENTS), random(CLIENTS));
  const database = (client * 5 + random(DATABASES_OF_CLIENT)) % DATABASES;
  const wide = random(50) === 0;
  return {
    source: wide ? `2001:db8:${client.toString(16)}::17` : formatIpv4(0x0a14_0400 + client * 7),
    target: wide ? `2001:db8:d::${(database + 1).toString(16)}` : formatIpv4(0x0a14_c800 + database * 11),
    sourcePort: 32_768 + random(28_232),
    targetPort: database % 3 === 0 ? 3306 : 5432,
  };
}

function answered(flow: Flow, asks: number, answers: number): string[] {
  const back = {
    source: flow.target,
    target: flow.source,
    sourcePort: flow.targetPort,
    targetPort: flow.sourcePort,
  };
  return [record(flow, asks, "ACCEPT"), record(back, answers, "ACCEPT")];
}

function record(flow: Flow, flags: number, action: string): string {
  const { source, target, sourcePort, targetPort } = flow;
  const type = source.includes(":") ? "IPv6" : "IPv4";
  return `${source} ${target} ${targetPort} 6 ${flags} ${source} ${target} ${sourcePort} ${action} ${type}\n`;
}

if (import.meta.main) {
  const [folder = "bench/.data", size = "medium"] = process.argv.slice(2);
  const paths = await generateFlowLogs(folder, size as FlowLogSize);
  process.stdout.write(`${paths.join("\n")}\n`);
}
