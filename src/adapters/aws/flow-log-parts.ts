import { FlowLogFault, type FlowLogPart } from "../../ports/flow-log-objects.ts";
import { INFLATE_LIMITS, type InflateLimits, inflate } from "./gunzip-stream.ts";

/** Most bytes of a Parquet object, which must be in memory whole: its directory is at its end. AWS cuts at 75 MB. */
const MAX_PARQUET = 512 * 1024 ** 2;
const MAGIC = Buffer.from("PAR1");

/**
 * What an object holds: the bytes of its text, inflated when it is gzip, or the rows of a Parquet file. Told apart by
 * the first bytes, not by the name.
 *
 * @throws FlowLogFault at the end of what could be read, when the data is cut short, corrupt or over the limits
 */
export async function* flowLogParts(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits = INFLATE_LIMITS,
): AsyncGenerator<FlowLogPart> {
  const chunks = inflate(source, name, limits);
  try {
    const head = await readHead(chunks);
    if (MAGIC.equals(head.subarray(0, MAGIC.length)))
      yield* rowsOf(await readWhole(head, chunks, name), name);
    else {
      if (head.length > 0) yield head;
      yield* chunks;
    }
  } finally {
    await chunks.return(undefined);
  }
}

/** The first bytes, enough of them to tell what they are if there are so many. */
async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function readWhole(
  head: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<Uint8Array> {
  const kept = [head];
  let length = head.length;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MAX_PARQUET) throw tooLarge(name);
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

async function* rowsOf(bytes: Uint8Array, name: string): AsyncGenerator<FlowLogPart> {
  // Loaded when it is needed: most logs are text, and the start of the process is what counts for small ones.
  const { parquetRows } = await import("./parquet-flow-log.ts");
  try {
    yield* parquetRows(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown error";
    throw new FlowLogFault(
      name,
      `"${name}" is a damaged Parquet file (${reason})`,
      "Copy the object again from its bucket; its row groups before that point are counted",
    );
  }
}

const tooLarge = (name: string): FlowLogFault =>
  new FlowLogFault(
    name,
    `"${name}" is a Parquet file of more than ${MAX_PARQUET} bytes, the most that is read`,
    "If the object is genuine, split it",
  );
