import { type BitSet, bitSetOf, hasBit } from "../../label/bit-set.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import { addressSetOfCidrs, EMPTY_SET, isEmpty } from "../../net/address-set.ts";
import { type Cidr, canonicalCidr } from "../../net/cidr.ts";
import type { Destination, PortSpan } from "../../net/destinations.ts";
import type { ConsumerSet, Consumers } from "../consumer-set.ts";
import type { DatabaseMatch } from "../database-match.ts";
import type { AllowRule } from "../model.ts";
import type { Because } from "../resolution.ts";
import type { RuleSide } from "../rule-side.ts";
import type { PortRange, Ports } from "../service-ports.ts";
import { boundPorts, ownPorts } from "../virtual-service-ports.ts";
import { type AddressForm, addressesOf, addressesOfOne } from "../workload-addresses.ts";

/** EC2's names of protocols; any other is its number. */
const NAMES: Readonly<Record<number, string>> = { [-1]: "-1", 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };
const LAST_PORT = 65_535;
const TCP = 6;
const UDP = 17;

/** What one rule grants on some ports, with the object through which the addresses came. */
export interface OutboundGrant extends Destination {
  readonly because: Because;
  /** Set where the addresses are those of workloads that `because` does not name. */
  readonly among?: { readonly workloads: BitSet; readonly form: AddressForm };
}

/**
 * Ports as rules of EC2 can say them. Of all protocols on some ports only, TCP and UDP have ports. A group rule tells
 * no types of ICMP apart here: a service with ICMP means all of it.
 */
export function spansOfRange({ protocol, from, to }: PortRange): readonly PortSpan[] {
  const whole = from === 0 && to === LAST_PORT;
  if (protocol === -1 && !whole) return [TCP, UDP].flatMap((p) => spansOfRange({ protocol: p, from, to }));
  const name = NAMES[protocol] ?? String(protocol);
  if (protocol === TCP || protocol === UDP) return [{ protocol: name, from, to }];
  return [{ protocol: name, from: 0, to: LAST_PORT }];
}

/** What a rule lets its consumers open in one scope: the addresses of its providers, on the ports at which they serve. */
export function providerDestinations(
  lookups: Consumers,
  databases: readonly DatabaseMatch[],
  rule: AllowRule,
  side: RuleSide,
  ports: Ports,
  scope: LabelTerms,
): { readonly set: ConsumerSet; readonly grants: readonly OutboundGrant[] } {
  const form = rule.useWorkloadSubnets.includes("providers") ? "subnets" : "hosts";
  const set = lookups.find({ side, scope, resolveAs: rule.resolveProvidersAs, form });
  const grants = [
    ...ports.ranges.flatMap((range) => servedBy(lookups, databases, set, range, rule.href)),
    ...set.virtualServices.flatMap((at) => serviceGrants(lookups, at, rule.href)),
  ];
  return { set, grants: grants.map(inItsFamily).filter((grant) => !isEmpty(grant.addresses)) };
}

/** EC2 knows ICMP for IPv4 and another one for IPv6. */
function inItsFamily(grant: OutboundGrant): OutboundGrant {
  const { v4, v6 } = grant.addresses;
  if (grant.protocol === "icmp") return { ...grant, addresses: { v4, v6: EMPTY_SET.v6 } };
  return grant.protocol === "icmpv6" ? { ...grant, addresses: { v4: EMPTY_SET.v4, v6 } } : grant;
}

/** Workloads and IP lists, which serve on the ports that the rule names. */
function servedBy(
  { index, ipList }: Consumers,
  databases: readonly DatabaseMatch[],
  set: ConsumerSet,
  range: PortRange,
  rule: string,
): readonly OutboundGrant[] {
  if (range.listener === true) return listeners({ index }, databases, set, rule);
  const spans = spansOfRange(range);
  const workloads = {
    addresses: addressesOf(index.addresses, set.workloads, set.form),
    because: { rule },
    among: { workloads: set.workloads, form: set.form },
  };
  const lists = set.ipLists.map((href) => ({
    addresses: ipList(href, "narrow").addresses,
    because: { rule, ipList: href },
  }));
  return [workloads, ...lists].flatMap((part) => spans.map((span) => ({ ...span, ...part })));
}

/** A rule on "the port that the database listens on": of its providers the databases, each on its own port. */
function listeners(
  { index }: Pick<Consumers, "index">,
  databases: readonly DatabaseMatch[],
  set: ConsumerSet,
  rule: string,
): readonly OutboundGrant[] {
  return databases.flatMap(({ database: { port }, workloads }) => {
    const among = workloads.filter((at) => hasBit(set.workloads, at));
    if (port === undefined || among.length === 0) return [];
    const addresses = addressesOf(index.addresses, bitSetOf(index.workloads.length, among), set.form);
    const of = { workloads: bitSetOf(index.workloads.length, among), form: set.form };
    return [{ protocol: "tcp", from: port, to: port, addresses, because: { rule }, among: of }];
  });
}

/** A virtual service is reached where its workloads serve it, or at its overrides, and at its own addresses. */
function serviceGrants({ index }: Consumers, at: number, rule: string): readonly OutboundGrant[] {
  const service = index.virtualServices[at];
  if (service === undefined) return [];
  const because = { rule, virtualService: service.href };
  const own = ownPorts(index, service).ranges.flatMap(spansOfRange);
  const overrides = service.ipOverrides.filter((o): o is Cidr => typeof o === "string");
  const bound = (index.boundTo[at] ?? []).flatMap((each) => {
    const workload = index.workloads[each.workload]?.href ?? "";
    const addresses = addressesOfOne(index.addresses, each.workload, "hosts");
    const spans = boundPorts(index, each).ranges.flatMap(spansOfRange);
    return spans.map((span) => ({ ...span, addresses, because: { ...because, workload } }));
  });
  const reached = service.ipOverrides.length === 0 ? bound : grantsOf(own, overrides, because);
  const fronts = service.serviceAddresses.flatMap(({ ip, port }) => {
    const cidr = ip === undefined ? undefined : canonicalCidr(ip);
    if (cidr?.ok !== true) return [];
    const spans = port === undefined ? own : own.map((span) => ({ ...span, from: port, to: port }));
    return grantsOf(spans, [cidr.value], because);
  });
  return [...reached, ...fronts];
}

const grantsOf = (
  spans: readonly PortSpan[],
  cidrs: readonly Cidr[],
  because: OutboundGrant["because"],
): readonly OutboundGrant[] =>
  spans.map((span) => ({ ...span, addresses: addressSetOfCidrs(cidrs), because }));
