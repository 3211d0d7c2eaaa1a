import { z } from "zod";
import type { Tags } from "../../../core/inventory/model.ts";
import { list, optional } from "./shape.ts";

/** `Tags` of EC2 and `TagList` of RDS: `[{ Key, Value }]`. */
export const TagItems = list(z.object({ Key: z.string(), Value: optional(z.string()) }));

/** A tag list as a record, in the order of keys. */
export function toTags(items: z.infer<typeof TagItems>): Tags {
  const entries = items.map(({ Key, Value }) => [Key, Value ?? ""] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

/** Two readings of one object's tags as one. The second wins where they differ. */
export function mergeTags(a: Tags, b: Tags): Tags {
  return Object.fromEntries(
    Object.entries({ ...a, ...b }).toSorted(([x], [y]) => (x < y ? -1 : Number(x > y))),
  );
}
