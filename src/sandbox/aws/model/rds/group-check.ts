import { rdsError } from "./errors.ts";
import type { RdsRegion } from "./region.ts";

/**
 * Refuses a list of security groups that RDS would refuse for a database in `vpcId`.
 *
 * @throws AwsError InvalidParameterValue for a group that EC2 does not know (also right after its creation),
 * InvalidParameterCombination for one of another VPC, QuotaExceeded.DBSecurityGroup for too many
 */
export function checkGroups(region: RdsRegion, vpcId: string, groups: readonly string[]): void {
  const wanted = new Set(groups);
  for (const groupId of wanted) checkGroup(region, vpcId, groupId);
  if (wanted.size > region.behaviour.maxGroupsPerDatabase()) {
    // The message is AWS's own; its code is not recorded anywhere public.
    throw rdsError(
      "QuotaExceeded.DBSecurityGroup",
      "The request violates your limit on number of Ec2 VPC SecurityGroups associated with an instance",
    );
  }
}

function checkGroup(region: RdsRegion, vpcId: string, groupId: string): void {
  const groupVpc = region.network.groupVpc(groupId);
  if (groupVpc === undefined) {
    throw rdsError("InvalidParameterValue", `Invalid security group , groupId= ${groupId}, groupName=.`);
  }
  if (groupVpc !== vpcId) {
    throw rdsError(
      "InvalidParameterCombination",
      `The DB instance and EC2 security group are in different VPCs. The DB instance is in ${vpcId} and the EC2 security group is in ${groupVpc}`,
    );
  }
}
