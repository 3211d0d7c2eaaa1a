import type { LabelTerms } from "../../label/label-terms.ts";
import type { Actor, AllowRule, DenyRule, Href, IpList, RuleSet } from "../model.ts";
import { type RuleSide, ruleSide } from "../rule-side.ts";
import { scopesOf } from "../scope.ts";
import { type ConsumerChange, type Selects, selects } from "./set-update.ts";

/** Hrefs of objects that rules may name. */
interface Named {
  /** Objects that came or went: who names them has other sides now. */
  readonly exists: ReadonlySet<Href>;
  /** IP lists of which rules have something else to say than before. */
  readonly retold: ReadonlySet<Href>;
}

/**
 * The rule sets that say something else after the change although they are the same, beyond what follows from their
 * consumer sets.
 */
export function affectedRuleSets(ruleSets: readonly RuleSet[], change: ConsumerChange): readonly RuleSet[] {
  const named: Named = { exists: cameOrWent(change), retold: retoldLists(change) };
  const asked = change.moves.flatMap((move) => [
    { at: move.at, selects: selects(change.after.index, move.before) },
    { at: move.at, selects: selects(change.after.index, move.after) },
  ]);
  return ruleSets.filter(
    (ruleSet) =>
      ruleSet.enabled &&
      (ruleSet.rules.some((rule) => rule.enabled && allowAffected(rule, named)) ||
        ruleSet.denyRules.some(
          (rule) => rule.enabled && rule.override && denyAffected(ruleSet, rule, { change, named, asked }),
        )),
  );
}

function cameOrWent({ before, after, moves, lists }: ConsumerChange): Set<Href> {
  const workloads = moves.filter((move) => move.before.href !== move.after.href);
  const lost = [...lists].filter((href) => before.index.ipLists.has(href) !== after.index.ipLists.has(href));
  return new Set([...workloads.flatMap((move) => [move.before.href, move.after.href]), ...lost]);
}

function retoldLists({ before, after, lists }: ConsumerChange): Set<Href> {
  return new Set(
    [...lists].filter((href) => {
      const old = before.index.ipLists.get(href);
      const now = after.index.ipLists.get(href);
      if (old === undefined || now === undefined) return true;
      return tale(old) !== tale(now) || problems(before, href) !== problems(after, href);
    }),
  );
}

/** What findings tell of an IP list, apart from its unreadable ranges. */
function tale({ name, fqdns }: IpList): string {
  return `${fqdns.length > 0} ${name}`;
}

function problems(lookups: ConsumerChange["after"], href: Href): string {
  return JSON.stringify(lookups.ipList(href, "narrow").problems);
}

function allowAffected({ providers, consumers }: AllowRule, { exists, retold }: Named): boolean {
  return names(providers, exists) || names(consumers, exists) || names(consumers, retold);
}

function names(actors: readonly Actor[], hrefs: ReadonlySet<Href>): boolean {
  if (hrefs.size === 0) return false;
  return actors.some((actor) => "href" in actor && hrefs.has(actor.href));
}

interface DenyQuestion {
  readonly change: ConsumerChange;
  readonly named: Named;
  readonly asked: readonly { readonly at: number; readonly selects: Selects }[];
}

/** What an override deny takes away is kept as addresses, so it is made anew whenever one of its consumers changed. */
function denyAffected(ruleSet: RuleSet, rule: DenyRule, { change, named, asked }: DenyQuestion): boolean {
  if (names(rule.providers, named.exists) || names(rule.consumers, named.exists)) return true;
  if (names(rule.consumers, change.lists)) return true;
  const { index } = change.after;
  const side = ruleSide(index, rule.consumers);
  if (side.virtualServices.some((at) => change.services.has(at))) return true;
  const scopes = rule.unscopedConsumers ? undefined : scopesOf(index, ruleSet);
  return asked.some((workload) => mayDeny(side, scopes, workload));
}

function mayDeny(
  { workloads, terms }: RuleSide,
  scopes: readonly LabelTerms[] | undefined,
  workload: DenyQuestion["asked"][number],
): boolean {
  if (workloads.includes(workload.at)) return true;
  if (terms === undefined || !workload.selects(terms, "wide")) return false;
  return scopes === undefined || scopes.some((scope) => workload.selects(scope, "wide"));
}
