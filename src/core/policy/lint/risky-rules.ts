import { everyAddress, isSubset } from "../../net/address-set.ts";
import type { LintFinding } from "./lint-finding.ts";
import { databaseWords, type LintedRule, type LintWorld, nameWords, ruleWords } from "./lint-world.ts";

/** Rules that open a database to every address of a family. */
export function openRules(world: LintWorld): readonly LintFinding[] {
  return world.rules.flatMap((each) => {
    const lists = each.grants.size === 0 ? [] : widestLists(world, each);
    if (lists.length === 0) return [];
    return [
      {
        code: "RULE_OPEN_TO_ANY",
        about: { kind: "rule" as const, href: each.rule.href, ruleSet: each.ruleSet.href },
        what: `${ruleWords(each)} opens ${databaseWords(world, each.grants.keys())} to every address`,
        why: `the IP list ${nameWords(lists)} among its consumers holds a whole address family`,
        fix: "name the consumers by labels, or by an IP list of the networks that need it",
      },
    ];
  });
}

function widestLists({ to, index }: LintWorld, { rule }: LintedRule): readonly string[] {
  return rule.consumers.flatMap((actor) => {
    if (actor.kind !== "ipList") return [];
    const { addresses } = to.lookups.ipList(actor.href, "narrow");
    const any = isSubset(everyAddress(4), addresses) || isSubset(everyAddress(6), addresses);
    return any ? [index.ipLists.get(actor.href)?.name ?? actor.href] : [];
  });
}

/** Rule sets that are off and would be about databases, and rules that are off in rule sets that are on. */
export function disabledRules(world: LintWorld): readonly LintFinding[] {
  const naming = world.rules.filter((each) => !each.enabled && each.names.size > 0);
  const bySet = Map.groupBy(
    naming.filter((each) => !each.ruleSet.enabled),
    (each) => each.ruleSet,
  );
  const sets = [...bySet].map(
    ([ruleSet, rules]): LintFinding => ({
      code: "RULE_SET_DISABLED",
      about: { kind: "ruleSet", href: ruleSet.href },
      what: `the rule set "${ruleSet.name}" (${ruleSet.href}) is disabled; ${rules.length} of its rules are for ${databaseWords(
        world,
        rules.flatMap((each) => [...each.names]),
      )}`,
      why: "none of its rules is in force, neither those that allow nor those that deny",
      fix: "enable it and provision, or delete it",
    }),
  );
  const rules = naming
    .filter((each) => each.ruleSet.enabled)
    .map(
      (each): LintFinding => ({
        code: "RULE_DISABLED",
        about: { kind: "rule", href: each.rule.href, ruleSet: each.ruleSet.href },
        what: `${ruleWords(each)} is disabled; it is for ${databaseWords(world, each.names)}`,
        why: "a disabled rule is not in force",
        fix: "enable it and provision, or delete it",
      }),
    );
  return [...sets, ...rules];
}
