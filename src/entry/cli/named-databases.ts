import type { Command } from "commander";
import { findDatabase } from "../../app/find-database.ts";
import type { Planned } from "../../app/plan-databases.ts";
import { planAbout } from "../../core/plan/plan-about.ts";
import { CliProblem } from "./problem.ts";

/** For commands that can be asked about some databases only. */
export interface DatabaseOptions {
  /** Ids, ARNs or endpoints. */
  readonly database?: readonly string[];
}

/** Adds the option to a command. */
export const withDatabases = (command: Command): Command =>
  command.option("--database <name...>", "only these databases, by id, ARN or endpoint");

/**
 * The plan of the databases that were named, of all when none was.
 *
 * @throws CliProblem for a name that none of the account's databases has, or that two have
 */
export function aboutNamed(planned: Planned, { database: names }: DatabaseOptions): Planned {
  if (names === undefined) return planned;
  const arns = names.map((name) => {
    const found = findDatabase(planned.inventory, name);
    if (found.kind === "notFound") throw new CliProblem(found.problem);
    return found.database.arn;
  });
  return { ...planned, plan: planAbout(planned.plan, new Set(arns)) };
}
