import { FlowLogFault, type FlowLogPart } from "../../ports/flow-log-objects.ts";
import { INFLATE_LIMITS, type InflateLimits } from "./gunzip-pump.ts";
import { inflate } from "./gunzip-stream.ts";
import { giveBack } from "./lent-memory.ts";

/** Most bytes of a Parquet object, which must be in memory whole: its directory is at its end. AWS cuts at 75 MB. */
const MAX_PARQUET = 512 * 1024 ** 2;
const MAGIC = Buffer.from("PAR1");

/** A stream of Firehose may compress again what CloudWatch Logs has compressed, and a download may once more. */
const MAX_LAYERS = 3;
/** A gzip header in base64: how a subscription's payload looks where it was copied out of its event. */
const GZIP_IN_BASE64 = Buffer.from("H4sI");
const OPEN_BRACE = 123;

/**
 * What an object holds: the bytes of its text, inflated where it is gzip, the rows of a Parquet file, or the lines in
 * log events of CloudWatch Logs and Firehose. Told apart by the first bytes, not by the name.
 *
 * @throws FlowLogFault at the end of what could be read, when the data is cut short, corrupt or over the limits
 */
export function flowLogParts(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits = INFLATE_LIMITS,
): AsyncGenerator<FlowLogPart> {
  return unpacked(source, name, limits, MAX_LAYERS);
}

async function* unpacked(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limits: InflateLimits,
  layers: number,
): AsyncGenerator<FlowLogPart> {
  if (layers === 0) throw tooManyLayers(name);
  const chunks = inflate(source, name, limits);
  try {
    const head = await readHead(chunks);
    const all = (): AsyncIterable<Uint8Array> => prepend(head, chunks);
    const start = head.subarray(0, MAGIC.length);
    if (MAGIC.equals(start)) yield* rowsOf(await readWhole(head, chunks, name), name);
    else if (head[0] === 0x1f && head[1] === 0x8b) yield* unpacked(all(), name, limits, layers - 1);
    else if (GZIP_IN_BASE64.equals(start)) {
      const text = Buffer.from(await readWhole(head, chunks, name)).toString("latin1");
      yield* unpacked(once(Buffer.from(text, "base64")), name, limits, layers - 1);
    } else if (head[0] === OPEN_BRACE) {
      yield* linesOf(all(), name, (bytes) => unpacked(once(bytes), name, limits, layers - 1));
    } else yield* lent(all());
  } finally {
    await chunks.return(undefined);
  }
}

/** The text, piece by piece, its memory used again for what follows. */
async function* lent(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    giveBack(chunk);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* rest;
}

async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  unpack: (bytes: Uint8Array) => AsyncIterable<FlowLogPart>,
): AsyncGenerator<FlowLogPart> {
  // Loaded when it is needed, as Parquet is.
  const { logEventParts } = await import("./log-event-parts.ts");
  try {
    yield* logEventParts(chunks, unpack);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FlowLogFault(
      name,
      `"${name}" has damaged log events (${error.message})`,
      "Copy the object again from its bucket; its log events before that point are counted",
    );
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

const tooManyLayers = (name: string): FlowLogFault =>
  new FlowLogFault(
    name,
    `"${name}" is compressed more than ${MAX_LAYERS - 1} times over`,
    "Check who wrote the object; if it is genuine, inflate it once",
  );

const tooLarge = (name: string): FlowLogFault =>
  new FlowLogFault(
    name,
    `"${name}" has more than ${MAX_PARQUET} bytes, the most that is read of a file that must be in memory whole`,
    "If the object is genuine, split it",
  );
