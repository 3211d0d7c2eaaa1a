import type { Labelled } from "../label/universe.ts";
import type { PolicyIndex } from "./policy-index.ts";

/** Labels as people read them: key to values, both sorted, without duplicates. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/** The labels that any of the objects carries. */
export function labelsOf(index: PolicyIndex, objects: readonly Labelled[]): LabelValues {
  const values = new Map<string, Set<string>>();
  for (const object of objects) {
    for (const href of object.labels) {
      const label = index.catalog.labels[index.catalog.idOf.get(href) ?? -1];
      if (label === undefined) continue;
      const known = values.get(label.key);
      if (known === undefined) values.set(label.key, new Set([label.value]));
      else known.add(label.value);
    }
  }
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, of]) => [key, [...of].sort()]));
}
