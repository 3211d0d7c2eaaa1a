import type { Plan } from "./plan.ts";

/**
 * The part of a plan that is about some databases. Databases are planned each by itself, so what is left is what a plan
 * of them alone would say; how many were left out is told.
 *
 * @param arns of the databases that stay
 */
export function planAbout(plan: Plan, arns: ReadonlySet<string>): Plan {
  const databases = plan.databases.filter(({ arn }) => arns.has(arn));
  const leftOut = (plan.leftOut ?? 0) + plan.databases.length - databases.length;
  return { ...plan, databases, ...(leftOut === 0 ? {} : { leftOut }) };
}
