import { boundaryCreate, boundaryUpdate } from "../schema/rules.ts";
import type { CollectionSpec } from "./spec.ts";

/** Enforcement boundaries: unscoped denies for workloads in selective mode. */
export const enforcementBoundaries: CollectionSpec = {
  name: "enforcement_boundaries",
  singular: "enforcement_boundary",
  versioned: true,
  ids: "integer",
  create: boundaryCreate,
  update: boundaryUpdate,
  defaults: { enabled: true, network_type: "brn" },
  unique: { fields: ["name"], token: "name_must_be_unique" },
  deletion: "remove",
};
