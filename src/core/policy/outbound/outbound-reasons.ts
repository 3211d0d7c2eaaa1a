import { hasBit } from "../../label/bit-set.ts";
import { addressSetOfRanges, intersect, isEmpty } from "../../net/address-set.ts";
import type { AddressRange } from "../../net/cidr.ts";
import type { PortSpan } from "../../net/destinations.ts";
import { ownersWithin } from "../hosts-within.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { Because } from "../resolution.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";
import type { OutboundGrant } from "./provider-destinations.ts";

/** So many providers of one rule are named; the rest is counted. */
const NAMED = 16;

/** Looks for the reasons of a way out only where somebody asks. */
export function outboundReasons(
  index: PolicyIndex,
  grants: readonly OutboundGrant[],
): OutboundPolicy["reasonsFor"] {
  return (range, span) => {
    const found = grants
      .filter((grant) => overlaps(grant, span))
      .flatMap((grant) => named(index, grant, range));
    return [...new Map(found.map((because) => [JSON.stringify(because), because])).values()];
  };
}

const overlaps = (a: PortSpan, b: PortSpan): boolean =>
  (a.protocol === "-1" || b.protocol === "-1" || a.protocol === b.protocol) &&
  a.from <= b.to &&
  b.from <= a.to;

function named(
  index: PolicyIndex,
  { because, among, addresses }: OutboundGrant,
  range: AddressRange,
): Because[] {
  const here = intersect(addressSetOfRanges([range]), addresses);
  if (isEmpty(here)) return [];
  if (among === undefined) return [because];
  const owners = ownersWithin(index.addresses, here, among.form).filter((at) => hasBit(among.workloads, at));
  const left = owners.length - NAMED;
  return owners.slice(0, NAMED).map((at, i) => ({
    ...because,
    workload: index.workloads[at]?.href ?? "",
    ...(left > 0 && i === NAMED - 1 ? { and: left } : {}),
  }));
}
