import type { Direction, RuleContent, RuleSource } from "../../../core/inventory/model.ts";
import { canonicalCidr } from "../../../core/net/cidr.ts";
import { err, ok, type Result } from "../../../core/result.ts";

const NAMES: Readonly<Record<string, string>> = {
  "6": "tcp",
  "17": "udp",
  "1": "icmp",
  "58": "icmpv6",
  all: "-1",
};
const WORDS = new Set(["tcp", "udp", "icmp", "icmpv6", "-1"]);

/** EC2's canonical protocol: four by name, `-1` for all, any other as its number. */
function canonicalProtocol(text: string): Result<string, string> {
  const lower = text.toLowerCase();
  const name = NAMES[lower] ?? lower;
  if (WORDS.has(name)) return ok(name);
  if (/^\d{1,3}$/.test(name) && Number(name) <= 255) return ok(String(Number(name)));
  return err(`"${text}" is not a protocol`);
}

/** A port range as it stands in an answer. */
interface RawPorts {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

type Ports = Pick<RuleContent, "fromPort" | "toPort">;

/**
 * The ports that count for a protocol. EC2 ignores them for all but TCP, UDP and ICMP, and the two describe calls
 * write that as -1 or not at all: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
 */
function canonicalPorts(protocol: string, { from, to }: RawPorts): Result<Ports, string> {
  if (protocol === "icmp" || protocol === "icmpv6") return ok({ fromPort: from ?? -1, toPort: to ?? -1 });
  if (protocol !== "tcp" && protocol !== "udp") return ok({});
  if (!isPort(from) || !isPort(to)) return err(`${protocol} has no port range (${from ?? "?"}-${to ?? "?"})`);
  return from <= to ? ok({ fromPort: from, toPort: to }) : err(`the port range ${from}-${to} is upside down`);
}

const isPort = (port: number | undefined): port is number =>
  port !== undefined && port >= 0 && port <= 65_535;

/** Everything of a rule but its peer. */
export type RuleHead = Omit<RuleContent, "source">;

/** Direction, protocol and ports in canonical form. */
export function ruleHead(
  direction: Direction,
  protocolText: string,
  ports: RawPorts,
): Result<RuleHead, string> {
  const protocol = canonicalProtocol(protocolText);
  if (!protocol.ok) return protocol;
  const range = canonicalPorts(protocol.value, ports);
  if (!range.ok) return range;
  return ok({ direction, protocol: protocol.value, ...range.value });
}

/** A CIDR peer in the form in which EC2 compares it. */
export function cidrSource(text: string): Result<RuleSource, string> {
  const cidr = canonicalCidr(text);
  return cidr.ok ? ok({ kind: "cidr", cidr: cidr.value }) : err(cidr.error.what);
}

/** A group peer. `ownerId` is kept only when it is another account than the group's own. */
export function groupSource(
  groupId: string,
  userId: string | undefined,
  ownerId: string | undefined,
): RuleSource {
  return userId === undefined || userId === ownerId
    ? { kind: "securityGroup", groupId }
    : { kind: "securityGroup", groupId, ownerId: userId };
}
