import type { LintFinding } from "./lint-finding.ts";
import type { LintWorld, NamedDatabase } from "./lint-world.ts";

/** Databases that policy does not know, and those that it knows and no rule is about. */
export function lonelyDatabases(world: LintWorld): readonly LintFinding[] {
  const named = new Set(world.rules.filter((each) => each.enabled).flatMap((each) => [...each.names]));
  return world.databases.flatMap((database, at) => {
    const matched = world.to.drafts[at]?.match.matched ?? [];
    if (matched.length === 0) return [unknownDatabase(database)];
    return named.has(at) ? [] : [unnamedDatabase(database)];
  });
}

function unknownDatabase({ id, arn }: NamedDatabase): LintFinding {
  return {
    code: "DATABASE_WITHOUT_POLICY_OBJECT",
    about: { kind: "database", arn },
    what: `no object of the policy stands for the database "${id}"`,
    why: "no workload or virtual service has its ARN, an endpoint of it, or its address",
    fix: `make an unmanaged workload for it with the external data reference ${arn}`,
  };
}

function unnamedDatabase({ id, arn }: NamedDatabase): LintFinding {
  return {
    code: "DATABASE_WITHOUT_RULE",
    about: { kind: "database", arn },
    what: `no rule in force has the database "${id}" among its providers`,
    why: "enforced like this, nobody could connect to it",
    fix: "write a rule for it, or correct its labels",
  };
}
