import type { Diagnostic } from "../../core/diagnostic.ts";
import { isFirstSwap } from "../../core/guard/first-swap.ts";
import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";

/**
 * Takes the first swap of a database out of a plan that was made without traffic: nobody has looked whether somebody
 * who was seen lately would lose access. What was swapped before, and what drifted since, is repaired at once.
 *
 * @param isSeen whether a history that the plan was held against tells enough of a database
 */
export function holdFirstSwaps(plan: Plan, isSeen: (arn: string) => boolean = () => false): Plan {
  const waits = (d: DatabasePlan): boolean => isFirstSwap(d) && !isSeen(d.arn);
  return { ...plan, databases: plan.databases.map((d) => (waits(d) ? waiting(d) : d)) };
}

const waiting = (database: DatabasePlan): DatabasePlan => ({
  ...database,
  steps: [],
  findings: [...database.findings, finding(database.id)],
});

const finding = (id: string): Diagnostic => ({
  code: "FIRST_SWAP_WAITS",
  what: `The first swap of database "${id}" waits for its flow logs`,
  why: "Without flows nobody can say whether somebody who is connected today would lose access",
  fix: `Nothing once its flow logs arrive, or the history knows a whole day of them; "moat plan" and "moat apply" do it by hand`,
});
