/** Something that covers a few places. */
export interface Cover {
  /** Positions, ascending. */
  readonly covers: readonly number[];
  /** What orders equal ones. */
  readonly text: string;
}

/** Branches that are looked at before the best cover so far is taken. */
const MOST_BRANCHES = 20_000;

/**
 * The fewest candidates that cover `0 … size - 1` together: by branch and bound, from the greedy answer on.
 *
 * @param candidates in order of preference; together they cover everything
 */
export function smallestCover<C extends Cover>(candidates: readonly C[], size: number): readonly C[] {
  const of = Array.from({ length: size }, (_, at) => candidates.filter(({ covers }) => covers.includes(at)));
  const widest = Math.max(1, ...candidates.map(({ covers }) => covers.length));
  let best = greedyCover(candidates, size);
  let branches = 0;
  const times = new Uint32Array(size);
  const chosen: C[] = [];
  const search = (left: number): void => {
    branches += 1;
    if (left === 0) {
      if (chosen.length < best.length) best = [...chosen];
      return;
    }
    if (branches > MOST_BRANCHES || chosen.length + Math.ceil(left / widest) >= best.length) return;
    for (const each of hardest(of, times)) {
      chosen.push(each);
      search(left - mark(times, each, 1));
      mark(times, each, -1);
      chosen.pop();
    }
  };
  search(size);
  return best;
}

/** The candidates of the uncovered place that has fewest: one of them must be chosen. */
function hardest<C>(of: readonly (readonly C[])[], times: Uint32Array): readonly C[] {
  let found: readonly C[] | undefined;
  for (const [at, candidates] of of.entries()) {
    if (times[at] === 0 && (found === undefined || candidates.length < found.length)) found = candidates;
  }
  return found ?? [];
}

/** Counts the candidate in or out. @returns how many places are covered by it alone */
function mark(times: Uint32Array, { covers }: Cover, by: 1 | -1): number {
  let alone = 0;
  for (const at of covers) {
    if (by === 1 && times[at] === 0) alone += 1;
    times[at] = (times[at] as number) + by;
  }
  return alone;
}

function greedyCover<C extends Cover>(candidates: readonly C[], size: number): readonly C[] {
  const covered = new Set<number>();
  const chosen: C[] = [];
  while (covered.size < size) {
    const fresh = (each: C): number => each.covers.filter((at) => !covered.has(at)).length;
    let best: C | undefined;
    for (const each of candidates) if (best === undefined || fresh(each) > fresh(best)) best = each;
    if (best === undefined || fresh(best) === 0) throw new Error("The candidates do not cover everything");
    for (const at of best.covers) covered.add(at);
    chosen.push(best);
  }
  return chosen;
}
