import { z } from "zod";
import { list, optional } from "./shape.ts";

/** `Endpoint` or `ListenerEndpoint` of an instance. Absent while it is being created. */
export const Endpoint = optional(
  z.object({ Address: optional(z.string()), Port: optional(z.int().min(0).max(65535)) }),
);

/** Host names in lower case, without blanks and twins, in the order given. */
export function hostNames(names: readonly (string | undefined)[]): readonly string[] {
  const hosts = names.flatMap((name) => (name === undefined || name === "" ? [] : [name.toLowerCase()]));
  return [...new Set(hosts)];
}

/** `DBSubnetGroup` as an instance carries it and as DescribeDBSubnetGroups lists it. */
export const SubnetGroup = z.object({
  DBSubnetGroupName: optional(z.string()),
  VpcId: optional(z.string()),
  Subnets: list(z.object({ SubnetIdentifier: z.string() })),
});

/** Where a database stands: its VPC and the subnets it may be in. */
export interface Network {
  readonly vpcId?: string;
  readonly subnetIds: readonly string[];
}

/** The network that a subnet group names; nothing known without one. */
export function toNetwork(group: z.infer<typeof SubnetGroup> | undefined): Network {
  if (group === undefined) return { subnetIds: [] };
  const subnetIds = group.Subnets.map((s) => s.SubnetIdentifier);
  return group.VpcId === undefined ? { subnetIds } : { vpcId: group.VpcId, subnetIds };
}
