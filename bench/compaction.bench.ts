/**
 * `node --max-old-space-size=400 bench/compaction.bench.ts [rows] [rows at most]`: puts the files of one day of the
 * history together, a hundred rows a file, no two rows alike. Prints JSON: milliseconds, and the most memory resident.
 */
import { compactHistory } from "../src/adapters/history/compact-history.ts";
import { dayFolder, objectPath } from "../src/adapters/history/day-file.ts";
import { rowsParquet } from "../src/adapters/history/rows-parquet.ts";
import type { HistoryRow } from "../src/core/history/history-row.ts";
import { memoryStore } from "../test/simulation/memory-store.ts";

const ROWS_A_FILE = 100;
const MIDNIGHT = Date.UTC(2026, 7, 15) / 1000;
const MB = 1024 ** 2;
const [rows = 100_000, maxRows = 100_000] = process.argv.slice(2).map(Number);

function fileOf(objectDigest: string, number: number): readonly HistoryRow[] {
  const common = {
    generation: 0,
    objectDigest,
    flowLog: "fl-0123456789abcdef0",
    hourStart: MIDNIGHT,
    records: 3,
  };
  const flows = Array.from({ length: ROWS_A_FILE - 1 }, (_, i) => {
    const n = number * ROWS_A_FILE + i;
    return {
      ...common,
      rowKind: "flow" as const,
      databaseArn: `arn:aws:rds:eu-west-1:111122223333:db:orders-${n % 50}`,
      databaseSide: "provider",
      consumer: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
      provider: "10.0.9.5",
      port: 3306,
      protocol: "tcp",
      action: "ACCEPT",
      orientedBy: "syn",
      packets: 30,
      bytes: 3000,
      firstSeen: MIDNIGHT,
      lastSeen: MIDNIGHT + 100,
    };
  });
  return [{ ...common, rowKind: "object", noData: 0, skipData: 0, malformed: 0, complete: 1 }, ...flows];
}

const store = memoryStore();
const folder = dayFolder("111122223333", "eu-west-1", "2026-08-15");
for (let number = 0; number * ROWS_A_FILE < rows; number += 1) {
  const digest = number.toString(16).padStart(32, "0");
  await store.put(objectPath(folder, digest), rowsParquet(fileOf(digest, number)));
}
const before = process.memoryUsage.rss();
const start = performance.now();
const { tooLarge } = await compactHistory(store, { now: Date.now(), graceMs: 0, maxRows });
console.log(
  JSON.stringify({
    bench: "compaction",
    rows,
    maxRows,
    ms: Math.round(performance.now() - start),
    beforeMB: Math.round(before / MB),
    mostResidentMB: Math.round(process.resourceUsage().maxRSS / 1024),
    tooLarge: tooLarge.length > 0,
  }),
);
