import { startClusterGroupChange } from "./change-groups.ts";
import type { DbCluster, RdsParameters } from "./database.ts";
import { rdsError } from "./errors.ts";
import { checkGroups } from "./group-check.ts";
import type { RdsRegion } from "./region.ts";
import { maskPasswords, recordSideEffect } from "./side-effects.ts";
import { checkClusterAccepts } from "./status.ts";

/** A parsed ModifyDBCluster. */
export interface ModifyClusterRequest {
  readonly identifier: string;
  /** The whole new list; absent or empty leaves the groups alone. */
  readonly groups?: readonly string[];
  readonly applyImmediately: boolean;
  /** Every other parameter of the call, by its AWS name. */
  readonly others: RdsParameters;
}

const PENDING = new Set([
  "EngineVersion",
  "MasterUserPassword",
  "AllocatedStorage",
  "Iops",
  "DBClusterInstanceClass",
]);

/**
 * Changes a cluster. The answer, like the cluster's description from then on, shows the new groups as `active`
 * although the members have only begun to change.
 *
 * @throws AwsError as RDS refuses it
 */
export function modifyCluster(region: RdsRegion, request: ModifyClusterRequest): DbCluster {
  const cluster = region.cluster(request.identifier);
  checkClusterAccepts(region, cluster);
  const groups = request.groups ?? [];
  if (groups.length === 0) return modifyOthers(region, cluster, request);
  if (!cluster.vpcNetworkingEnabled) {
    throw rdsError(
      "InvalidParameterCombination",
      "VPC security groups can't be specified for a DB cluster without VPC networking.",
    );
  }
  checkGroups(region, cluster.vpcId, groups);
  return modifyOthers(region, startClusterGroupChange(region, cluster, groups), request);
}

function modifyOthers(region: RdsRegion, cluster: DbCluster, request: ModifyClusterRequest): DbCluster {
  const { others, applyImmediately } = request;
  recordSideEffect(region, cluster, "requested", others);
  const added = Object.entries(maskPasswords(others)).filter(([name]) => PENDING.has(name));
  const pending: RdsParameters = { ...cluster.pendingModifiedValues, ...Object.fromEntries(added) };
  if (!applyImmediately) return region.put({ ...cluster, pendingModifiedValues: pending });
  recordSideEffect(region, cluster, "flushed", cluster.pendingModifiedValues);
  recordSideEffect(region, cluster, "appliedImmediately", pending);
  const engineVersion = pending.EngineVersion ?? cluster.engineVersion;
  return region.put({ ...cluster, engineVersion, pendingModifiedValues: {} });
}
