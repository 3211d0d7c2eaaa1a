import type { Quotas } from "../inventory/model.ts";
import {
  type AddressSet,
  addressSetOfCidrs,
  countAddresses,
  subtract,
  toCidrs,
  union,
} from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { coverWithSlack } from "../net/cover-with-slack.ts";

/** How far the owner lets rules go beyond policy where they do not fit otherwise. */
export interface SlackLimit {
  /** Addresses that a database's rules may admit besides those that policy grants. 0: none, ever. */
  readonly maxAddresses: bigint;
}

/** The addresses that rules will admit, and what of them policy does not grant. */
export interface Fit {
  readonly allowed: AddressSet;
  readonly slack: readonly { readonly cidr: Cidr; readonly addresses: bigint }[];
  /** Set when the rules do not fit even so. */
  readonly overflow?: Overflow;
}

/** The arithmetic of a family that does not fit. */
export interface Overflow {
  readonly family: 4 | 6;
  readonly rules: number;
  /** Rules that all groups of an interface hold together. */
  readonly room: number;
  /** Addresses of the family that policy grants. */
  readonly granted: bigint;
  /**
   * The cover with `room` rules that admits the fewest other addresses; where each of those would admit a forbidden
   * one, the cover with the fewest rules that does not. `extra` is what it admits besides what policy grants.
   */
  readonly cover: { readonly rules: number; readonly extra: bigint };
}

/**
 * Fits the allowed addresses into the rules that the account's quotas leave. The exact cover, where it fits. Else, only
 * as far as the owner lets it, the cover that admits the fewest other addresses, and never one that is forbidden: known
 * to be somebody else's, or named by a deny.
 */
export function fitRules(allowed: AddressSet, quotas: Quotas, limit: SlackLimit, forbidden: AddressSet): Fit {
  const room = quotas.rulesPerSecurityGroup * quotas.securityGroupsPerInterface;
  const exact = toCidrs(allowed);
  const families = ([4, 6] as const).map((family) => ({
    family,
    cidrs: exact.filter((c) => c.includes(":") === (family === 6)),
  }));
  const slack: { cidr: Cidr; addresses: bigint }[] = [];
  const parts: AddressSet[] = [];
  for (const { family, cidrs } of families) {
    if (cidrs.length <= room) {
      parts.push(addressSetOfCidrs(cidrs));
      continue;
    }
    const cover = coverWithSlack(allowed, family, room, subtract(forbidden, allowed));
    if (cover.kind === "infeasible" || cover.extra > limit.maxAddresses) {
      const granted = countAddresses(addressSetOfCidrs(cidrs));
      const least = {
        rules: cover.kind === "infeasible" ? cover.leastCidrs : cover.cidrs.length,
        extra: cover.extra,
      };
      return { allowed, slack: [], overflow: { family, rules: cidrs.length, room, granted, cover: least } };
    }
    parts.push(addressSetOfCidrs(cover.cidrs));
    slack.push(...cover.slack);
  }
  return { allowed: union(...parts), slack };
}
