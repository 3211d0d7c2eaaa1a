import type { Diagnostic } from "../core/diagnostic.ts";
import type { Database, Inventory } from "../core/inventory/model.ts";

export interface DatabaseNotFound {
  readonly kind: "notFound";
  readonly problem: Diagnostic;
}

/**
 * Finds a database by its id, its ARN or one of its endpoints. An id that an instance and a cluster share must be given
 * as an ARN.
 */
export function findDatabase(
  inventory: Inventory,
  name: string,
): { readonly kind: "found"; readonly database: Database } | DatabaseNotFound {
  const wanted = name.toLowerCase();
  const matches = inventory.databases.filter(
    (d) => d.id.toLowerCase() === wanted || d.arn === name || d.endpoints.includes(wanted),
  );
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return { kind: "found", database: first };
  return {
    kind: "notFound",
    problem: first === undefined ? noDatabase(inventory, name) : ambiguous(matches, name),
  };
}

function noDatabase(inventory: Inventory, name: string): Diagnostic {
  const ids = inventory.databases.map((d) => d.id);
  const nearest = ids.filter((id) => id.includes(name) || name.includes(id)).slice(0, 3);
  const known = nearest.length > 0 ? nearest : ids.slice(0, 5);
  return {
    code: "DATABASE_UNKNOWN",
    what: `There is no database "${name}" in account ${inventory.accountId}, region ${inventory.region}`,
    why: ids.length === 0 ? "No database was found there at all" : `${ids.length} databases were found there`,
    fix:
      known.length === 0
        ? "Check the region and the credentials"
        : `Did you mean ${known.map((id) => `"${id}"`).join(", ")}?`,
  };
}

const ambiguous = (matches: readonly Database[], name: string): Diagnostic => ({
  code: "DATABASE_AMBIGUOUS",
  what: `"${name}" names ${matches.length} databases`,
  why: `An ${matches.map((d) => d.kind).join(" and a ")} share it`,
  fix: `Give the ARN: ${matches.map((d) => d.arn).join(" or ")}`,
});
