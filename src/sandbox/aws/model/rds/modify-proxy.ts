import { startGroupChange } from "./change-groups.ts";
import type { DbProxy, DbProxyEndpoint, RdsParameters } from "./database.ts";
import { type RdsErrorCode, rdsError } from "./errors.ts";
import { checkGroups } from "./group-check.ts";
import type { RdsRegion } from "./region.ts";
import { recordSideEffect } from "./side-effects.ts";

/** A parsed ModifyDBProxy or ModifyDBProxyEndpoint. */
export interface ModifyProxyRequest {
  readonly name: string;
  /** The whole new list (`SecurityGroups` of a proxy, `VpcSecurityGroupIds` of an endpoint). */
  readonly groups?: readonly string[];
  readonly others: RdsParameters;
}

/** Changes a proxy. @throws AwsError as RDS refuses it */
export function modifyProxy(region: RdsRegion, request: ModifyProxyRequest): DbProxy {
  const proxy = modify(region, region.proxy(request.name), request, "InvalidDBProxyStateFault");
  return region.put({ ...proxy, updatedAt: region.now });
}

/** Changes an endpoint of a proxy. @throws AwsError as RDS refuses it */
export function modifyProxyEndpoint(region: RdsRegion, request: ModifyProxyRequest): DbProxyEndpoint {
  return modify(region, region.proxyEndpoint(request.name), request, "InvalidDBProxyEndpointStateFault");
}

function modify<T extends DbProxy | DbProxyEndpoint>(
  region: RdsRegion,
  resource: T,
  request: ModifyProxyRequest,
  busy: RdsErrorCode,
): T {
  if (resource.status !== "available") {
    throw rdsError(
      busy,
      `${resource.identifier} is not in available state. Current status: ${resource.status}`,
    );
  }
  recordSideEffect(region, resource, "requested", request.others);
  const groups = request.groups ?? [];
  if (groups.length === 0) return resource;
  checkGroups(region, resource.vpcId, groups);
  const changed = startGroupChange(region, resource, groups);
  return changed.assignment.change === undefined ? changed : region.put({ ...changed, status: "modifying" });
}
