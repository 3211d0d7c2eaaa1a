/**
 * How much the history keeps of the flow logs that it was made from: the bytes of its Parquet files as a share of the
 * gzip objects, file by file and compacted. The traffic is that of applications with pools of connections: few
 * conversations, many records. Flow logs of the databases' own interfaces, an object every five minutes, with Moat's ten
 * columns and with packets, bytes and times besides. One line of JSON each; fails when more than 1 % is left of pools of
 * twenty after compaction.
 *
 *     node bench/history-size.bench.ts [hours]
 */
import { gzipSync } from "node:zlib";
import { compactHistory } from "../src/adapters/history/compact-history.ts";
import { historyWriter } from "../src/adapters/history/history-writer.ts";
import { readTraffic } from "../src/app/read-traffic.ts";
import { recordObject } from "../src/app/record-object.ts";
import type { DatabaseAddress } from "../src/core/inventory/database-addresses.ts";
import type { FlowLogObject } from "../src/ports/flow-log-objects.ts";
import { memoryStore } from "../test/simulation/memory-store.ts";
import { keyOfSlot } from "./announced-key.ts";
import { databaseAddress, type PooledTraffic, pooledLines } from "./pooled-traffic.ts";

const FIRST = Date.UTC(2026, 0, 5) / 1000;
const SLOT = 300;
const MOST_PERCENT = 1;
const hours = Number(process.argv[2] ?? 2);

async function* only(object: FlowLogObject): AsyncGenerator<FlowLogObject> {
  yield object;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function measure(name: string, traffic: PooledTraffic) {
  const store = memoryStore();
  const addresses: readonly DatabaseAddress[] = Array.from({ length: traffic.databases }, (_, i) => ({
    address: { family: 4, value: databaseAddress(i) },
    arn: `arn:aws:rds:eu-west-1:111122223333:db:orders-${i}`,
    id: `orders-${i}`,
    port: 5432,
  }));
  const sizes = async (): Promise<number> => (await store.list("")).reduce((sum, { size }) => sum + size, 0);
  let [gzipBytes, records, summaries] = [0, 0, 0];
  for (let slot = 0; slot < hours * 12; slot += 1) {
    const time = FIRST + slot * SLOT;
    const text = pooledLines(traffic, time, slot + 1);
    gzipBytes += gzipSync(text).length;
    const key = keyOfSlot(time, slot.toString(16));
    const object = { name: key, key, read: () => once(text) };
    const read = await readTraffic({ list: () => only(object) });
    records += read.table.input.records;
    const digestOf = async () => slot.toString(16).padStart(64, "0");
    const recorded = await recordObject({ writer: historyWriter(store), digestOf }, object, read, addresses);
    summaries += recorded.summaries;
  }
  const files = await sizes();
  const { compacted } = await compactHistory(store, { now: Date.now() + 1, graceMs: 0 });
  if (compacted !== 1) throw new Error(`${compacted} days were compacted`);
  await compactHistory(store, { now: Date.now() + 1, graceMs: 0 });
  const after = await sizes();
  const percent = (bytes: number): number => +((100 * bytes) / gzipBytes).toFixed(2);
  return {
    bench: "history-size",
    name,
    ...traffic,
    hours,
    records,
    summaries,
    gzipBytes,
    objectFileBytes: files,
    objectFilePercent: percent(files),
    compactedBytes: after,
    compactedPercent: percent(after),
  };
}

const POOLS = [10, 20, 50];
for (const hasVolume of [false, true])
  for (const pool of POOLS) {
    const name = `${hasVolume ? "fourteen" : "ten"} columns, pools of ${pool}`;
    const result = await measure(name, { databases: 20, servers: 8, pool, hasVolume });
    console.log(JSON.stringify(result));
    if (pool >= 20 && result.compactedPercent > MOST_PERCENT)
      throw new Error(`${result.compactedPercent} % is kept, more than ${MOST_PERCENT} %`);
  }
