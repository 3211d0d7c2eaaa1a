import type { LabelQuery } from "../policy/source/consumer-source.ts";

/** Equal for equal labels and for no others, whatever characters they hold. */
export const queryKey = (query: LabelQuery): string =>
  JSON.stringify(Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1)));
