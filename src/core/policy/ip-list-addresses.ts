import type { Diagnostic } from "../diagnostic.ts";
import type { Reading } from "../label/select.ts";
import { parseAddress } from "../net/address.ts";
import {
  type AddressSet,
  addressSetOfRanges,
  EMPTY_SET,
  everyAddress,
  subtract,
  union,
} from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";
import { nameOf } from "./findings.ts";
import type { IpList, IpRange, UnreadableRange } from "./model.ts";

/** The addresses of an IP list and the ranges that could not be read. */
export interface IpListAddresses {
  readonly addresses: AddressSet;
  readonly problems: readonly Diagnostic[];
}

/** All addresses of both families: the largest thing that an unreadable part might be. */
export const EVERYTHING: AddressSet = union(everyAddress(4), everyAddress(6));

interface Parts {
  readonly included: AddressRange[];
  readonly excluded: AddressRange[];
  readonly problems: Diagnostic[];
  /** An exclusion, or what may be one, could not be read. */
  exclusionLost: boolean;
  /** An inclusion, or what may be one, could not be read. */
  inclusionLost: boolean;
}

/**
 * The ranges without the exclusions. Where a range cannot be read, the narrow reading drops it if it is known to be no
 * exclusion, else the whole list; the wide reading takes it for every address.
 */
export function ipListAddresses(list: IpList, reading: Reading): IpListAddresses {
  const parts: Parts = {
    included: [],
    excluded: [],
    problems: [],
    exclusionLost: false,
    inclusionLost: false,
  };
  for (const range of list.ranges) addRange(list, parts, range);
  return { addresses: addressesOf(parts, reading), problems: parts.problems };
}

function addressesOf(parts: Parts, reading: Reading): AddressSet {
  if (reading === "narrow" && parts.exclusionLost) return EMPTY_SET;
  if (reading === "wide" && parts.inclusionLost) return EVERYTHING;
  return subtract(addressSetOfRanges(parts.included), addressSetOfRanges(parts.excluded));
}

function addRange(list: IpList, parts: Parts, range: IpRange | UnreadableRange): void {
  const read = readRange(list, range);
  if (!("code" in read)) {
    (range.exclusion === true ? parts.excluded : parts.included).push(read);
    return;
  }
  parts.problems.push(read);
  if (range.exclusion !== false) parts.exclusionLost = true;
  if (range.exclusion !== true) parts.inclusionLost = true;
}

function readRange(list: IpList, range: IpRange | UnreadableRange): AddressRange | Diagnostic {
  if ("kind" in range) return range.problem;
  const from = parseAddress(range.from);
  const to = parseAddress(range.to);
  if (from.ok && to.ok) {
    const [lo, hi] = [from.value, to.value];
    if (lo.family === 4 && hi.family === 4 && lo.value <= hi.value) {
      return { family: 4, lo: lo.value, hi: hi.value };
    }
    if (lo.family === 6 && hi.family === 6 && lo.value <= hi.value) {
      return { family: 6, lo: lo.value, hi: hi.value };
    }
  }
  return {
    code: "IP_RANGE_UNREADABLE",
    what: `IP list ${nameOf(list)} has the range "${range.from}" to "${range.to}", which is none`,
    why: "both ends must be addresses of one family, the first not above the last",
    fix: "correct the range in the IP list and provision it",
  };
}
