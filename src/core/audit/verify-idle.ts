import type { PrintedRule } from "../verify/admitted-ranges.ts";
import type { PrintedStep } from "../verify/verify-plan.ts";
import type { AuditViolation, RecordedStart } from "./audit-record.ts";
import { distinctWrites, type RecordedRun } from "./recorded-run.ts";

/** S7: a write changes something: no rule is authorised that stands, none revoked that does not, no list set anew. */
export function idleWrites(run: RecordedRun): readonly AuditViolation[] {
  const { start } = run;
  if (start?.purpose !== "enforce") return [];
  const standing = new Standing(start);
  return distinctWrites(run).flatMap(({ number, record: { step, database } }) => {
    const what = standing.idle(step);
    standing.carryOut(step);
    return what === undefined ? [] : [{ line: number, rule: "S7", database, what } as const];
  });
}

/** What stands, as far as the record tells. Of a group that a run makes, nobody wrote down the egress it came with. */
class Standing {
  readonly #groups: Map<string, Set<string>>;
  #attached: string;

  constructor({ groups, attached }: RecordedStart) {
    this.#groups = new Map(Object.entries(groups).map(([id, rules]) => [id, new Set(ingressOf(rules))]));
    this.#attached = listOf(attached);
  }

  /** Why a step changes nothing; `undefined` when it does. */
  idle({ action, group = "", groups = [], rules = [] }: PrintedStep): string | undefined {
    if (action === "setDatabaseGroups")
      return listOf(groups) === this.#attached ? "The database carried these groups already" : undefined;
    const keys = ingressOf(rules);
    if (keys.length === 0) return undefined;
    const stand = this.#groups.get(group) ?? new Set();
    if (action === "authorize" && keys.every((key) => stand.has(key))) return "Each rule of it stood already";
    if (action === "revoke" && keys.every((key) => !stand.has(key))) return "None of its rules stood";
    return undefined;
  }

  carryOut({ action, group = "", groups = [], rules = [] }: PrintedStep): void {
    if (action === "setDatabaseGroups") this.#attached = listOf(groups);
    // Another run may have attached it in that moment: then the list is set anew, as that run's record tells.
    if (action === "deleteSecurityGroup") this.#attached = "";
    const stand = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, stand);
    for (const key of ingressOf(rules)) {
      if (action === "authorize") stand.add(key);
      if (action === "revoke") stand.delete(key);
    }
  }
}

const listOf = (groups: readonly string[]): string => [...groups].sort().join(" ");

const ingressOf = (rules: readonly PrintedRule[]): readonly string[] =>
  rules
    .filter(({ direction }) => direction === "ingress")
    .map(({ protocol, fromPort, toPort, source }) =>
      [protocol, fromPort ?? "", toPort ?? "", source].join(" "),
    );
