import type { RuleSource } from "../inventory/model.ts";
import { addressSetOfRanges, toCidrs } from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";

/** A peer that is a CIDR. */
export type CidrSource = Extract<RuleSource, { kind: "cidr" }>;

/** Gives the fewest CIDRs that make up a range of addresses, as peers of rules. */
export type CidrSources = (range: AddressRange) => readonly CidrSource[];

/** Remembers the CIDRs of each range: databases of one estate admit mostly the same ones. */
export function cidrSources(): CidrSources {
  const known = { 4: new Map<number | bigint, Known>(), 6: new Map<number | bigint, Known>() };
  return (range) => {
    const before = known[range.family].get(range.lo);
    if (before?.hi === range.hi) return before.sources;
    const sources = toCidrs(addressSetOfRanges([range])).map((cidr): CidrSource => ({ kind: "cidr", cidr }));
    known[range.family].set(range.lo, { hi: range.hi, sources });
    return sources;
  };
}

interface Known {
  readonly hi: number | bigint;
  readonly sources: readonly CidrSource[];
}
