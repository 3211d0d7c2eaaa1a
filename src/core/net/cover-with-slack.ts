import type { Family } from "./address.ts";
import { type AddressSet, EMPTY_SET, isEmpty, subtract, toCidrBlocks } from "./address-set.ts";
import { cheapestCover } from "./cheapest-cover.ts";
import { type Cidr, formatCidr } from "./cidr.ts";
import { blockAt, type CoverTree, coverTree, leastBlocks } from "./cover-tree.ts";

/** A cover of a set by few CIDRs, and what it lets in besides. */
export interface SlackCover {
  readonly kind: "cover";
  readonly cidrs: readonly Cidr[];
  /** Addresses covered that are not in the set, by the CIDR that covers them. Only CIDRs that have any. */
  readonly slack: readonly { readonly cidr: Cidr; readonly addresses: bigint }[];
  readonly extra: bigint;
}

/** No cover with so few CIDRs exists without a forbidden address. */
export interface NoCover {
  readonly kind: "infeasible";
  /** The fewest CIDRs that could do. */
  readonly leastCidrs: number;
  /** What the cover with that many would let in besides. */
  readonly extra: bigint;
}

/**
 * Covers the addresses of one family with at most `limit` CIDRs so that the fewest other addresses are covered, none of
 * them forbidden. The cover is optimal. Forbidden addresses that are in the set itself do not count as forbidden.
 *
 * @param limit at least 1
 */
export function coverWithSlack(
  set: AddressSet,
  family: Family,
  limit: number,
  forbidden: AddressSet,
): SlackCover | NoCover {
  const own = onlyFamily(set, family);
  if (isEmpty(own)) return { kind: "cover", cidrs: [], slack: [], extra: 0n };
  const tree = coverTree(toCidrBlocks(own), onlyFamily(subtract(forbidden, own), family), family);
  const least = leastBlocks(tree);
  const nodes = cheapestCover(tree, Math.max(least, limit));
  const parts = nodes.map((node) => ({
    cidr: formatCidr(blockAt(tree, node)),
    addresses: extraAddresses(tree, node),
  }));
  const extra = parts.reduce((sum, part) => sum + part.addresses, 0n);
  if (least > limit) return { kind: "infeasible", leastCidrs: least, extra };
  return {
    kind: "cover",
    cidrs: parts.map((p) => p.cidr),
    slack: parts.filter((p) => p.addresses > 0n),
    extra,
  };
}

const onlyFamily = (set: AddressSet, family: Family): AddressSet =>
  family === 4 ? { ...EMPTY_SET, v4: set.v4 } : { ...EMPTY_SET, v6: set.v6 };

/** Addresses in a node's block that none of its leaves holds, counted exactly. */
function extraAddresses(tree: CoverTree, node: number): bigint {
  const bits = tree.family === 4 ? 32 : 128;
  const size = (at: number): bigint => 2n ** BigInt(bits - blockAt(tree, at).length);
  let extra = size(node);
  const below = [node];
  for (let at = below.pop(); at !== undefined; at = below.pop()) {
    const left = tree.left[at] as number;
    if (left < 0) extra -= size(at);
    else below.push(left, tree.right[at] as number);
  }
  return extra;
}
