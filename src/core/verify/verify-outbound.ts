import type { PrintedRule } from "./admitted-ranges.ts";
import { type PlainRange, plainRange, plainText } from "./plain-range.ts";

/** Somebody whom a database may open a connection to: one address, of one protocol, on one port. */
interface Destination {
  readonly protocol: string;
  readonly port: number;
  readonly address: bigint;
}

/** What rules let a database open: for each rule the addresses behind its peer. */
export type Outbound = readonly {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly ranges: readonly PlainRange[];
}[];

/** A protocol that no rule names, for what only a rule for all protocols lets through. */
const SOME_OTHER = "some other protocol";
const LAST_PORT = 65_535;
/** No packet gets anywhere by broadcast in a VPC, so a rule for it lets nothing out. */
const BROADCAST = 2n ** 32n - 1n;

/** The egress rules among some rules, with the addresses behind each. Peers that nobody knows let nothing through. */
export const outboundOf = (
  rules: readonly PrintedRule[],
  members: ReadonlyMap<string, readonly string[]>,
): Outbound =>
  rules.flatMap((rule) => {
    if (rule.direction !== "egress") return [];
    const named = /^(sg|pl|new)-/.test(rule.source);
    const sources = named ? (members.get(rule.source) ?? []) : [rule.source];
    const ranges = sources.map(plainRange);
    return [{ protocol: rule.protocol, ...portsOf(rule), ranges }];
  });

/** EC2 ignores ports of all protocols but TCP and UDP here; ICMP's types and codes are told apart by its rules alone. */
function portsOf({ protocol, fromPort, toPort }: PrintedRule): {
  readonly from: number;
  readonly to: number;
} {
  if (protocol === "tcp" || protocol === "udp") return { from: fromPort ?? 0, to: toPort ?? LAST_PORT };
  if (protocol.startsWith("icmp") && fromPort !== undefined && fromPort >= 0)
    return { from: fromPort, to: fromPort };
  return { from: 0, to: LAST_PORT };
}

/** A destination that was open before and is wanted, and is closed now; for people. */
export function closedWay(before: Outbound, wanted: Outbound, now: Outbound): string | undefined {
  return first([before, wanted, now], (at) => open(before, at) && open(wanted, at) && !open(now, at));
}

/** A destination that is open now, and neither was before nor is wanted; for people. */
export function openedWay(before: Outbound, wanted: Outbound, now: Outbound): string | undefined {
  return first([before, wanted, now], (at) => open(now, at) && !open(before, at) && !open(wanted, at));
}

/** A destination that one opens and the other does not; for people. */
export const differentWay = (a: Outbound, b: Outbound): string | undefined =>
  first([a, b], (at) => open(a, at) !== open(b, at));

/** Tries one destination of each kind that any rule tells apart. */
function first(all: readonly Outbound[], matches: (at: Destination) => boolean): string | undefined {
  const found = kinds(all.flat()).find(matches);
  if (found === undefined) return undefined;
  const { protocol, port, address } = found;
  return `${protocol === SOME_OTHER ? "" : `${protocol} ${port} of `}${plainText(address)}`;
}

function kinds(rules: Outbound): readonly Destination[] {
  const protocols = [...new Set([...rules.map((r) => r.protocol), SOME_OTHER])].filter((p) => p !== "-1");
  const borders = rules.flatMap((r) => [r.from, r.to + 1]).filter((port) => port <= LAST_PORT);
  const ports = [...new Set([0, ...borders])];
  const ends = rules.flatMap((r) => r.ranges.flatMap(({ low, high }) => [low, high + 1n]));
  const addresses = [...new Set(ends)].filter((address) => address !== BROADCAST);
  return protocols.flatMap((protocol) =>
    ports.flatMap((port) => addresses.map((address) => ({ protocol, port, address }))),
  );
}

const open = (outbound: Outbound, { protocol, port, address }: Destination): boolean =>
  outbound.some(
    (rule) =>
      (rule.protocol === "-1" || (rule.protocol === protocol && rule.from <= port && port <= rule.to)) &&
      rule.ranges.some(({ low, high }) => low <= address && address <= high),
  );
