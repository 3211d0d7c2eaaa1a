import type { EventPattern } from "aws-cdk-lib/aws-events";

/**
 * Calls that may have changed who reaches a database. The group stands in different places of different events, so the
 * calls are matched by name and the function looks at what they name.
 */
export const TAMPER_EVENTS: EventPattern = {
  source: ["aws.ec2", "aws.rds"],
  detailType: ["AWS API Call via CloudTrail"],
  detail: {
    eventName: [
      "AuthorizeSecurityGroupEgress",
      "AuthorizeSecurityGroupIngress",
      "CreateTags",
      "DeleteSecurityGroup",
      "DeleteTags",
      "ModifyDBCluster",
      "ModifyDBInstance",
      "ModifyDBProxy",
      "ModifyDBProxyEndpoint",
      "ModifyManagedPrefixList",
      "ModifyNetworkInterfaceAttribute",
      "ModifySecurityGroupRules",
      "RestoreManagedPrefixListVersion",
      "RevokeSecurityGroupEgress",
      "RevokeSecurityGroupIngress",
    ],
  },
};

/** What RDS itself tells: created, restored, renamed, failed over, available again. */
export const RDS_EVENTS: EventPattern = {
  source: ["aws.rds"],
  detailType: ["RDS DB Cluster Event", "RDS DB Instance Event"],
};
