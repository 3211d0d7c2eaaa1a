import { databaseIdentities } from "../core/inventory/database-identity.ts";
import type { LintFinding } from "../core/policy/lint/lint-finding.ts";
import { lintPolicy } from "../core/policy/lint/lint-policy.ts";
import type { Planned } from "./plan-databases.ts";

/** Looks through the policy for what is worth a look where the databases of the inventory are concerned. */
export function lintPlanned({ index, inventory }: Planned, owner: string): readonly LintFinding[] {
  const idOf = new Map<string, string>(inventory.databases.map((each) => [each.arn, each.id]));
  const databases = databaseIdentities(inventory, owner).map((each) => ({
    ...each,
    id: idOf.get(each.arn) ?? each.arn,
  }));
  return lintPolicy(index, databases);
}
