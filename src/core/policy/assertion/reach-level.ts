import type { AddressSet } from "../../net/address-set.ts";

/** How close to the packets an assertion is tried: what policy says, the rules made of it, or the groups attached now. */
export type Level = "model" | "compiled" | "live";

export const LEVELS: readonly Level[] = ["model", "compiled", "live"];

/** Who reaches one database's port at one level. */
export interface LevelReach {
  readonly admitted: AddressSet;
  /** Why somebody else may be admitted, too; empty when the set is certain. */
  readonly doubts: readonly string[];
}

/** One database as assertions see it. */
export interface AssertedDatabase {
  readonly id: string;
  readonly arn: string;
  readonly endpoints: readonly string[];
  /** Labels of the policy objects that stand for it, key to values. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** The listener's port; absent while the database is being created. */
  readonly port?: number;
  readonly reach: (level: Level, port: number) => LevelReach;
}
