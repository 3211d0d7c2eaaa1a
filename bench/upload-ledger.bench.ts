/**
 * What the ledger of uploads comes to in an hour of many conversations: the size of its text, how often and how much of
 * it is read and written until all flows are told, and the time that takes without the PCE and without S3. One line of
 * JSON for each size.
 *
 *     node bench/upload-ledger.bench.ts [flows …]
 */
import { uploadLedger } from "../src/adapters/pce/upload-ledger.ts";
import { uploadTraffic } from "../src/app/upload-traffic.ts";
import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import type { UploadFlow } from "../src/core/upload/upload-flow.ts";
import type { VersionedTexts } from "../src/ports/versioned-text.ts";

const sizes = process.argv.slice(2).map(Number);
const SIZES = sizes.length > 0 ? sizes : [1_000, 10_000, 50_000, 100_000];
const CONSUMERS_OF_A_DATABASE = 40;
const WINDOW = "2026-01-05T09";

const flow = (n: number): UploadFlow => ({
  consumer: formatIpv4(0x0a14_0000 + ((n * 7) % 65_521)),
  provider: formatIpv4(0x0a60_0000 + Math.floor(n / CONSUMERS_OF_A_DATABASE)),
  port: 5432,
  protocol: 6,
});

/** Texts in memory that count what passes. */
function countedTexts() {
  const counts = { reads: 0, writes: 0, readBytes: 0, writtenBytes: 0, textBytes: 0 };
  let known: { readonly text: string; readonly version: string } | undefined;
  const texts: VersionedTexts = {
    name: "memory",
    list: async () => [],
    remove: async () => undefined,
    of: () => ({
      name: "memory",
      read: async () => {
        counts.reads += 1;
        counts.readBytes += known?.text.length ?? 0;
        return known;
      },
      write: async (text) => {
        counts.writes += 1;
        counts.writtenBytes += text.length;
        counts.textBytes = text.length;
        known = { text, version: String(counts.writes) };
        return true;
      },
    }),
  };
  return { texts, counts };
}

for (const size of SIZES) {
  const { texts, counts } = countedTexts();
  const flows = Array.from({ length: size }, (_, n) => flow(n));
  let ids = 0;
  let calls = 0;
  const now = Date.UTC(2026, 0, 5, 10);
  const ports = {
    to: {
      upload: async (some: readonly UploadFlow[]) => {
        calls += 1;
        return { sent: some.length, received: some.length, failed: 0, unsure: 0, failures: [] };
      },
    },
    ledger: uploadLedger(texts),
    clock: { now: () => now, sleep: async () => undefined },
    newId: () => String(++ids),
  };
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const told = await uploadTraffic(ports, { keepDays: 90 }, [{ window: WINDOW, flows }]);
  const { user, system } = process.cpuUsage(cpu);
  if (told.problem !== undefined || told.figures.received !== size) throw new Error("Not all was told");
  // Another delivery of the same object finds everything there.
  const before = performance.now();
  await uploadTraffic(ports, { keepDays: 90 }, [{ window: WINDOW, flows }]);
  console.log(
    JSON.stringify({
      bench: "upload-ledger",
      flows: size,
      calls,
      ...counts,
      bytesOfAFlow: +(counts.textBytes / size).toFixed(1),
      ms: Math.round(before - start),
      cpuMs: Math.round((user + system) / 1000),
      againMs: Math.round(performance.now() - before),
    }),
  );
}
