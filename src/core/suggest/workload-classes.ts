import { addAll, addBit, type BitSet, bitSet, fullBitSet, keepAll } from "../label/bit-set.ts";
import type { LabelValues } from "../policy/label-values.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { queryKey } from "./query-key.ts";

/** The workloads that carry exactly the same labels: no label rule can tell them apart. */
export interface WorkloadClass {
  readonly labels: LabelValues;
  /** Positions of the workloads, ascending. */
  readonly members: readonly number[];
}

/** All workloads by their labels, ready to say whom a rule would mean. Sorted by labels, so that order says nothing. */
export interface WorkloadClasses {
  readonly classes: readonly WorkloadClass[];
  /** Position of the class of each workload. */
  readonly classOf: readonly number[];
  /** The classes that carry `key`, by value. */
  readonly carriers: ReadonlyMap<string, ReadonlyMap<string, BitSet>>;
}

/** Sorts workloads by their labels. */
export function workloadClasses(workloads: readonly { readonly labels: LabelValues }[]): WorkloadClasses {
  const byText = new Map<string, { labels: LabelValues; members: number[] }>();
  for (const [at, { labels }] of workloads.entries()) {
    const text = queryKey(labels);
    const known = byText.get(text);
    if (known === undefined) byText.set(text, { labels, members: [at] });
    else known.members.push(at);
  }
  const classes = [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const classOf = new Array<number>(workloads.length).fill(0);
  const carriers = new Map<string, Map<string, BitSet>>();
  for (const [at, { labels, members }] of classes.entries()) {
    for (const member of members) classOf[member] = at;
    for (const [key, values] of Object.entries(labels)) {
      for (const value of values) addBit(carriersOf(carriers, key, value, classes.length), at);
    }
  }
  return { classes, classOf, carriers };
}

function carriersOf(
  carriers: Map<string, Map<string, BitSet>>,
  key: string,
  value: string,
  size: number,
): BitSet {
  const values = carriers.get(key) ?? new Map<string, BitSet>();
  carriers.set(key, values);
  const bits = values.get(value) ?? bitSet(size);
  values.set(value, bits);
  return bits;
}

/** The classes that a rule with these labels means: any value of a key, and all keys. */
export function matching({ classes, carriers }: WorkloadClasses, query: LabelQuery): BitSet {
  const found = fullBitSet(classes.length);
  for (const [key, values] of Object.entries(query)) {
    const any = bitSet(classes.length);
    for (const value of values) {
      const bits = carriers.get(key)?.get(value);
      if (bits !== undefined) addAll(any, bits);
    }
    keepAll(found, any);
  }
  return found;
}
