import { type AddressSet, EMPTY_SET, equals, isEmpty, subtract, union } from "./address-set.ts";

/** Ports of one protocol, as EC2 names it (`tcp`, `udp`, `icmp`, `icmpv6`, a number, `-1` for all), both ends included. */
export interface PortSpan {
  readonly protocol: string;
  /** For protocols without ports 0 to 65535; for ICMP the type. */
  readonly from: number;
  readonly to: number;
}

/** Addresses to which connections may be opened on some ports. */
export interface Destination extends PortSpan {
  readonly addresses: AddressSet;
}

/** Stands for every protocol that nothing names: only what is open for all protocols is open for it. */
const UNNAMED = "other";
const LAST_PORT = 65_535;

/** The spans within which all of the given lists say the same of every port, in order. */
export function spansOf(...lists: readonly (readonly PortSpan[])[]): readonly PortSpan[] {
  const all = lists.flat();
  const protocols = [...new Set(all.map((d) => d.protocol))].filter((p) => p !== "-1").sort();
  const named = protocols.flatMap((protocol) => {
    const borders = all.flatMap((d) => (d.protocol === protocol ? [d.from, d.to + 1] : []));
    const starts = [...new Set([0, ...borders])].filter((port) => port <= LAST_PORT).sort((a, b) => a - b);
    return starts.map((from, i) => ({ protocol, from, to: (starts[i + 1] ?? LAST_PORT + 1) - 1 }));
  });
  return [...named, { protocol: UNNAMED, from: 0, to: LAST_PORT }];
}

/** The addresses that are open on every port of a span, which must be one of {@link spansOf}. */
export function addressesOn(list: readonly Destination[], span: PortSpan): AddressSet {
  const covering = list.filter(
    (d) => d.protocol === "-1" || (d.protocol === span.protocol && d.from <= span.from && span.to <= d.to),
  );
  return union(...covering.map((d) => d.addresses));
}

/**
 * The same destinations, written in the one way that depends on nothing else: what is open for all protocols first, then
 * for each protocol the spans of ports that differ.
 */
export function canonicalDestinations(list: readonly Destination[]): readonly Destination[] {
  const everywhere = addressesOn(list, { protocol: UNNAMED, from: 0, to: LAST_PORT });
  const out: Destination[] = isEmpty(everywhere)
    ? []
    : [{ protocol: "-1", from: 0, to: LAST_PORT, addresses: everywhere }];
  for (const span of spansOf(list)) {
    if (span.protocol === UNNAMED) continue;
    const addresses = subtract(addressesOn(list, span), everywhere);
    if (isEmpty(addresses)) continue;
    const last = out.at(-1);
    if (last?.protocol === span.protocol && last.to + 1 === span.from && equals(last.addresses, addresses))
      out[out.length - 1] = { ...last, to: span.to };
    else out.push({ ...span, addresses });
  }
  return out;
}

/** Addresses of the first list that the second does not open on all the ports on which the first does. */
export function destinationsLost(from: readonly Destination[], to: readonly Destination[]): AddressSet {
  const lost = spansOf(from, to).map((span) => subtract(addressesOn(from, span), addressesOn(to, span)));
  return lost.length === 0 ? EMPTY_SET : union(...lost);
}

/** Whether everything that the first list opens is open in the second. */
export const opensNoMore = (inner: readonly Destination[], outer: readonly Destination[]): boolean =>
  isEmpty(destinationsLost(inner, outer));

/** What both lists open. */
export const openInBoth = (a: readonly Destination[], b: readonly Destination[]): readonly Destination[] =>
  canonicalDestinations(a.flatMap((left) => b.flatMap((right) => common(left, right))));

function common(a: Destination, b: Destination): readonly Destination[] {
  const protocol = a.protocol === "-1" ? b.protocol : a.protocol;
  const same = a.protocol === b.protocol || a.protocol === "-1" || b.protocol === "-1";
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  const addresses = subtract(a.addresses, subtract(a.addresses, b.addresses));
  return same && from <= to && !isEmpty(addresses) ? [{ protocol, from, to, addresses }] : [];
}

/** Protocols that are written out where something is taken away from what is open for all. */
const WRITTEN_OUT = ["tcp", "udp", "icmp", "icmpv6"];

/**
 * What the first list opens and the second does not name. Where that can only be said protocol by protocol, protocols
 * other than TCP, UDP and ICMP are given up: less is opened, never more.
 */
export function without(from: readonly Destination[], taken: readonly Destination[]): readonly Destination[] {
  const written = from.flatMap((d) => {
    const touched = d.protocol === "-1" ? touchedBy(d.addresses, taken) : EMPTY_SET;
    if (isEmpty(touched)) return [d];
    const rest = subtract(d.addresses, touched);
    return [
      ...(isEmpty(rest) ? [] : [{ ...d, addresses: rest }]),
      ...WRITTEN_OUT.map((protocol) => ({ ...d, protocol, addresses: touched })),
    ];
  });
  const spans = spansOf(written, taken).filter((span) => span.protocol !== UNNAMED);
  const whole = written.filter((d) => d.protocol === "-1");
  const everywhere = whole.length === 0 ? EMPTY_SET : union(...whole.map((d) => d.addresses));
  const parts = spans.flatMap((span) => {
    const open = subtract(addressesOn(written, span), everywhere);
    const addresses = subtract(open, addressesOn(taken, span));
    return isEmpty(addresses) ? [] : [{ ...span, addresses }];
  });
  return canonicalDestinations([...whole, ...parts]);
}

/** Addresses of which the second list names anything. */
const touchedBy = (addresses: AddressSet, taken: readonly Destination[]): AddressSet =>
  subtract(addresses, subtract(addresses, union(...taken.map((d) => d.addresses))));
