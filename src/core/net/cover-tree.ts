import type { Family } from "./address.ts";
import type { AddressSet } from "./address-set.ts";
import type { CidrBlock } from "./cidr.ts";
import { rangeOfBlock } from "./cidr.ts";

/**
 * The blocks of an exact cover as leaves of a binary tree, its inner nodes being the smallest blocks that hold two
 * subtrees: the only blocks that an optimal cover can use. Nodes are numbered so that children come before parents.
 */
export interface CoverTree {
  readonly family: Family;
  readonly blocks: readonly CidrBlock[];
  /** Child nodes, -1 for a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Addresses that taking the node's block as a whole would add, by which covers are compared. */
  readonly extra: Float64Array;
  /** Whether the node's block holds a forbidden address. */
  readonly blocked: Uint8Array;
  readonly leaves: number;
}

interface Growing {
  readonly blocks: CidrBlock[];
  readonly left: number[];
  readonly right: number[];
  readonly held: number[];
}

/** Builds the tree over sorted, disjoint blocks of one family. */
export function coverTree(leaves: readonly CidrBlock[], forbidden: AddressSet, family: Family): CoverTree {
  const tree: Growing = { blocks: [], left: [], right: [], held: [] };
  const open: number[] = [];
  for (const block of leaves) {
    const length = open.length === 0 ? 0 : commonLength(topBlock(tree, open), block);
    // Subtrees deeper than where the new block branches off are complete.
    joinDeeper(tree, open, length);
    open.push(addLeaf(tree, block, family));
  }
  joinDeeper(tree, open, -1);
  return {
    family,
    blocks: tree.blocks,
    left: Int32Array.from(tree.left),
    right: Int32Array.from(tree.right),
    extra: Float64Array.from(tree.blocks, (block, i) => sizeOf(block, family) - (tree.held[i] ?? 0)),
    blocked: Uint8Array.from(tree.blocks, (block) => Number(holdsForbidden(block, forbidden))),
    leaves: leaves.length,
  };
}

const topBlock = (tree: Growing, open: readonly number[]): CidrBlock => blockAt(tree, open.at(-1) ?? 0);

/** The block of a node. */
export function blockAt(tree: { readonly blocks: readonly CidrBlock[] }, node: number): CidrBlock {
  const block = tree.blocks[node];
  if (block === undefined) throw new Error("A node of the tree has no block");
  return block;
}

function addLeaf(tree: Growing, block: CidrBlock, family: Family): number {
  tree.blocks.push(block);
  tree.left.push(-1);
  tree.right.push(-1);
  tree.held.push(sizeOf(block, family));
  return tree.blocks.length - 1;
}

/** Joins the last open subtrees whose common block is longer than `length`. */
function joinDeeper(tree: Growing, open: number[], length: number): void {
  while (open.length > 1) {
    const right = open.at(-1) ?? 0;
    const left = open.at(-2) ?? 0;
    const common = commonLength(blockAt(tree, left), blockAt(tree, right));
    if (common <= length) return;
    open.length -= 2;
    tree.blocks.push(shortened(blockAt(tree, left), common));
    tree.left.push(left);
    tree.right.push(right);
    tree.held.push((tree.held[left] ?? 0) + (tree.held[right] ?? 0));
    open.push(tree.blocks.length - 1);
  }
}

/** Leading bits that two disjoint blocks share. */
function commonLength(a: CidrBlock, b: CidrBlock): number {
  const most = Math.min(a.length, b.length);
  if (a.family === 4 && b.family === 4) return Math.min(most, Math.clz32((a.base ^ b.base) >>> 0));
  const differing = BigInt(a.base) ^ BigInt(b.base);
  const bits = a.family === 4 ? 32 : 128;
  return Math.min(most, differing === 0n ? bits : bits - differing.toString(2).length);
}

function shortened(block: CidrBlock, length: number): CidrBlock {
  if (block.family === 4) {
    const size = 2 ** (32 - length);
    return { family: 4, base: Math.floor(block.base / size) * size, length };
  }
  const shift = BigInt(128 - length);
  return { family: 6, base: (block.base >> shift) << shift, length };
}

/** Addresses in a block. Beyond 2^53 a double keeps the leading digits, which is enough to compare covers. */
const sizeOf = (block: CidrBlock, family: Family): number => 2 ** ((family === 4 ? 32 : 128) - block.length);

function holdsForbidden(block: CidrBlock, forbidden: AddressSet): boolean {
  const range = rangeOfBlock(block);
  return range.family === 4
    ? touches(forbidden.v4, range.lo, range.hi)
    : touches(forbidden.v6, range.lo, range.hi);
}

/** True when some interval of the flat, sorted list meets [low, high]. */
function touches<V extends number | bigint>(list: ArrayLike<V>, low: V, high: V): boolean {
  let from = 0;
  let to = list.length >>> 1;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[2 * middle + 1] as V) < low) from = middle + 1;
    else to = middle;
  }
  return 2 * from < list.length && (list[2 * from] as V) <= high;
}

/** The fewest blocks that cover the leaves without a forbidden address. */
export function leastBlocks(tree: CoverTree): number {
  const least = new Int32Array(tree.blocks.length);
  for (let node = 0; node < least.length; node += 1) {
    const left = tree.left[node] as number;
    const whole = left < 0 || tree.blocked[node] === 0;
    least[node] = whole ? 1 : (least[left] as number) + (least[tree.right[node] as number] as number);
  }
  return least.at(-1) ?? 0;
}
