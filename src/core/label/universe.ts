import type { Href } from "../policy/model.ts";
import { addBit, type BitSet, bitSet } from "./bit-set.ts";
import type { LabelCatalog, LabelId } from "./label-catalog.ts";

/** Objects that carry labels, numbered 0 … size - 1, ready to be selected by label. */
export interface Universe {
  readonly size: number;
  /** The objects that carry the label, ascending. */
  readonly carriers: ReadonlyMap<LabelId, readonly number[]>;
  /** The objects that carry any label of the key. */
  readonly withKey: ReadonlyMap<string, BitSet>;
  /** Objects of which some part could not be read: they may carry labels that we do not see. */
  readonly uncertain: BitSet;
}

/** What a {@link Universe} needs to know of an object. */
export interface Labelled {
  readonly labels: readonly Href[];
  /** Not empty when a part could not be read. */
  readonly unreadable?: readonly unknown[];
}

/** Indexes objects by label. Labels that the catalog does not know are passed over: no readable term names them. */
export function universe(catalog: LabelCatalog, objects: readonly Labelled[]): Universe {
  const carriers = new Map<LabelId, number[]>();
  const uncertain = bitSet(objects.length);
  for (const [at, object] of objects.entries()) {
    if (object.unreadable !== undefined && object.unreadable.length > 0) addBit(uncertain, at);
    for (const href of object.labels) {
      const id = catalog.idOf.get(href);
      if (id !== undefined) carry(carriers, id, at);
    }
  }
  return { size: objects.length, carriers, withKey: byKey(catalog, carriers, objects.length), uncertain };
}

function byKey(
  catalog: LabelCatalog,
  carriers: ReadonlyMap<LabelId, readonly number[]>,
  size: number,
): Map<string, BitSet> {
  const withKey = new Map<string, BitSet>();
  for (const [id, members] of carriers) {
    const key = catalog.labels[id]?.key ?? "";
    const bits = withKey.get(key) ?? bitSet(size);
    withKey.set(key, bits);
    for (const member of members) addBit(bits, member);
  }
  return withKey;
}

function carry(carriers: Map<LabelId, number[]>, id: LabelId, at: number): void {
  const known = carriers.get(id);
  if (known === undefined) carriers.set(id, [at]);
  else if (known.at(-1) !== at) known.push(at);
}
