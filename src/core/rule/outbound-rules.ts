import type { RuleContent, RuleSource, SecurityGroup } from "../inventory/model.ts";
import { toCidrs } from "../net/address-set.ts";
import { type Cidr, cidrBlock, formatCidr, rangeOfBlock } from "../net/cidr.ts";
import type { Destination, PortSpan } from "../net/destinations.ts";
import type { OutboundPolicy } from "../policy/outbound/outbound-policy.ts";
import type { CompiledRule } from "./compile-rules.ts";
import { addressesOfSource, isUnseenGroup, type PeerIndex } from "./reach.ts";
import { ruleKey } from "./rule-key.ts";

const LAST_PORT = 65_535;

/**
 * The egress rule that lets nothing out, and says that policy has the egress of its group in hand. A type of ICMP that is
 * not assigned, to the one address that no packet is routed to: https://www.iana.org/assignments/icmp-parameters
 */
export const EGRESS_MARK: RuleContent = {
  direction: "egress",
  protocol: "icmp",
  fromPort: 252,
  toPort: 86,
  source: { kind: "cidr", cidr: formatCidr({ family: 4, base: 0xffff_ffff, length: 32 }) },
};

const MARK_KEY = ruleKey(EGRESS_MARK);

/** Whether a rule is {@link EGRESS_MARK}. */
export const isEgressMark = (rule: RuleContent): boolean => ruleKey(rule) === MARK_KEY;

/**
 * Whether policy has the egress of managed groups in hand already: the mark stands, which is put there when the last rule
 * that policy does not grant is gone. From then on whatever policy did not grant is somebody's edit.
 */
export const isEgressSettled = (managed: readonly SecurityGroup[]): boolean =>
  managed.some((group) => group.rules.some(isEgressMark));

/** {@link EGRESS_MARK} as a rule that should stand. */
export const EGRESS_MARK_RULE: CompiledRule = { ...EGRESS_MARK, because: [] };

/** The egress rules that say exactly what policy lets the database open: for each span of ports the fewest CIDRs. */
export const outboundRules = (policy: OutboundPolicy): readonly CompiledRule[] =>
  policy.allowed.flatMap(({ addresses, ...span }) =>
    toCidrs(addresses).map((cidr) => outboundRule(policy, span, cidr)),
  );

/** Its reasons are looked for when they are read. */
const outboundRule = (policy: OutboundPolicy, span: PortSpan, cidr: Cidr): CompiledRule => ({
  direction: "egress",
  protocol: span.protocol,
  ...portsOf(span),
  source: { kind: "cidr", cidr },
  get because() {
    return policy.reasonsFor(rangeOfBlock(cidrBlock(cidr)), span);
  },
});

/** Ports as EC2 has them: none for protocols without any, and -1 for every type of ICMP. */
function portsOf({ protocol, from, to }: PortSpan): Pick<RuleContent, "fromPort" | "toPort"> {
  if (protocol === "tcp" || protocol === "udp") return { fromPort: from, toPort: to };
  return protocol === "icmp" || protocol === "icmpv6" ? { fromPort: -1, toPort: -1 } : {};
}

/** What egress rules let out. */
export interface OutboundReach {
  readonly open: readonly Destination[];
  /** Peers whose addresses cannot all be known from here. */
  readonly unknown: readonly RuleSource[];
}

/** Destinations to which egress rules let connections out; rules for ingress are passed over. */
export function outboundReach(rules: readonly RuleContent[], peers: PeerIndex): OutboundReach {
  const egress = rules.filter((rule) => rule.direction === "egress");
  const unknown = egress.filter(
    ({ source }) => addressesOfSource(source, peers) === undefined || isUnseenGroup(source, peers),
  );
  return {
    open: egress.flatMap((rule) => {
      const addresses = addressesOfSource(rule.source, peers);
      return addresses === undefined ? [] : [{ ...spanOf(rule), addresses }];
    }),
    unknown: unknown.map(({ source }) => source),
  };
}

function spanOf({ protocol, fromPort, toPort }: RuleContent): PortSpan {
  if (protocol === "tcp" || protocol === "udp")
    return { protocol, from: fromPort ?? 0, to: toPort ?? LAST_PORT };
  const isType = protocol.startsWith("icmp") && fromPort !== undefined && fromPort >= 0;
  return isType ? { protocol, from: fromPort, to: fromPort } : { protocol, from: 0, to: LAST_PORT };
}
