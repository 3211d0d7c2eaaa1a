import type { DbCluster, DbInstance } from "./database.ts";
import { rdsError } from "./errors.ts";
import { isChanging } from "./memberships.ts";
import type { RdsRegion } from "./region.ts";

/** Statuses in which RDS accepts a change of security groups; all others mean that the database is busy or broken. */
const ACCEPTING = /^(available|backing-up|storage-optimization|configuring-[a-z-]+)$/;

/** The DBInstanceStatus that Describe shows at a moment. */
export function instanceStatus(instance: DbInstance, atMs: number): string {
  const { modifying, status } = instance;
  if (status !== "available" || modifying === undefined) return status;
  return atMs >= modifying.from && atMs < modifying.until ? "modifying" : status;
}

/** @throws AwsError InvalidDBInstanceState while the instance is busy, stopped or broken */
export function checkInstanceAccepts(region: RdsRegion, instance: DbInstance): void {
  const status = instanceStatus(instance, region.now);
  // Between acceptance and the first `modifying` the instance looks available and yet is not.
  const accepted = instance.modifying !== undefined && region.now < instance.modifying.from;
  if (accepted || !ACCEPTING.test(status)) {
    throw rdsError(
      "InvalidDBInstanceState",
      `Database instance ${instance.identifier} is not in available state.`,
    );
  }
}

/** @throws AwsError InvalidDBClusterStateFault while the cluster, or by default the groups of a member, are changing */
export function checkClusterAccepts(region: RdsRegion, cluster: DbCluster): void {
  const memberChanges = region.members(cluster).some((member) => isChanging(member.assignment, region.now));
  const busy = region.behaviour.clusterBusyWhileChanging && memberChanges;
  if (busy || !ACCEPTING.test(cluster.status)) {
    throw rdsError(
      "InvalidDBClusterStateFault",
      `DB cluster ${cluster.identifier} is not in available state.`,
    );
  }
}
