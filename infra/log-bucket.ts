import { Aws, CfnCondition, CfnResource, Duration, Fn, type Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import type { HubParameters } from "./hub-parameters.ts";

/** The bucket of the flow logs: the hub's own, or one that is there already. */
export interface LogBucket {
  readonly name: string;
  readonly arn: string;
}

/**
 * Where flow logs arrive. Makes of `bucket` the hub's own one, unless the parameters name another; what that one needs
 * stands in docs/guides/cloud.md.
 */
export function logBucket(stack: Stack, bucket: Bucket, parameters: HubParameters): LogBucket {
  const { existingLogBucket } = parameters;
  const own = new CfnCondition(stack, "OwnLogs", {
    expression: Fn.conditionEquals(existingLogBucket.valueAsString, ""),
  });
  letFlowLogsIn(bucket, parameters);
  for (const child of bucket.node.findAll()) {
    // By the property itself: the CDK's own method deploys a function that sets it.
    if (child instanceof CfnBucket)
      child.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    if (CfnResource.isCfnResource(child)) child.cfnOptions.condition = own;
  }
  const name = Fn.conditionIf(own.logicalId, bucket.bucketName, existingLogBucket.valueAsString).toString();
  return { name, arn: Fn.join("", [`arn:${Aws.PARTITION}:s3:::`, name]) };
}

/** Flow logs have a life of their own in the history; the files are kept for this long. */
export const LOGS_KEPT = Duration.days(30);

/** https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html */
function letFlowLogsIn(bucket: Bucket, { organizationId }: HubParameters): void {
  const delivery = (sid: string, actions: string[], resources: string[]) =>
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        principals: [new ServicePrincipal("delivery.logs.amazonaws.com")],
        actions,
        resources,
        // Deliveries of the hub's own account, and of those of its organization.
        conditions: { StringEqualsIfExists: { "aws:SourceOrgID": organizationId.valueAsString } },
      }),
    );
  delivery("FlowLogsMayLook", ["s3:GetBucketAcl", "s3:ListBucket"], [bucket.bucketArn]);
  delivery("FlowLogsMayWrite", ["s3:PutObject"], [Fn.join("", [bucket.bucketArn, "/AWSLogs/*"])]);
}
