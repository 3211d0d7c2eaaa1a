import { Aws, CfnCondition, CfnResource, Duration, Fn, type Stack } from "aws-cdk-lib";
import type { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { CfnSecurityGroup } from "aws-cdk-lib/aws-ec2";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { type AlarmMaker, figure } from "./alarms.ts";
import type { HubParameters } from "./hub-parameters.ts";
import { moatFunction } from "./moat-function.ts";
import type { Statement } from "./permissions.ts";

const BEAT = Duration.minutes(15);

/** The canary, for those that repair it. */
export interface Canary {
  /** Holds where there is one. */
  readonly condition: CfnCondition;
  readonly group: CfnSecurityGroup;
  /** Its group's id; an empty text when there is none. */
  readonly groupId: string;
  /** What `reconcile` may do to it. */
  readonly repair: Statement;
}

/** A group that guards nothing, and how others know it. It exists where the parameter `CanaryVpcId` names a VPC. */
export function canary(stack: Stack, { canaryVpcId, owner }: HubParameters): Canary {
  const condition = new CfnCondition(stack, "HasCanary", {
    expression: Fn.conditionNot(Fn.conditionEquals(canaryVpcId.valueAsString, "")),
  });
  const group = new CfnSecurityGroup(stack, "Canary", {
    groupDescription: "Moat tampers with this group to see whether that is noticed. Attach it to nothing",
    vpcId: canaryVpcId.valueAsString,
    tags: [{ key: "moat:canary", value: owner.valueAsString }],
  });
  group.cfnOptions.condition = condition;
  const idOr = (absent: string): string =>
    Fn.conditionIf(condition.logicalId, group.attrGroupId, absent).toString();
  return {
    condition,
    group,
    groupId: idOr(""),
    repair: {
      Sid: "RepairTheCanary",
      Effect: "Allow",
      Action: ["ec2:RevokeSecurityGroupIngress"],
      Resource: groupArn(idOr("none")),
    },
  };
}

const groupArn = (groupId: string): string =>
  `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:security-group/${groupId}`;

/** The function that tampers with the canary on a schedule, and the alarms for when nobody notices. */
export function heartbeat(
  stack: Stack,
  parameters: HubParameters,
  { condition, group }: Canary,
  { alarm, undelivered }: { readonly alarm: AlarmMaker; readonly undelivered: IQueue },
): void {
  const inside = new Construct(stack, "Heartbeat");
  const target = moatFunction(inside, "Heartbeat", {
    parameters,
    timeout: Duration.minutes(1),
    environment: { MOAT_CANARY: group.attrGroupId },
    statements: [
      {
        Sid: "SeeTheCanary",
        Effect: "Allow",
        Action: ["ec2:DescribeSecurityGroupRules"],
        Resource: "*",
      },
      {
        Sid: "TamperWithIt",
        Effect: "Allow",
        Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
        Resource: groupArn(group.attrGroupId),
      },
      {
        Sid: "MakeTheRule",
        Effect: "Allow",
        Action: ["ec2:AuthorizeSecurityGroupIngress"],
        Resource: `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:security-group-rule/*`,
      },
    ],
  });
  new Rule(inside, "Schedule", {
    description: "Tampers with the canary",
    schedule: Schedule.rate(BEAT),
    targets: [
      new LambdaFunction(target, { retryAttempts: 1, maxEventAge: BEAT, deadLetterQueue: undelivered }),
    ],
  });
  const made: readonly Alarm[] = [
    alarm("HeartbeatErrors", "The heartbeat failed", target.metricErrors({ period: BEAT }), 1),
    alarm("CanaryLeft", "A change of the canary was not undone", figure("CanaryLeft", "heartbeat"), 1),
    alarm(
      "NoHeartbeat",
      "No change of the canary was made and undone for an hour",
      figure("CanaryRepairs", "reconcile").with({ period: Duration.hours(1) }),
      1,
      true,
    ),
  ];
  for (const child of [inside, ...made].flatMap((each) => each.node.findAll()))
    if (CfnResource.isCfnResource(child)) child.cfnOptions.condition = condition;
}
