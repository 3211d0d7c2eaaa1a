import type { PolicyIndex } from "../policy-index.ts";
import { idleRules } from "./idle-rules.ts";
import type { LintFinding } from "./lint-finding.ts";
import { type LintWorld, lintWorld, type NamedDatabase } from "./lint-world.ts";
import { lonelyDatabases } from "./lonely-databases.ts";
import { redundantRules } from "./redundant-rules.ts";
import { disabledRules, openRules } from "./risky-rules.ts";
import { unusedLabels } from "./unused-labels.ts";

const CHECKS: readonly ((world: LintWorld) => readonly LintFinding[])[] = [
  openRules,
  lonelyDatabases,
  idleRules,
  redundantRules,
  disabledRules,
  unusedLabels,
];

/** Looks through a whole policy for what is worth a look where databases are concerned; by check, then by name. */
export function lintPolicy(index: PolicyIndex, databases: readonly NamedDatabase[]): readonly LintFinding[] {
  const world = lintWorld(index, databases);
  return CHECKS.flatMap((check) => check(world).toSorted(byText));
}

function byText(a: LintFinding, b: LintFinding): number {
  if (a.code !== b.code) return a.code < b.code ? -1 : 1;
  return a.what < b.what ? -1 : Number(a.what > b.what);
}
