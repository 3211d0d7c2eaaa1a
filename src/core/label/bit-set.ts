/** A set of small whole numbers, one bit each; its size is fixed when it is made. */
export type BitSet = Uint32Array;

/** The empty set over `0 … size - 1`. */
export function bitSet(size: number): BitSet {
  return new Uint32Array((size + 31) >>> 5);
}

/** The set of all of `0 … size - 1`. */
export function fullBitSet(size: number): BitSet {
  const bits = bitSet(size).fill(0xffff_ffff);
  const rest = size & 31;
  if (rest !== 0) bits[bits.length - 1] = (1 << rest) - 1;
  return bits;
}

/** The set of the given members. */
export function bitSetOf(size: number, members: Iterable<number>): BitSet {
  const bits = bitSet(size);
  for (const member of members) addBit(bits, member);
  return bits;
}

/** Adds one member, in place. */
export function addBit(bits: BitSet, member: number): void {
  const word = member >>> 5;
  bits[word] = (bits[word] as number) | (1 << (member & 31));
}

/** Whether the member is in the set. */
export function hasBit(bits: BitSet, member: number): boolean {
  return ((bits[member >>> 5] as number) & (1 << (member & 31))) !== 0;
}

/** Adds the members of `other` to `bits`, in place. */
export function addAll(bits: BitSet, other: BitSet): void {
  for (let word = 0; word < bits.length; word += 1) {
    bits[word] = (bits[word] as number) | (other[word] as number);
  }
}

/** Keeps only the members that are in `other` too, in place. */
export function keepAll(bits: BitSet, other: BitSet): void {
  for (let word = 0; word < bits.length; word += 1) {
    bits[word] = (bits[word] as number) & (other[word] as number);
  }
}

/** Takes the members of `other` out of `bits`, in place. */
export function removeAll(bits: BitSet, other: BitSet): void {
  for (let word = 0; word < bits.length; word += 1) {
    bits[word] = (bits[word] as number) & ~(other[word] as number);
  }
}

/** The members, ascending. */
export function membersOf(bits: BitSet): number[] {
  const out: number[] = [];
  for (let word = 0; word < bits.length; word += 1) {
    let rest = bits[word] as number;
    while (rest !== 0) {
      const lowest = rest & -rest;
      out.push(word * 32 + (31 - Math.clz32(lowest)));
      rest ^= lowest;
    }
  }
  return out;
}

/** Whether the set has no member. */
export function isNoBit(bits: BitSet): boolean {
  for (const word of bits) if (word !== 0) return false;
  return true;
}
