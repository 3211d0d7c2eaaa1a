import { startGroupChange } from "./change-groups.ts";
import type { DbInstance, RdsParameters } from "./database.ts";
import { isCustomEngine } from "./engine.ts";
import { rdsError } from "./errors.ts";
import { checkGroups } from "./group-check.ts";
import type { RdsRegion } from "./region.ts";
import { renameInstance } from "./rename.ts";
import { maskPasswords, recordSideEffect } from "./side-effects.ts";
import { checkInstanceAccepts } from "./status.ts";

/** A parsed ModifyDBInstance. */
export interface ModifyInstanceRequest {
  readonly identifier: string;
  /** The whole new list; absent or empty leaves the groups alone. */
  readonly groups?: readonly string[];
  readonly applyImmediately: boolean;
  /** Every other parameter of the call, by its AWS name. */
  readonly others: RdsParameters;
}

/** Parameters that wait in PendingModifiedValues, with the name they have there. */
const PENDING_NAMES: Readonly<Record<string, string>> = {
  DBInstanceClass: "DBInstanceClass",
  AllocatedStorage: "AllocatedStorage",
  MasterUserPassword: "MasterUserPassword",
  DBPortNumber: "Port",
  BackupRetentionPeriod: "BackupRetentionPeriod",
  MultiAZ: "MultiAZ",
  EngineVersion: "EngineVersion",
  LicenseModel: "LicenseModel",
  Iops: "Iops",
  NewDBInstanceIdentifier: "DBInstanceIdentifier",
  StorageType: "StorageType",
  CACertificateIdentifier: "CACertificateIdentifier",
  DBSubnetGroupName: "DBSubnetGroupName",
};

/**
 * Changes an instance. Security groups change at once whatever ApplyImmediately says; ApplyImmediately flushes
 * everything else that was pending.
 *
 * @returns the answer of the call, which still shows the status from before it
 * @throws AwsError as RDS refuses it
 */
export function modifyInstance(region: RdsRegion, request: ModifyInstanceRequest): DbInstance {
  const before = region.instance(request.identifier);
  checkInstanceAccepts(region, before);
  const groups = request.groups ?? [];
  if (groups.length > 0) checkInstanceGroups(region, before, groups);
  const withGroups = groups.length > 0 ? startGroupChange(region, before, groups) : before;
  const settledAt = withGroups.assignment.change?.settledAt;
  const after = modifyOthers(region, markModifying(region, withGroups, settledAt), request);
  return { ...after, modifying: undefined };
}

function checkInstanceGroups(region: RdsRegion, instance: DbInstance, groups: readonly string[]): void {
  if (instance.dbClusterIdentifier !== undefined) {
    throw rdsError(
      "InvalidParameterCombination",
      "The specified DB Instance is a member of a cluster. Modify vpc security group for the DB Cluster using the ModifyDbCluster API",
    );
  }
  if (isCustomEngine(instance.engine)) {
    throw rdsError(
      "InvalidParameterCombination",
      "You can't modify VPC security groups for RDS Custom DB instances.",
    );
  }
  checkGroups(region, instance.vpcId, groups);
}

function markModifying(region: RdsRegion, instance: DbInstance, until: number | undefined): DbInstance {
  if (until === undefined) return instance;
  const from = region.now + region.timing.statusLagMs;
  return region.put({
    ...instance,
    modifying: { from, until: Math.max(from, until, instance.modifying?.until ?? 0) },
  });
}

function modifyOthers(region: RdsRegion, instance: DbInstance, request: ModifyInstanceRequest): DbInstance {
  const { others, applyImmediately } = request;
  if (Object.keys(others).length === 0 && !applyImmediately) return instance;
  recordSideEffect(region, instance, "requested", others);
  const withParameterGroup = changeParameterGroup(region, instance, others);
  const pending = { ...withParameterGroup.pendingModifiedValues, ...asPending(others) };
  if (!applyImmediately) return region.put({ ...withParameterGroup, pendingModifiedValues: pending });
  recordSideEffect(region, instance, "flushed", withParameterGroup.pendingModifiedValues);
  recordSideEffect(region, instance, "appliedImmediately", pending);
  return Object.keys(pending).length === 0
    ? withParameterGroup
    : applyPending(region, { ...withParameterGroup, pendingModifiedValues: pending });
}

/** Applies what is pending, as the next maintenance window or ApplyImmediately=true does. */
export function applyPending(region: RdsRegion, instance: DbInstance): DbInstance {
  const pending = instance.pendingModifiedValues;
  const changed: DbInstance = {
    ...instance,
    dbInstanceClass: pending.DBInstanceClass ?? instance.dbInstanceClass,
    engineVersion: pending.EngineVersion ?? instance.engineVersion,
    port: Number(pending.Port ?? instance.port),
    multiAz: (pending.MultiAZ ?? String(instance.multiAz)) === "true",
    pendingModifiedValues: {},
  };
  const busy = markModifying(region, changed, region.now + region.timing.lifecycleMs);
  const newIdentifier = pending.DBInstanceIdentifier;
  return newIdentifier === undefined ? busy : renameInstance(region, busy, newIdentifier);
}

function changeParameterGroup(region: RdsRegion, instance: DbInstance, others: RdsParameters): DbInstance {
  const parameterGroup = others.DBParameterGroupName;
  if (parameterGroup === undefined) return instance;
  // A new parameter group waits for a reboot, even with ApplyImmediately.
  return region.put({ ...instance, parameterGroup, parameterApplyStatus: "pending-reboot" });
}

function asPending(others: RdsParameters): RdsParameters {
  const entries = Object.entries(maskPasswords(others)).flatMap(([name, value]) => {
    const pendingName = PENDING_NAMES[name];
    return pendingName === undefined ? [] : [[pendingName, value] as const];
  });
  return Object.fromEntries(entries);
}
