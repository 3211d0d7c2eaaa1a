import type { Ec2State } from "../../src/sandbox/aws/model/ec2/ec2-state.ts";

/** A rule as it stood at one moment, with the addresses behind its peer written out where it named a group. */
export interface FrozenRule {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** CIDRs, or single addresses. */
  readonly peers: readonly string[];
}

/** Copies what the groups let in at this moment. */
export function freezeIngress(ec2: Ec2State, groupIds: readonly string[]): readonly FrozenRule[] {
  return groupIds.flatMap((groupId) =>
    (ec2.groups.get(groupId)?.rules ?? []).flatMap((rule) =>
      rule.isEgress
        ? []
        : [
            {
              protocol: rule.protocol,
              fromPort: rule.fromPort ?? 0,
              toPort: rule.toPort ?? 65_535,
              peers: peersOf(ec2, rule.peer),
            },
          ],
    ),
  );
}

type Peer = NonNullable<ReturnType<Ec2State["groups"]["get"]>>["rules"][number]["peer"];

function peersOf(ec2: Ec2State, peer: Peer): readonly string[] {
  if (peer.kind === "cidr") return [peer.cidr];
  if (peer.kind === "prefixList")
    return (ec2.prefixLists.get(peer.prefixListId)?.entries ?? []).map((entry) => entry.cidr);
  return ec2.interfaces
    .values()
    .filter((eni) => eni.groupIds.includes(peer.groupId))
    .flatMap((eni) => [eni.privateIpAddress, ...eni.ipv6Addresses]);
}

/** Whether frozen rules let TCP in from an address to a port. Shares no code with the network model or the planner. */
export function letsIn(rules: readonly FrozenRule[], address: string, port: number): boolean {
  return rules.some(
    (rule) =>
      (rule.protocol === "-1" || (rule.protocol === "tcp" && rule.fromPort <= port && port <= rule.toPort)) &&
      rule.peers.some((peer) => covers(peer, address)),
  );
}

/** Whether a CIDR, or a single address, covers an address; by comparing bits as text, which is slow and obvious. */
export function covers(cidr: string, address: string): boolean {
  if (cidr.includes(":") !== address.includes(":")) return false;
  const [base = "", length] = cidr.split("/");
  const bits = bitsOf(base);
  const kept = length === undefined ? bits.length : Number(length);
  return bits.slice(0, kept) === bitsOf(address).slice(0, kept);
}

function bitsOf(address: string): string {
  if (!address.includes(":"))
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  const [left = "", right] = address.split("::");
  const words = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const gap = right === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: gap }, () => "0"), ...tail]
    .map((word) => Number.parseInt(word, 16).toString(2).padStart(16, "0"))
    .join("");
}

/** Every IPv4 address of some CIDRs, one by one, sorted as numbers. Only for small ranges. */
export function addressesOfCidrs(cidrs: readonly string[]): readonly string[] {
  const all = cidrs.flatMap((cidr) => {
    const [base = "", length = "32"] = cidr.split("/");
    const first = Number.parseInt(bitsOf(base), 2);
    const size = 2 ** (32 - Number(length));
    if (size > 4096) throw new Error(`${cidr} is too large to write out`);
    return Array.from({ length: size }, (_, i) => first + i);
  });
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .map((n) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join("."));
}
