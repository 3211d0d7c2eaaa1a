import { Aws, CfnCondition, Fn, type Stack } from "aws-cdk-lib";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { CfnBucket } from "aws-cdk-lib/aws-s3";
import { CfnTopic } from "aws-cdk-lib/aws-sns";
import { CfnQueue } from "aws-cdk-lib/aws-sqs";
import { type FunctionParameters, NO_KEY } from "./hub-parameters.ts";

/**
 * Lets everything of a stack that holds data be encrypted with the key that the parameter names; without one AWS's own
 * keys do it. What the key's policy has to allow stands in docs/guides/cloud.md.
 */
export function withOwnKey(stack: Stack, { kmsKeyArn }: Pick<FunctionParameters, "kmsKeyArn">): void {
  const { logicalId } = new CfnCondition(stack, "HasKey", {
    expression: Fn.conditionNot(Fn.conditionEquals(kmsKeyArn.valueAsString, NO_KEY)),
  });
  const key = Fn.conditionIf(logicalId, kmsKeyArn.valueAsString, Aws.NO_VALUE).toString();
  for (const child of stack.node.findAll()) {
    if (child instanceof CfnQueue) {
      child.kmsMasterKeyId = key;
      child.sqsManagedSseEnabled = Fn.conditionIf(logicalId, Aws.NO_VALUE, true);
    }
    if (child instanceof CfnTopic) child.kmsMasterKeyId = key;
    if (child instanceof CfnLogGroup) child.kmsKeyId = key;
    if (child instanceof CfnBucket) {
      const sseAlgorithm = Fn.conditionIf(logicalId, "aws:kms", "AES256").toString();
      child.bucketEncryption = {
        serverSideEncryptionConfiguration: [
          {
            // One key for the whole bucket and not one for each object: a hundredth of the calls to KMS.
            bucketKeyEnabled: true,
            serverSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId: key },
          },
        ],
      };
    }
  }
}
