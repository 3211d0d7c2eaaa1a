import type { CoverTree } from "./cover-tree.ts";

/** For one node: the least extra for 1, 2, … blocks, and how many of them the left subtree gets (0: one whole block). */
interface Costs {
  readonly cost: Float64Array;
  readonly toLeft: Uint16Array;
}

/**
 * The nodes whose blocks are the cheapest cover with at most `limit` of them: dynamic programming over the tree, where each node
 * knows the least extra for every number of blocks. Takes leaves × limit steps, because a subtree never needs more
 * blocks than it has leaves.
 *
 * @param limit at least {@link leastBlocks}
 */
export function cheapestCover(tree: CoverTree, limit: number): readonly number[] {
  const nodes: Costs[] = [];
  for (let node = 0; node < tree.blocks.length; node += 1) {
    const left = nodes[tree.left[node] as number];
    const right = nodes[tree.right[node] as number];
    nodes.push(left === undefined || right === undefined ? LEAF : joined(tree, node, left, right, limit));
  }
  const chosen: number[] = [];
  const root = nodes.length - 1;
  collect(tree, nodes, root, cheapestCount(nodes[root]), chosen);
  return chosen;
}

const LEAF: Costs = { cost: Float64Array.of(0), toLeft: Uint16Array.of(0) };

function joined(tree: CoverTree, node: number, left: Costs, right: Costs, limit: number): Costs {
  const size = Math.min(left.cost.length + right.cost.length, limit);
  const cost = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const toLeft = new Uint16Array(size);
  if (tree.blocked[node] === 0) cost[0] = tree.extra[node] as number;
  for (let l = 0; l < left.cost.length; l += 1) {
    const ofLeft = left.cost[l] as number;
    if (ofLeft === Number.POSITIVE_INFINITY) continue;
    const most = Math.min(right.cost.length, size - l - 1);
    for (let r = 0; r < most; r += 1) {
      const both = ofLeft + (right.cost[r] as number);
      if (both < (cost[l + r + 1] as number)) {
        cost[l + r + 1] = both;
        toLeft[l + r + 1] = l + 1;
      }
    }
  }
  return { cost, toLeft };
}

/** The smallest number of blocks that reaches the least cost. */
function cheapestCount(root: Costs | undefined): number {
  let best = 0;
  const cost = root?.cost ?? LEAF.cost;
  for (let i = 1; i < cost.length; i += 1) if ((cost[i] as number) < (cost[best] as number)) best = i;
  return best + 1;
}

function collect(
  tree: CoverTree,
  nodes: readonly Costs[],
  node: number,
  count: number,
  chosen: number[],
): void {
  const toLeft = nodes[node]?.toLeft[count - 1] ?? 0;
  if (toLeft === 0) {
    chosen.push(node);
    return;
  }
  collect(tree, nodes, tree.left[node] as number, toLeft, chosen);
  collect(tree, nodes, tree.right[node] as number, count - toLeft, chosen);
}
