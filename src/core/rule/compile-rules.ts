import type { RuleContent } from "../inventory/model.ts";
import { type AddressSet, isEmpty, toCidrs } from "../net/address-set.ts";
import { type Cidr, cidrBlock, rangeOfBlock } from "../net/cidr.ts";
import type { Because, DatabasePolicy } from "../policy/resolution.ts";

/** One rule that should stand, and everything that made it so. */
export interface CompiledRule extends RuleContent {
  readonly because: readonly Because[];
  /** Set for a rule that stands for a limited time only, whatever policy says. */
  readonly lease?: { readonly until: string; readonly reason?: string };
}

/**
 * The ingress rules that say exactly what policy grants on the database's listener: the minimal CIDR cover of the
 * allowed addresses, IPv4 before IPv6, ascending. A function of the allowed set alone; `because` names each grant that
 * put an address into the rule.
 *
 * @param allowed more than policy grants only where the owner allows slack
 */
export function compileRules(
  policy: DatabasePolicy,
  port: number,
  allowed = policy.allowed,
): readonly CompiledRule[] {
  if (isEmpty(allowed)) return [];
  const cidrs = toCidrs(allowed);
  const reasons = reasonsByCidr(cidrs, policy);
  return cidrs.map((cidr, i) => ({
    direction: "ingress",
    protocol: "tcp",
    fromPort: port,
    toPort: port,
    source: { kind: "cidr", cidr },
    because: reasons[i] ?? [],
  }));
}

interface CidrRow {
  readonly index: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** For each CIDR the grants that reach into it, without repeats, in a stable order. */
function reasonsByCidr(cidrs: readonly Cidr[], policy: DatabasePolicy): readonly (readonly Because[])[] {
  const rows = { 4: [] as CidrRow[], 6: [] as CidrRow[] };
  cidrs.forEach((cidr, index) => {
    const range = rangeOfBlock(cidrBlock(cidr));
    rows[range.family].push({ index, low: BigInt(range.lo), high: BigInt(range.hi) });
  });
  const found = cidrs.map(() => new Map<string, Because>());
  for (const grant of policy.grants) {
    const key = becauseKey(grant.because);
    const note = (row: CidrRow): void => void found[row.index]?.set(key, grant.because);
    eachTouched(rows[4], pairsOf(grant.addresses, 4), note);
    eachTouched(rows[6], pairsOf(grant.addresses, 6), note);
  }
  return found.map((reasons) =>
    [...reasons.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, because]) => because),
  );
}

/** Calls `note` for each row (ascending, disjoint) that a range touches. */
function eachTouched(
  rows: readonly CidrRow[],
  ranges: Iterable<readonly [bigint, bigint]>,
  note: (row: CidrRow) => void,
): void {
  for (const [low, high] of ranges) {
    for (let i = firstEndingAtOrAfter(rows, low); i < rows.length; i += 1) {
      const row = rows[i];
      if (row === undefined || row.low > high) break;
      note(row);
    }
  }
}

function firstEndingAtOrAfter(rows: readonly CidrRow[], low: bigint): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const row = rows[middle];
    if (row !== undefined && row.high < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

function* pairsOf(set: AddressSet, family: 4 | 6): Iterable<readonly [bigint, bigint]> {
  const flat = family === 4 ? set.v4 : set.v6;
  for (let i = 0; i + 1 < flat.length; i += 2) yield [BigInt(flat[i] ?? 0), BigInt(flat[i + 1] ?? 0)];
}

const becauseKey = (b: Because): string =>
  [b.rule, b.workload ?? "", b.virtualService ?? "", b.ipList ?? ""].join("|");
