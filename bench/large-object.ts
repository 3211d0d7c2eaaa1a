import { createReadStream, createWriteStream, existsSync, mkdirSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { generateFlowLogs } from "./generate-flow-logs.ts";

const FOLDER = "bench/results/flow-logs";
/** Where AWS cuts its files. */
const LEAST_BYTES = 75_000_000;
const LINES_OF_A_PART = 1_000_000;

/** One flow log of at least 75 MB, gzip; made on the first call. */
export async function largeObject(): Promise<{ readonly path: string; readonly lines: number }> {
  mkdirSync(FOLDER, { recursive: true });
  const parts = await generateFlowLogs(FOLDER, "large");
  const path = `${FOLDER}/object-75mb.log.gz`;
  const count = Math.ceil(LEAST_BYTES / statSync(parts[0] ?? "").size);
  if (!existsSync(path))
    await join(
      path,
      Array.from({ length: count }, (_, n) => parts[n % parts.length] ?? ""),
    );
  return { path, lines: count * LINES_OF_A_PART };
}

async function join(path: string, parts: readonly string[]): Promise<void> {
  const out = createGzip();
  const written = pipeline(out, createWriteStream(path));
  for (const [i, part] of parts.entries()) {
    let skip = i > 0;
    for await (const chunk of createReadStream(part).pipe(createGunzip()) as AsyncIterable<Buffer>) {
      // The names of the fields stand in the first line only.
      const text = skip ? chunk.subarray(chunk.indexOf("\n") + 1) : chunk;
      skip = false;
      if (!out.write(text)) await new Promise((resolve) => out.once("drain", resolve));
    }
  }
  out.end();
  await written;
}
