import type { PrefixList, RuleContent } from "../inventory/model.ts";
import { ruleKey } from "./rule-key.ts";
import { type RuleWeight, ruleWeight } from "./rule-weight.ts";

/** A group that rules can be placed in: a live managed one, or one that the plan creates. */
export interface Slot<R extends RuleContent> {
  readonly group: string;
  /** Keys of the rules that stand in the group now. */
  readonly live: ReadonlySet<string>;
  readonly placed: readonly R[];
  /** Rules that stand in the group although another group is their place. They stay, and take room. */
  readonly copies: readonly R[];
}

/**
 * Spreads rules over managed groups, at most `limit` entries a family and direction in each. A rule that stands in a group already
 * stays there; others go to the first group with room; further groups are asked from `newGroup`. So a small change of
 * policy stays a small change of groups.
 *
 * A rule that stands in several groups stays in all of them. Another run may count on the very copy that this one would
 * take away: it may be about to detach the group that holds the other. Only where copies would cost more than
 * `mostGroups` do all but the first give way.
 *
 * @param live in the order in which groups are preferred
 */
export function placeRules<R extends RuleContent>(
  rules: readonly R[],
  live: readonly LiveGroup[],
  limit: number,
  prefixLists: ReadonlyMap<string, PrefixList>,
  newGroup: () => string,
  mostGroups = Number.POSITIVE_INFINITY,
): readonly Slot<R>[] {
  const beside = settled(rules, live, limit, prefixLists, true);
  const used = beside.filter((b) => b.placed.length > 0).length;
  const bins = used <= mostGroups ? beside : settled(rules, live, limit, prefixLists, false);
  return bins.map((b) => ({
    group: b.group ?? newGroup(),
    live: b.live,
    placed: b.placed,
    copies: b.copies,
  }));
}

/** A managed group that exists, and the keys of the rules that stand in it. */
export interface LiveGroup {
  readonly group: string;
  readonly keys: ReadonlySet<string>;
}

/**
 * Which groups are needed depends on the order in which they are looked at, and the next run, which finds all of them
 * attached, looks at them by id. So those that come out needed are filled again in that order, until none is left
 * empty: what one run leaves, the next one has nothing to do with.
 */
function settled<R extends RuleContent>(
  rules: readonly R[],
  live: readonly LiveGroup[],
  limit: number,
  prefixLists: ReadonlyMap<string, PrefixList>,
  keepsCopies: boolean,
): readonly Bin<R>[] {
  const bins = spread(rules, live, limit, prefixLists, keepsCopies);
  const filled = new Set(bins.flatMap((b) => (b.placed.length > 0 ? [b.group] : [])));
  const needed = live.filter((g) => filled.has(g.group));
  const byId = needed.toSorted((a, b) => (a.group < b.group ? -1 : 1));
  const isSettled = needed.length === live.length && byId.every((g, i) => g === live[i]);
  if (isSettled || needed.length === 0) return bins;
  return settled(rules, byId, limit, prefixLists, keepsCopies);
}

function spread<R extends RuleContent>(
  rules: readonly R[],
  live: readonly LiveGroup[],
  limit: number,
  prefixLists: ReadonlyMap<string, PrefixList>,
  keepsCopies: boolean,
): readonly Bin<R>[] {
  const bins = live.map((g) => new Bin<R>(g.group, g.keys, limit));
  const homeless: R[] = [];
  for (const rule of rules) {
    const key = ruleKey(rule);
    const weight = ruleWeight(rule, prefixLists);
    const [home, ...others] = bins.filter((b) => b.live.has(key) && b.fits(rule, weight));
    if (home === undefined) homeless.push(rule);
    else home.add(rule, weight);
    if (keepsCopies) for (const other of others) other.addCopy(rule, weight);
  }
  for (const rule of homeless) {
    const weight = ruleWeight(rule, prefixLists);
    let bin = bins.find((b) => b.fits(rule, weight));
    if (bin === undefined) {
      bin = new Bin<R>(undefined, new Set(), limit);
      bins.push(bin);
    }
    bin.add(rule, weight);
  }
  return bins;
}

class Bin<R extends RuleContent> {
  /** `undefined` for a group that does not exist yet. */
  readonly group: string | undefined;
  readonly live: ReadonlySet<string>;
  readonly placed: R[] = [];
  readonly copies: R[] = [];
  readonly #limit: number;
  /** EC2 counts the two directions apart. */
  readonly #used = { ingress: { v4: 0, v6: 0 }, egress: { v4: 0, v6: 0 } };

  constructor(group: string | undefined, live: ReadonlySet<string>, limit: number) {
    this.group = group;
    this.live = live;
    this.#limit = limit;
  }

  fits({ direction }: R, weight: RuleWeight): boolean {
    const used = this.#used[direction];
    return used.v4 + weight.v4 <= this.#limit && used.v6 + weight.v6 <= this.#limit;
  }

  add(rule: R, weight: RuleWeight): void {
    this.placed.push(rule);
    this.#take(rule, weight);
  }

  addCopy(rule: R, weight: RuleWeight): void {
    this.copies.push(rule);
    this.#take(rule, weight);
  }

  #take({ direction }: R, weight: RuleWeight): void {
    this.#used[direction].v4 += weight.v4;
    this.#used[direction].v6 += weight.v6;
  }
}
