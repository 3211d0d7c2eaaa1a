import type { PrefixList, RuleContent } from "../inventory/model.ts";
import { ruleKey } from "./rule-key.ts";
import { type RuleWeight, ruleWeight } from "./rule-weight.ts";

/** A group that rules can be placed in: a live managed one, or one that the plan creates. */
export interface Slot<R extends RuleContent> {
  readonly group: string;
  /** Keys of the rules that stand in the group now. */
  readonly live: ReadonlySet<string>;
  readonly placed: readonly R[];
}

/**
 * Spreads rules over managed groups, at most `limit` entries a family in each. A rule that stands in a group already
 * stays there; others go to the first group with room; further groups are asked from `newGroup`. So a small change of
 * policy stays a small change of groups.
 */
export function placeRules<R extends RuleContent>(
  rules: readonly R[],
  live: readonly { readonly group: string; readonly keys: ReadonlySet<string> }[],
  limit: number,
  prefixLists: ReadonlyMap<string, PrefixList>,
  newGroup: () => string,
): readonly Slot<R>[] {
  const bins = live.map((g) => new Bin<R>(g.group, g.keys, limit));
  const homeless: R[] = [];
  for (const rule of rules) {
    const key = ruleKey(rule);
    const home = bins.find((b) => b.live.has(key) && b.fits(ruleWeight(rule, prefixLists)));
    if (home === undefined) homeless.push(rule);
    else home.add(rule, ruleWeight(rule, prefixLists));
  }
  for (const rule of homeless) {
    const weight = ruleWeight(rule, prefixLists);
    let bin = bins.find((b) => b.fits(weight));
    if (bin === undefined) {
      bin = new Bin<R>(newGroup(), new Set(), limit);
      bins.push(bin);
    }
    bin.add(rule, weight);
  }
  return bins.map((b) => ({ group: b.group, live: b.live, placed: b.placed }));
}

class Bin<R extends RuleContent> {
  readonly group: string;
  readonly live: ReadonlySet<string>;
  readonly placed: R[] = [];
  readonly #limit: number;
  #v4 = 0;
  #v6 = 0;

  constructor(group: string, live: ReadonlySet<string>, limit: number) {
    this.group = group;
    this.live = live;
    this.#limit = limit;
  }

  fits(weight: RuleWeight): boolean {
    return this.#v4 + weight.v4 <= this.#limit && this.#v6 + weight.v6 <= this.#limit;
  }

  add(rule: R, weight: RuleWeight): void {
    this.placed.push(rule);
    this.#v4 += weight.v4;
    this.#v6 += weight.v6;
  }
}
