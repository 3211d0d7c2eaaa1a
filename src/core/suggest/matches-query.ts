import type { LabelValues } from "../policy/label-values.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";

/** Whether an object with these labels is meant: any value of a key, and all keys. */
export const matchesQuery = (labels: LabelValues, query: LabelQuery): boolean =>
  Object.entries(query).every(
    ([key, values]) => labels[key]?.some((value) => values.includes(value)) === true,
  );
