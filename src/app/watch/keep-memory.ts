import type { VersionedText } from "../../ports/versioned-text.ts";
import { mergeMemory } from "./merge-memory.ts";
import { EMPTY_MEMORY, type SweepMemory } from "./survey.ts";

/** How a memory is written down. */
export interface MemoryFormat {
  readonly write: (memory: SweepMemory) => string;
  /** A text that makes no sense is an empty memory: then Moat is slower, never wrong. */
  readonly read: (text: string) => SweepMemory;
}

/** What some work leaves to remember. */
export interface Remembering<T> {
  readonly value: T;
  readonly memory: SweepMemory;
  /** The databases that the work was about. */
  readonly arns: ReadonlySet<string>;
}

/** Others that write at the same moment are let past so often; what is not written then is forgotten. */
const TRIES = 5;

/**
 * Writes down that databases are being narrowed, over whatever others have written meanwhile.
 *
 * @param atMs milliseconds since 1970
 * @returns false when it is not known which others were, or when others never let it through: nothing is written then
 */
export async function noteNarrowed(
  store: VersionedText,
  format: MemoryFormat,
  arns: readonly string[],
  atMs: number,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await store.read();
    const memory = found === undefined ? EMPTY_MEMORY : format.read(found.text);
    if (memory.narrowed === undefined) return false;
    const narrowed = new Map([...memory.narrowed, ...arns.map((arn) => [arn, atMs] as const)]);
    if (await store.write(format.write({ ...memory, narrowed }), found?.version)) return true;
  }
  return false;
}

/** Does some work with the memory that a store holds, and writes down what it leaves, if that is anything new. */
export async function withMemory<T>(
  store: VersionedText,
  format: MemoryFormat,
  work: (memory: SweepMemory) => Promise<Remembering<T>>,
): Promise<T> {
  let found = await store.read();
  const base = found === undefined ? EMPTY_MEMORY : format.read(found.text);
  const { value, memory, arns } = await work(base);
  let theirs = base;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const text = format.write(mergeMemory(base, memory, theirs, arns));
    if (text === (found?.text ?? format.write(EMPTY_MEMORY))) return value;
    if (await store.write(text, found?.version)) return value;
    found = await store.read();
    theirs = found === undefined ? EMPTY_MEMORY : format.read(found.text);
  }
  return value;
}
