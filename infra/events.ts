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

/**
 * What RDS itself tells: created, restored, renamed, failed over, available again, other groups. Of its categories only
 * those after which a database may be another, or have other interfaces; backups, storage and patches of the engine alone
 * are most of what RDS says, and change nothing of who reaches it. `notification` has stop and start.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
export const RDS_EVENTS: EventPattern = {
  source: ["aws.rds"],
  detailType: ["RDS DB Cluster Event", "RDS DB Instance Event", "RDS DB Proxy Event"],
  detail: {
    EventCategories: [
      "availability",
      "configuration change",
      "creation",
      "deletion",
      "failover",
      "global-failover",
      "maintenance",
      "notification",
      "read replica",
      "recovery",
      "restoration",
    ],
  },
};
