import { AwsError } from "../model/aws-error.ts";
import { authorize } from "../model/ec2/authorize.ts";
import { groupById } from "../model/ec2/lookup.ts";
import type { Permission } from "../model/ec2/permission.ts";
import { createSandboxAws } from "../sandbox-aws.ts";

/** One VPC with one subnet and one empty group. */
export function ec2World() {
  const sandbox = createSandboxAws();
  const ec2 = sandbox.ec2();
  const vpc = sandbox.seed.vpc();
  const subnet = sandbox.seed.subnet({ vpcId: vpc.vpcId, cidrBlock: "10.0.1.0/24" });
  const { groupId } = sandbox.seed.securityGroup({ groupName: "db", vpcId: vpc.vpcId });
  const group = () => groupById(ec2, groupId);
  const ingress = (...permissions: readonly Partial<Permission>[]) =>
    authorize(ec2, group(), { isEgress: false, permissions: permissions.map(permission), tags: [] });
  return { sandbox, ec2, vpc, subnet, groupId, group, ingress };
}

/** A permission of TCP 5432 unless told otherwise. */
export const permission = (parts: Partial<Permission>): Permission => ({
  protocol: "tcp",
  fromPort: 5432,
  toPort: 5432,
  ipRanges: [],
  ipv6Ranges: [],
  prefixListIds: [],
  groups: [],
  ...parts,
});

/** `v4("10.0.0.0/8")` as the ranges of a permission. */
export const v4 = (...cidrs: readonly string[]) => ({ ipRanges: cidrs.map((cidr) => ({ cidr })) });
export const v6 = (...cidrs: readonly string[]) => ({ ipv6Ranges: cidrs.map((cidr) => ({ cidr })) });

/** The code of the refusal, or `ok`. */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "ok";
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
}
