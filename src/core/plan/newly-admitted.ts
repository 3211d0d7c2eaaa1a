import { type AddressSet, countAddresses, subtract, toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Reach } from "../rule/reach.ts";

/** Addresses that reach no listener of the database now and would once the plan is carried out. */
export interface NewlyAdmitted {
  readonly addresses: bigint;
  /** The exact cover of them in canonical order, at most {@link MOST_CIDRS}. */
  readonly cidrs: readonly Cidr[];
  /** Blocks of the cover that are left out of `cidrs`. */
  readonly more: number;
}

/** A plan is read by people; who wants every block of a wide policy has the rules themselves. */
export const MOST_CIDRS = 100;

/**
 * What a plan opens, counted against the compiled rules: merging, spill, slack, leases and foreign groups included.
 *
 * @param now what the attached groups admit; what nobody can know of it counts as admitted by nobody
 * @param after what the planned rules and the groups beside them admit
 */
export function newlyAdmitted(now: Reach, after: AddressSet): NewlyAdmitted {
  const opened = subtract(after, now.admitted);
  const cidrs = toCidrs(opened);
  return {
    addresses: countAddresses(opened),
    cidrs: cidrs.slice(0, MOST_CIDRS),
    more: Math.max(0, cidrs.length - MOST_CIDRS),
  };
}
