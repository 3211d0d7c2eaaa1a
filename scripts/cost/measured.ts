import type { MeasuredEstate } from "./usage.ts";

/**
 * What `node bench/cloud.bench.ts` measured on two shared cores, functions of 512 MB, the sandbox behind HTTP on the
 * same machine: databases in one account and region, most of them waiting for RDS's call budget at 5,000.
 */
export const MEASURED: readonly (MeasuredEstate & { readonly databases: number })[] = [
  {
    databases: 10,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 54, cpuMs: 40, calls: 15, s3Get: 2, s3Put: 0, logBytes: 1_477, peakMiB: 122 },
    reconcile: { ms: 44, cpuMs: 30, calls: 15, s3Get: 2, s3Put: 0, logBytes: 1_037, peakMiB: 120 },
    ingest: { ms: 96, cpuMs: 70, calls: 16, s3Get: 2, s3Put: 1, logBytes: 847, peakMiB: 121 },
  },
  {
    databases: 500,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 783, cpuMs: 710, calls: 24, s3Get: 2, s3Put: 0, logBytes: 1_985, peakMiB: 192 },
    reconcile: { ms: 763, cpuMs: 680, calls: 24, s3Get: 2, s3Put: 0, logBytes: 1_038, peakMiB: 192 },
    ingest: { ms: 761, cpuMs: 370, calls: 24, s3Get: 2, s3Put: 1, logBytes: 848, peakMiB: 247 },
  },
  {
    databases: 5_000,
    memoryMb: 512,
    objectGzipBytes: 11_655,
    sweep: { ms: 23_182, cpuMs: 3_540, calls: 119, s3Get: 2, s3Put: 0, logBytes: 2_002, peakMiB: 361 },
    reconcile: { ms: 24_367, cpuMs: 3_530, calls: 119, s3Get: 2, s3Put: 0, logBytes: 1_037, peakMiB: 360 },
    ingest: { ms: 23_179, cpuMs: 3_900, calls: 137, s3Get: 11, s3Put: 10, logBytes: 720, peakMiB: 372 },
  },
];
