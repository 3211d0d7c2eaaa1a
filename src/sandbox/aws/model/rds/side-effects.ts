import type { AnyRdsResource, RdsParameters, RdsSideEffect } from "./database.ts";

interface SideEffectLog {
  readonly now: number;
  readonly sideEffects: RdsSideEffect[];
}

/** Writes down what a Modify call did besides security groups; passwords are masked, nothing at all is left out. */
export function recordSideEffect(
  log: SideEffectLog,
  resource: AnyRdsResource,
  kind: RdsSideEffect["kind"],
  parameters: RdsParameters,
): void {
  if (Object.keys(parameters).length === 0) return;
  log.sideEffects.push({
    at: log.now,
    operation: OPERATION[resource.kind],
    resourceId: resource.resourceId,
    kind,
    parameters: maskPasswords(parameters),
  });
}

/** The same parameters with passwords as `****`, as PendingModifiedValues shows them. */
export function maskPasswords(parameters: RdsParameters): RdsParameters {
  const entries = Object.entries(parameters);
  return Object.fromEntries(entries.map(([name, value]) => [name, /password$/i.test(name) ? "****" : value]));
}

const OPERATION = {
  instance: "ModifyDBInstance",
  cluster: "ModifyDBCluster",
  proxy: "ModifyDBProxy",
  proxyEndpoint: "ModifyDBProxyEndpoint",
} as const;
