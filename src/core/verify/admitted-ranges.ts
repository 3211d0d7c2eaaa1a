import { type PlainRange, plainRange } from "./plain-range.ts";

/** A rule as plans print it. */
export interface PrintedRule {
  readonly direction: string;
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: string;
  /** Of a rule that a step revokes: how it came to be as it is. */
  readonly was?: string | undefined;
  /** Of a wanted rule that names a group: the addresses that it is to admit, whoever carries the group. */
  readonly standsFor?: readonly string[];
}

/** Addresses behind a group or prefix list that rules name as their peer; absent where they are unknown. */
export type PeerAddresses = ReadonlyMap<string, readonly string[]>;

/** What rules admit to a TCP port, lowest first. Peers whose addresses are unknown admit nobody here. */
export function rangesOf(
  rules: readonly PrintedRule[],
  port: number,
  members: PeerAddresses,
): readonly PlainRange[] {
  const ranges: PlainRange[] = [];
  for (const rule of rules) {
    if (rule.direction !== "ingress" || !passes(rule, port)) continue;
    const named = /^(sg|pl|new)-/.test(rule.source);
    const sources = named ? (members.get(rule.source) ?? []) : [rule.source];
    ranges.push(...sources.map(plainRange));
  }
  return ranges.sort((a, b) => (a.low < b.low ? -1 : Number(a.low > b.low)));
}

const passes = (rule: PrintedRule, port: number): boolean =>
  rule.protocol === "-1" ||
  (rule.protocol === "tcp" && (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? 65_535));

/** What a wanted rule is for: a reference to a group must come to the addresses that the plan says it stands for. */
export function meant(rule: PrintedRule): readonly PrintedRule[] {
  return rule.standsFor?.map((source) => ({ ...rule, source })) ?? [rule];
}

/** One address of each stretch between neighbouring borders: within a stretch all addresses fare alike. */
export function stretches(...lists: readonly (readonly PlainRange[])[]): readonly bigint[] {
  return [...new Set(lists.flat().flatMap((range) => [range.low, range.high + 1n]))];
}

/** Whether an address lies in one of the ranges. */
export function holds(ranges: readonly PlainRange[], address: bigint): boolean {
  return ranges.some((range) => range.low <= address && address <= range.high);
}
