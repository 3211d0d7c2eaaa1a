import type { Diagnostic } from "../diagnostic.ts";
import type { Inventory } from "../inventory/model.ts";
import { EMPTY_SET } from "../net/address-set.ts";
import type { DatabasePolicy, Resolution } from "../policy/resolution.ts";
import type { ConsumerLabels } from "./losses.ts";
import type { Plan } from "./plan.ts";
import { planDatabase } from "./plan-database.ts";
import { type ObservedConsumer, type PlanSettings, planningWorld } from "./world.ts";

/** Everything a plan is made from. Same input, same plan, byte for byte. */
export interface PlanInput {
  readonly inventory: Inventory;
  readonly policy: {
    readonly source: "pce" | "file";
    readonly version: string;
    readonly complete: boolean;
    readonly problems: readonly Diagnostic[];
  };
  readonly resolution: Resolution;
  readonly settings: PlanSettings;
  /** Who was seen connecting; `undefined` when no flow history was given at all. */
  readonly observed: readonly ObservedConsumer[] | undefined;
  readonly labelsOf: ConsumerLabels;
  /** Number of the first group that the plan creates; above 1 when plans of several regions become one. */
  readonly firstNewGroup?: number;
}

/** Plans every database of an inventory, sorted by ARN. */
export function planEnforcement(input: PlanInput): Plan {
  const world = planningWorld(input.inventory, input.settings, input.firstNewGroup);
  const seenAt = new Map<string, ObservedConsumer[]>();
  for (const seen of input.observed ?? []) {
    const list = seenAt.get(seen.database);
    if (list === undefined) seenAt.set(seen.database, [seen]);
    else list.push(seen);
  }
  const databases = [...input.inventory.databases].sort((a, b) =>
    a.arn < b.arn ? -1 : Number(a.arn > b.arn),
  );
  return {
    policy: { source: input.policy.source, version: input.policy.version },
    databases: databases.map((database) =>
      planDatabase(world, database, {
        policy: input.resolution.databases.get(database.arn) ?? unknownToPolicy(database.arn),
        policyComplete: input.policy.complete,
        observed: input.observed === undefined ? undefined : (seenAt.get(database.arn) ?? []),
        labelsOf: input.labelsOf,
      }),
    ),
    findings: [...input.inventory.findings, ...input.policy.problems, ...input.resolution.findings],
  };
}

const unknownToPolicy = (arn: string): DatabasePolicy => ({
  arn,
  matched: [],
  labels: {},
  allowed: EMPTY_SET,
  grants: [],
  overrideDenied: EMPTY_SET,
  incomplete: [],
  findings: [],
});
