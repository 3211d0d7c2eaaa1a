import type { DatabaseOutcome } from "../../app/apply-outcome.ts";
import type { Drift } from "../../core/drift/drift.ts";
import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";
import type { Keeper } from "./keeper.ts";

/** A log event of CloudWatch holds 1 MiB; this many of a kind say enough, and the number of all stands beside them. */
const SHOWN = 20;

/** Counts what a plan found. */
export function countPlan({ count }: Keeper, { databases }: Plan): void {
  const with_ = (of: (database: DatabasePlan) => boolean): number => databases.filter(of).length;
  count("Databases", databases.length);
  count(
    "DatabasesInSync",
    with_((d) => d.inSync),
  );
  count(
    "DatabasesRefused",
    with_((d) => d.refused.length > 0),
  );
  count(
    "DriftFound",
    databases.reduce((sum, d) => sum + d.drift.filter(({ left }) => !left).length, 0),
  );
  count(
    "RevocationsHeld",
    with_((d) => d.findings.some(({ code }) => code === "REVOCATION_HELD")),
  );
  count(
    "TugsOfWar",
    with_((d) => d.refused.some(({ gate }) => gate === "tugOfWar")),
  );
}

/** What a plan found, as fields of a log line: names and reasons; never an address, never a secret. */
export function planFields({ databases, findings }: Plan): Readonly<Record<string, unknown>> {
  return {
    databases: databases.length,
    inSync: databases.filter(({ inSync }) => inSync).length,
    ...list("refused", databases.filter(({ refused }) => refused.length > 0).map(refusedOf)),
    ...list("egressHeld", databases.flatMap(egressHeldOf)),
    ...list(
      "drift",
      databases.flatMap((d) => d.drift.map((drift) => driftOf(d.id, drift))),
    ),
    ...list(
      "findings",
      databases.flatMap((d) => d.findings.map(({ code }) => ({ database: d.id, code }))),
    ),
    ...list(
      "planFindings",
      findings.map(({ code }) => code),
    ),
  };
}

/** What was done to databases, as fields of a log line. */
export const outcomeFields = (outcomes: readonly DatabaseOutcome[]): Readonly<Record<string, unknown>> =>
  list(
    "outcomes",
    outcomes.map(({ id, status, writeCalls, problem }) => ({
      database: id,
      status,
      writeCalls,
      ...(problem === undefined ? {} : { problem: { code: problem.code, fix: problem.fix } }),
    })),
  );

/** Databases of which nothing is closed that policy does not let them open. */
export const egressHeldOf = ({ id, egress }: DatabasePlan): readonly unknown[] =>
  egress === undefined || egress.held.length === 0
    ? []
    : [{ id, gates: egress.held.map(({ gate, acknowledge }) => ({ gate, acknowledge })) }];

const refusedOf = ({ id, refused, drift }: DatabasePlan): unknown => ({
  database: id,
  gates: refused.map(({ gate, acknowledge }) => ({ gate, acknowledge })),
  ...(drift.length === 0 ? {} : { by: drift.flatMap(({ by }) => by?.who ?? []) }),
});

const driftOf = (
  database: string,
  { kind, group, securityGroupRuleId, letsIn, left, by }: Drift,
): unknown => ({
  database,
  kind,
  group,
  ...(securityGroupRuleId === undefined ? {} : { rule: securityGroupRuleId }),
  ...(letsIn === undefined ? {} : { letsIn }),
  ...(left ? { left } : {}),
  ...(by === undefined ? {} : { by: { who: by.who, tool: by.tool, operation: by.operation, at: by.at } }),
});

/** An empty list is left out; a long one is cut, with the number of all its items. */
function list(name: string, items: readonly unknown[]): Readonly<Record<string, unknown>> {
  if (items.length === 0) return {};
  const count = items.length > SHOWN ? { [`${name}Count`]: items.length } : {};
  return { [name]: items.slice(0, SHOWN), ...count };
}
