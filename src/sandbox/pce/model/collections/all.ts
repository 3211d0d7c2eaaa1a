import { enforcementBoundaries } from "./boundaries.ts";
import { ipLists } from "./ip-lists.ts";
import { labelDimensions, labelGroups, labels } from "./labels.ts";
import { ruleSets } from "./rule-sets.ts";
import { services, virtualServices } from "./services.ts";
import type { CollectionSpec } from "./spec.ts";
import { workloads } from "./workloads.ts";

/** The collections with generic create, read, update and delete, by name. */
export const COLLECTIONS: ReadonlyMap<string, CollectionSpec> = new Map(
  [
    labels,
    labelDimensions,
    workloads,
    labelGroups,
    ipLists,
    services,
    virtualServices,
    ruleSets,
    enforcementBoundaries,
  ].map((spec) => [spec.name, spec]),
);
