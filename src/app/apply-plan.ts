import { type ApplyLimits, applyDatabase } from "./apply-database.ts";
import type { DatabaseOutcome } from "./apply-outcome.ts";
import type { ApplyPorts, DatabaseSteps } from "./apply-run.ts";

/** Databases that are changed at the same time. More would only wait for EC2's call rate. */
export const DEFAULT_CONCURRENCY = 4;

export interface ApplyOptions extends ApplyLimits {
  readonly concurrency?: number;
}

/**
 * Carries out a plan: the steps of one database in order, several databases side by side. One database's failure
 * stops only that database.
 */
export async function applyPlan(
  ports: ApplyPorts,
  databases: readonly DatabaseSteps[],
  options: ApplyOptions = {},
): Promise<readonly DatabaseOutcome[]> {
  const outcomes = new Map<number, DatabaseOutcome>();
  let next = 0;
  async function worker(): Promise<void> {
    for (let i = next++; i < databases.length; i = next++) {
      const database = databases[i];
      if (database !== undefined) outcomes.set(i, await applyDatabase(ports, database, options));
    }
  }
  await Promise.all(Array.from({ length: options.concurrency ?? DEFAULT_CONCURRENCY }, worker));
  return [...outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
}
