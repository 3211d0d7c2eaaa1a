import type { MeasuredEstate, MeasuredState } from "./usage.ts";

/** One beat of the heartbeat; how many databases there are does not matter to it. */
const BEAT: MeasuredEstate["beat"] = {
  heartbeat: { ms: 63, cpuMs: 70, calls: 2, s3Get: 0, s3Put: 0, logBytes: 545, peakMiB: 82 },
  sweep: { ms: 53, cpuMs: 60, calls: 1, s3Get: 0, s3Put: 0, logBytes: 0, peakMiB: 90 },
  reconcile: { ms: 66, cpuMs: 90, calls: 2, s3Get: 0, s3Put: 0, logBytes: 1_063, peakMiB: 93 },
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
    sweep: { ms: 40, cpuMs: 40, calls: 15, s3Get: 3, s3Put: 0, logBytes: 1_014, peakMiB: 123 },
    reconcile: { ms: 40, cpuMs: 50, calls: 15, s3Get: 3, s3Put: 0, logBytes: 979, peakMiB: 116 },
    ingest: { ms: 226, cpuMs: 270, calls: 16, s3Get: 2, s3Put: 1, logBytes: 847, peakMiB: 109 },
    ingestWarm: { ms: 22, cpuMs: 20, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 111 },
    beat: BEAT,
  },
  {
    databases: 500,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 329, cpuMs: 440, calls: 23, s3Get: 3, s3Put: 0, logBytes: 1_018, peakMiB: 210 },
    reconcile: { ms: 306, cpuMs: 380, calls: 23, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 267 },
    ingest: { ms: 578, cpuMs: 770, calls: 24, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 129 },
    ingestWarm: { ms: 90, cpuMs: 110, calls: 3, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 142 },
    beat: BEAT,
  },
  {
    databases: 5_000,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 21_205, cpuMs: 3_620, calls: 124, s3Get: 3, s3Put: 1, logBytes: 1_020, peakMiB: 367 },
    reconcile: { ms: 21_153, cpuMs: 3_390, calls: 121, s3Get: 3, s3Put: 0, logBytes: 980, peakMiB: 351 },
    ingest: { ms: 21_411, cpuMs: 3_590, calls: 137, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 226 },
    ingestWarm: { ms: 799, cpuMs: 1_170, calls: 21, s3Get: 11, s3Put: 10, logBytes: 722, peakMiB: 256 },
    beat: BEAT,
  },
];
