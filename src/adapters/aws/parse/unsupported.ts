import type { Diagnostic } from "../../../core/diagnostic.ts";

/** RDS Custom: AWS does not let the groups of such an instance be set. */
export function rdsCustom(id: string, engine: string): Diagnostic {
  return {
    code: "RDS_CUSTOM",
    what: `Database "${id}" has the engine "${engine}"`,
    why: "RDS Custom does not support changing the security groups of an instance",
    fix: "Set its security groups by hand; Moat leaves it alone",
  };
}

/** An Aurora cluster with internet access only: it stands in no VPC. */
export function noVpcNetworking(id: string): Diagnostic {
  return {
    code: "NO_VPC_NETWORKING",
    what: `Cluster "${id}" has VPCNetworkingEnabled false`,
    why: "A cluster without VPC networking has no security groups",
    fix: "Enable VPC networking for the cluster, or guard it with IAM authentication; Moat leaves it alone",
  };
}

/** A database one of whose members or groups could not be read. */
export function notReadInFull(id: string, problem: Diagnostic): Diagnostic {
  return {
    code: "DATABASE_NOT_READ_IN_FULL",
    what: `Database "${id}" cannot be judged: ${problem.what}`,
    why: "What cannot be read might be what lets a client in, so nothing is changed",
    fix: problem.fix,
  };
}
