import type { MeasuredEstate, MeasuredState } from "./usage.ts";

/** One beat of the heartbeat; how many databases there are does not matter to it. */
const BEAT: MeasuredEstate["beat"] = {
  heartbeat: { ms: 60, cpuMs: 80, calls: 2, s3Get: 0, s3Put: 0, logBytes: 545, peakMiB: 82 },
  sweep: { ms: 53, cpuMs: 60, calls: 1, s3Get: 0, s3Put: 0, logBytes: 0, peakMiB: 89 },
  reconcile: { ms: 68, cpuMs: 80, calls: 2, s3Get: 0, s3Put: 0, logBytes: 1_063, peakMiB: 93 },
};

/**
 * Differences of what `node bench/cloud-state.bench.ts` counted, a history of 35 days asked. A small file takes 1.24 ms of a
 * core while a day is put together (bench/README.md, "Compaction"), and two calls, sixteen at once.
 */
export const MEASURED_STATE: MeasuredState = {
  change: { calls: 60, s3Get: 38, s3Put: 9, logBytes: 2_300, recordBytes: 1_921 },
  wavesOfReconcile: { calls: 1, s3Get: 1, s3Put: 0, logBytes: 0 },
  wavesOfSweep: { calls: 10, s3Get: 5, s3Put: 5, logBytes: 429 },
  ledger: { calls: 4, s3Get: 2, s3Put: 2, logBytes: 0 },
  dayBytes: 3505,
  msOfASmallFile: 10.5,
};

/**
 * What `node bench/cloud.bench.ts` measured on two shared cores, functions of 512 MB, the sandbox behind HTTP on the
 * same machine: databases in one account and region, most of them waiting for RDS's call budget at 5,000. Nobody else
 * used the machine.
 */
export const MEASURED: readonly (MeasuredEstate & { readonly databases: number })[] = [
  {
    databases: 10,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 43, cpuMs: 50, calls: 14, s3Get: 3, s3Put: 0, logBytes: 1_014, peakMiB: 121 },
    reconcile: { ms: 39, cpuMs: 40, calls: 14, s3Get: 3, s3Put: 0, logBytes: 979, peakMiB: 113 },
    ingest: { ms: 232, cpuMs: 270, calls: 16, s3Get: 2, s3Put: 1, logBytes: 847, peakMiB: 103 },
    ingestWarm: { ms: 26, cpuMs: 20, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 112 },
    beat: BEAT,
  },
  {
    databases: 500,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 298, cpuMs: 390, calls: 22, s3Get: 3, s3Put: 0, logBytes: 1_018, peakMiB: 273 },
    reconcile: { ms: 308, cpuMs: 400, calls: 22, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 230 },
    ingest: { ms: 558, cpuMs: 800, calls: 24, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 160 },
    ingestWarm: { ms: 111, cpuMs: 150, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 156 },
    beat: BEAT,
  },
  {
    databases: 5_000,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 21_107, cpuMs: 3_370, calls: 120, s3Get: 3, s3Put: 0, logBytes: 1_020, peakMiB: 356 },
    reconcile: { ms: 21_077, cpuMs: 3_470, calls: 120, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 368 },
    ingest: { ms: 21_380, cpuMs: 4_150, calls: 137, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 238 },
    ingestWarm: { ms: 878, cpuMs: 1_290, calls: 21, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 237 },
    beat: BEAT,
  },
];
