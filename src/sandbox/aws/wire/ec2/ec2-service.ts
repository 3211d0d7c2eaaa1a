import type { SandboxWorld } from "../../model/region-state.ts";
import { queryService } from "../query-protocol.ts";
import type { WireService } from "../service.ts";
import { flowLogOperations } from "./flow-log-operations.ts";
import { interfaceOperations } from "./interface-operations.ts";
import { prefixListOperations } from "./prefix-list-operations.ts";
import { regionOperations } from "./region-operations.ts";
import { securityGroupOperations } from "./security-group-operations.ts";
import { tagOperations } from "./tag-operations.ts";
import { vpcOperations } from "./vpc-operations.ts";

/** The part of EC2 that Moat depends on. */
export const ec2Service = (world: SandboxWorld): WireService =>
  queryService(world, {
    name: "ec2",
    dialect: "ec2",
    xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    operations: {
      ...securityGroupOperations,
      ...interfaceOperations,
      ...vpcOperations,
      ...regionOperations,
      ...tagOperations,
      ...prefixListOperations,
      ...flowLogOperations,
    },
  });
