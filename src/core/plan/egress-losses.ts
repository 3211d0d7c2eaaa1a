import { type Address, parseAddress } from "../net/address.ts";
import { addressSetOfCidrs, contains } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Destination } from "../net/destinations.ts";
import type { OutboundReach } from "../rule/outbound-rules.ts";
import type { ConsumerLabels } from "./losses.ts";
import type { ObservedDestination } from "./observed-destinations.ts";
import type { LostDestination } from "./plan.ts";

/**
 * What security groups do not filter: the resolver, time and metadata of the VPC answer whatever they say.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
 */
const UNFILTERED = addressSetOfCidrs(["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"] as Cidr[]);

/** Destinations that were seen, that are open now (as far as can be known), and that would be closed. */
export function lostDestinations(
  observed: readonly ObservedDestination[],
  now: OutboundReach,
  after: readonly Destination[],
  labelsOf: ConsumerLabels,
): readonly LostDestination[] {
  const lost = observed.filter((seen) => {
    const address = parseAddress(seen.destination);
    if (!address.ok || contains(UNFILTERED, address.value) || isOpen(after, seen, address.value))
      return false;
    return now.unknown.length > 0 || isOpen(now.open, seen, address.value);
  });
  return lost
    .map(({ database: _, ...seen }) => ({ ...seen, labels: labelsOf(seen.destination) }))
    .sort((a, b) => compare(textOf(a), textOf(b)));
}

/** `10.0.0.7 tcp 5432`, as far as it is known. */
export const textOf = ({ destination, protocol, port }: Omit<LostDestination, "labels">): string =>
  [destination, protocol, port].filter((part) => part !== undefined).join(" ");

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** A log format may leave protocol and port out: then any that is open will do. */
function isOpen(open: readonly Destination[], seen: ObservedDestination, address: Address): boolean {
  return open.some((d) => {
    const { protocol = d.protocol, port } = seen;
    const isPort = port === undefined || !hasPorts(d.protocol) || (d.from <= port && port <= d.to);
    return (d.protocol === "-1" || d.protocol === protocol) && isPort && contains(d.addresses, address);
  });
}

const hasPorts = (protocol: string): boolean => protocol === "tcp" || protocol === "udp";
