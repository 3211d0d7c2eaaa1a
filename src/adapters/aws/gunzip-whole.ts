import { GunzipPump, type InflateLimits } from "./gunzip-pump.ts";
import { lendMemory } from "./lent-memory.ts";

/** Most bytes of an object that is inflated at once, and most of what it may say that it inflates to. */
export const MOST_PACKED = 4 * 1024 ** 2;
const MOST_TEXT = 16 * 1024 ** 2;
/** zlib copies faster where it may write a little past the end, and asks for more memory when none is left. */
const SPARE = 1024;
/** The shortest gzip file there is. */
const LEAST_PACKED = 18;

/**
 * Inflates a gzip file in one go of zlib's thread, into one piece of memory as large as its last four bytes say: one
 * trip to that thread instead of many, in which this one may go on with another object.
 *
 * @returns `undefined` where that is not all there is to it: large, cut, corrupt, of several members, or something
 * follows. What such a file gives, its stream tells.
 */
export async function gunzipWhole(
  packed: Uint8Array,
  name: string,
  limits: InflateLimits,
): Promise<Uint8Array | undefined> {
  const length = statedLength(packed);
  if (length === undefined || length > Math.min(MOST_TEXT, limits.maxBytes, limits.ratioFrom))
    return undefined;
  const pump = new GunzipPump(name, { ...limits, maxBytes: length }, length + SPARE);
  try {
    const problem = (await pump.feed(packed)) ?? (await pump.finish());
    const [text = new Uint8Array(0), ...more] = pump.take();
    if (problem !== undefined || more.length > 0 || text.length !== length || pump.consumed !== packed.length)
      return undefined;
    if (text.buffer.byteLength === length + SPARE) lendMemory(text, length);
    return text;
  } finally {
    pump.close();
  }
}

/** What the end of a gzip file says it inflates to, to 32 bits. */
function statedLength(packed: Uint8Array): number | undefined {
  if (packed.length < LEAST_PACKED) return undefined;
  return new DataView(packed.buffer, packed.byteOffset, packed.length).getUint32(packed.length - 4, true);
}
