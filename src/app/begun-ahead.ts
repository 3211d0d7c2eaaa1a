import type { FlowLogObject, FlowLogPart } from "../ports/flow-log-objects.ts";

/** Largest object that is begun ahead: its first part may be all that it holds, and is in memory beside another. */
const MOST_AHEAD = 8 * 1024 ** 2;

interface Begun<Item extends FlowLogObject> {
  readonly object: Item;
  /** Ends a reading that nobody will go on with. */
  close(): Promise<void>;
}

/**
 * The objects in their order. While one is worked on, the next is listed and, where it is not large, begun: it is
 * fetched and inflated outside of this thread meanwhile.
 */
export async function* begunAhead<Item extends FlowLogObject>(
  objects: AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const listed = objects[Symbol.asyncIterator]();
  const begin = async (): Promise<Begun<Item> | undefined> => {
    const next = await listed.next();
    return next.done === true ? undefined : begun(next.value);
  };
  let upcoming = begin();
  try {
    for (let now = await upcoming; now !== undefined; now = await upcoming) {
      upcoming = begin();
      // What is wrong with the next is told when its turn comes.
      upcoming.catch(() => undefined);
      yield now.object;
    }
  } finally {
    const unread = await upcoming.catch(() => undefined);
    await unread?.close();
    await listed.return?.();
  }
}

function begun<Item extends FlowLogObject>(object: Item): Begun<Item> {
  if (object.size === undefined || object.size > MOST_AHEAD) return { object, close: async () => undefined };
  const parts = object.read()[Symbol.asyncIterator]();
  const first = parts.next();
  first.catch(() => undefined);
  const close = async (): Promise<void> => {
    await parts.return?.();
  };
  return { object: { ...object, read: () => goneOnWith(parts, first, close) }, close };
}

async function* goneOnWith(
  parts: AsyncIterator<FlowLogPart>,
  first: Promise<IteratorResult<FlowLogPart>>,
  close: () => Promise<void>,
): AsyncGenerator<FlowLogPart> {
  try {
    for (let part = await first; part.done !== true; part = await parts.next()) yield part.value;
  } finally {
    await close();
  }
}
