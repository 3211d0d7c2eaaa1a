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
