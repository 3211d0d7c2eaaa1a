import type { DatabasePlan, Plan } from "../../core/plan/plan.ts";
import { planAbout } from "../../core/plan/plan-about.ts";
import { planDocument } from "../../core/plan/plan-document.ts";
import type { CliContext } from "./context.ts";
import { problemText } from "./render/problem-text.ts";

/** What a plan is compared by: everything that would be carried out, and the state it was made from. */
export interface ComparablePlan {
  /** Set where it is about some databases only. */
  readonly leftOut?: number;
  readonly databases: readonly {
    readonly id: string;
    readonly arn: string;
    readonly basis: string;
    readonly steps: readonly unknown[];
  }[];
}

/** What today's plan says of the databases that a saved one is about. */
export const todayOf = (saved: ComparablePlan, today: Plan): Plan =>
  saved.leftOut === undefined ? today : planAbout(today, new Set(saved.databases.map(({ arn }) => arn)));

/** Databases whose steps today are not those of the saved plan. */
export function movedDatabases(saved: ComparablePlan, today: Plan): readonly string[] {
  const before = new Map(saved.databases.map((d) => [d.arn, d]));
  const now = new Map(planDocument(today).databases.map((d) => [d.arn as string, d]));
  const arns = [...new Set([...before.keys(), ...now.keys()])];
  return arns
    .filter((arn) => stepsText(before.get(arn)) !== stepsText(now.get(arn)))
    .map((arn) => (now.get(arn) ?? before.get(arn))?.id ?? arn);
}

const stepsText = (
  d: (Pick<DatabasePlan, "basis"> & { readonly steps: readonly unknown[] }) | undefined,
): string => (d === undefined || d.steps.length === 0 ? "" : JSON.stringify([d.basis, d.steps]));

/** Says that a plan is no longer of today, and refuses. */
export function refuseMoved(context: CliContext, plan: string, moved: readonly string[]): void {
  const problem = {
    what: `The world moved since ${plan} was made: ${moved.join(", ")}`,
    why: "A plan made for another state might cut a client or let one in",
    fix: "Make and review a new plan: moat plan --out plan.json",
  };
  context.progress(problemText(problem, "✗", context.progressStyle));
  context.exit(3);
}
