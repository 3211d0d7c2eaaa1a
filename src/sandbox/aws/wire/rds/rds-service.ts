import type { SandboxWorld } from "../../model/region-state.ts";
import { queryService } from "../query-protocol.ts";
import type { WireService } from "../service.ts";
import { DESCRIBE_OPERATIONS } from "./describe-operations.ts";
import { WRITE_OPERATIONS } from "./write-operations.ts";

/** RDS on the wire; DocumentDB and Neptune clients speak to the same service. */
export function rdsService(world: SandboxWorld): WireService {
  return queryService(world, {
    name: "rds",
    dialect: "query",
    xmlNamespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    operations: { ...DESCRIBE_OPERATIONS, ...WRITE_OPERATIONS },
  });
}
