import type { MeasuredEstate } from "./usage.ts";

/** One beat of the heartbeat; how many databases there are does not matter to it. */
const BEAT: MeasuredEstate["beat"] = {
  heartbeat: { ms: 412, cpuMs: 80, calls: 2, s3Get: 0, s3Put: 0, logBytes: 545, peakMiB: 82 },
  sweep: { ms: 660, cpuMs: 50, calls: 1, s3Get: 0, s3Put: 0, logBytes: 0, peakMiB: 89 },
  reconcile: { ms: 295, cpuMs: 100, calls: 2, s3Get: 0, s3Put: 0, logBytes: 1_063, peakMiB: 93 },
};

/**
 * What `node bench/cloud.bench.ts` measured on two shared cores, functions of 512 MB, the sandbox behind HTTP on the
 * same machine: databases in one account and region, most of them waiting for RDS's call budget at 5,000. Others used
 * the machine meanwhile, so what was waited is rather too long than too short.
 */
export const MEASURED: readonly (MeasuredEstate & { readonly databases: number })[] = [
  {
    databases: 10,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 569, cpuMs: 50, calls: 16, s3Get: 3, s3Put: 0, logBytes: 1_014, peakMiB: 118 },
    reconcile: { ms: 709, cpuMs: 240, calls: 17, s3Get: 3, s3Put: 0, logBytes: 979, peakMiB: 109 },
    ingest: { ms: 793, cpuMs: 310, calls: 16, s3Get: 2, s3Put: 1, logBytes: 847, peakMiB: 114 },
    ingestWarm: { ms: 43, cpuMs: 20, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 119 },
    beat: BEAT,
  },
  {
    databases: 500,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 708, cpuMs: 420, calls: 24, s3Get: 3, s3Put: 0, logBytes: 1_018, peakMiB: 192 },
    reconcile: { ms: 1_249, cpuMs: 510, calls: 24, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 196 },
    ingest: { ms: 990, cpuMs: 870, calls: 24, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 197 },
    ingestWarm: { ms: 200, cpuMs: 170, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 196 },
    beat: BEAT,
  },
  {
    databases: 5_000,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 21_767, cpuMs: 3_650, calls: 120, s3Get: 3, s3Put: 0, logBytes: 1_020, peakMiB: 345 },
    reconcile: { ms: 21_873, cpuMs: 3_660, calls: 120, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 341 },
    ingest: { ms: 22_131, cpuMs: 3_600, calls: 137, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 363 },
    ingestWarm: { ms: 1_819, cpuMs: 900, calls: 21, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 384 },
    beat: BEAT,
  },
];
