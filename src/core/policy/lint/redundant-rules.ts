import type { Address } from "../../net/address.ts";
import {
  type AddressSet,
  contains,
  countAddresses,
  EMPTY_SET,
  isEmpty,
  subtract,
  toRanges,
} from "../../net/address-set.ts";
import { overlap } from "../merge-sorted.ts";
import type { RuleSet } from "../model.ts";
import type { LintFinding } from "./lint-finding.ts";
import { databaseWords, type LintedRule, type LintWorld, nameWords, ruleWords } from "./lint-world.ts";

/**
 * Rules without which everything would be granted all the same: copies of another rule, and rules whose grants on
 * databases others make too. All that are reported may go together: none counts on another that is reported.
 */
export function redundantRules(world: LintWorld): readonly LintFinding[] {
  const granting = world.rules.filter((each) => each.grants.size > 0).toSorted(byHref);
  const copies = copiesAmong(granting);
  const candidates = granting.filter((each) => !copies.has(each));
  const left = grantsByDatabase(candidates);
  const shadowed: LintFinding[] = [];
  // Small rules first, so that a wide rule is never called shadowed by the narrow ones within it.
  for (const each of bySize(candidates)) {
    if (!isCovered(each, left)) continue;
    for (const [at, set] of each.grants) left.get(at)?.delete(each, set);
    shadowed.push(shadowedRule(world, each, left));
  }
  return [...[...copies].map(([copy, original]) => duplicatedRule(copy, original)), ...shadowed];
}

const byHref = (a: LintedRule, b: LintedRule): number => (a.rule.href < b.rule.href ? -1 : 1);

/** Other rules that a finding names. */
const NAMED = 3;

type ByDatabase = ReadonlyMap<number, DatabaseGrants>;

/** What the rules that are left grant on one database. Rules mostly share their sets. */
class DatabaseGrants {
  readonly rules = new Map<LintedRule, AddressSet>();
  readonly #uses = new Map<AddressSet, number>();

  add(rule: LintedRule, set: AddressSet): void {
    this.rules.set(rule, set);
    this.#uses.set(set, (this.#uses.get(set) ?? 0) + 1);
  }

  delete(rule: LintedRule, set: AddressSet): void {
    this.rules.delete(rule);
    this.#uses.set(set, (this.#uses.get(set) ?? 0) - 1);
  }

  /** Whether some rule grants the set besides the one whose own set is given. */
  grants(set: AddressSet, own: AddressSet): boolean {
    return (this.#uses.get(set) ?? 0) > (set === own ? 1 : 0);
  }

  /** Names of the first few rules that grant a part of the set. */
  namesOfOthers(set: AddressSet): readonly string[] {
    const names: string[] = [];
    for (const [{ rule }, other] of this.rules) {
      if (meets(set, other)) names.push(rule.description || rule.href);
      if (names.length === NAMED) break;
    }
    return names;
  }

  /** The sets that the other rules grant. */
  others(own: AddressSet): readonly AddressSet[] {
    return [...this.#uses.keys()].filter((set) => this.grants(set, own));
  }
}

function grantsByDatabase(rules: readonly LintedRule[]): ByDatabase {
  const by = new Map<number, DatabaseGrants>();
  for (const rule of rules) {
    for (const [at, set] of rule.grants) {
      const of = by.get(at) ?? new DatabaseGrants();
      by.set(at, of);
      of.add(rule, set);
    }
  }
  return by;
}

function bySize(rules: readonly LintedRule[]): readonly LintedRule[] {
  const sized = rules.map((each) => ({ each, size: sizeOf(each) }));
  return sized
    .toSorted((a, b) => {
      if (a.size !== b.size) return a.size < b.size ? -1 : 1;
      return a.each.rule.href < b.each.rule.href ? 1 : -1;
    })
    .map(({ each }) => each);
}

/** Databases mostly share their sets, which are then counted once. */
function sizeOf({ grants }: LintedRule): bigint {
  const times = Map.groupBy(grants.values(), (set) => set);
  return [...times].reduce((sum, [set, uses]) => sum + countAddresses(set) * BigInt(uses.length), 0n);
}

function isCovered(rule: LintedRule, left: ByDatabase): boolean {
  // What proved it for one database mostly proves it for the next.
  const proofs = new Map<AddressSet, readonly AddressSet[]>();
  return [...rule.grants].every(([at, set]) => {
    const granted = left.get(at);
    if (granted === undefined) return false;
    if (granted.grants(set, set)) return true;
    if (proofs.get(set)?.every((part) => granted.grants(part, set)) === true) return true;
    const proof = coverOf(set, granted.others(set));
    if (proof !== undefined) proofs.set(set, proof);
    return proof !== undefined;
  });
}

/** Some of the others that together hold the whole set. Mostly its first address tells already that there are none. */
function coverOf(set: AddressSet, others: readonly AddressSet[]): readonly AddressSet[] | undefined {
  const [first] = toRanges(set);
  if (first === undefined) return [];
  const address: Address =
    first.family === 4 ? { family: 4, value: first.lo } : { family: 6, value: first.lo };
  if (!others.some((other) => contains(other, address))) return undefined;
  const cover: AddressSet[] = [];
  let rest = set;
  for (const other of others) {
    if (!meets(rest, other)) continue;
    cover.push(other);
    rest = subtract(rest, other);
    if (isEmpty(rest)) return cover;
  }
  return undefined;
}

const meets = (a: AddressSet, b: AddressSet): boolean => overlap(a.v4, b.v4) || overlap(a.v6, b.v6);

function shadowedRule(world: LintWorld, shadowed: LintedRule, left: ByDatabase): LintFinding {
  const { rule, ruleSet, grants } = shadowed;
  const [[at, set] = [-1, EMPTY_SET]] = grants;
  const names = nameWords(left.get(at)?.namesOfOthers(set) ?? []);
  return {
    code: "RULE_SHADOWED",
    about: { kind: "rule", href: rule.href, ruleSet: ruleSet.href },
    what: `${ruleWords(shadowed)} adds nothing on ${databaseWords(world, grants.keys())}`,
    why: `everything that it grants on databases is granted by other rules, such as ${names}`,
    fix: "delete the rule, if it serves no other hosts",
  };
}

/** Each copy with the rule that it repeats, which is the first of them. */
function copiesAmong(rules: readonly LintedRule[]): ReadonlyMap<LintedRule, LintedRule> {
  const first = new Map<string, LintedRule>();
  const copies = new Map<LintedRule, LintedRule>();
  for (const each of rules) {
    const key = contentKey(each);
    const original = first.get(key);
    if (original === undefined) first.set(key, each);
    else copies.set(each, original);
  }
  return copies;
}

/** Equal for rules that say the same in scopes that say the same. */
function contentKey({ rule, ruleSet }: LintedRule): string {
  const { href: _, description: __, line: ___, providers, consumers, services, ...rest } = rule;
  return JSON.stringify([
    scopeKey(ruleSet),
    sorted(providers),
    sorted(consumers),
    sorted(services),
    Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function scopeKey({ scopes }: RuleSet): readonly string[] {
  return sorted((scopes.length === 0 ? [[]] : scopes).map((scope) => sorted(scope)));
}

const sorted = (list: readonly object[]): readonly string[] =>
  [...new Set(list.map((each) => JSON.stringify(each)))].sort();

function duplicatedRule(copy: LintedRule, original: LintedRule): LintFinding {
  return {
    code: "RULE_DUPLICATED",
    about: { kind: "rule", href: copy.rule.href, ruleSet: copy.ruleSet.href },
    what: `${ruleWords(copy)} says the same as ${ruleWords(original)}`,
    why: "two rules with the same scope, providers, consumers and services grant what one grants",
    fix: "delete one of them",
  };
}
