import { Aws } from "aws-cdk-lib";
import type { FunctionParameters } from "./hub-parameters.ts";
import type { Statement } from "./permissions.ts";
import { SPOKE_ROLE } from "./spoke-stacks.ts";

/** A statement that allows actions on one resource, or on those that a pattern names. */
export const allow = (Sid: string, Action: readonly string[], Resource: string): Statement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});

/** Reading policy, from a PCE or from a file. */
export const policyStatements = ({
  pceSecretArn,
  policyBucketArn,
}: FunctionParameters): readonly Statement[] => [
  allow("ReadThePceKey", ["secretsmanager:GetSecretValue"], pceSecretArn.valueAsString),
  allow("ReadThePolicyFile", ["s3:GetObject"], policyBucketArn.valueAsString),
];

/** Taking the role in another account. */
export const takeTheRole = (): Statement =>
  allow("TakeTheSpokesRole", ["sts:AssumeRole"], `arn:${Aws.PARTITION}:iam::*:role/${SPOKE_ROLE}`);

/** Reaching other accounts. */
export const reachStatements = (): readonly Statement[] => [
  takeTheRole(),
  allow("KnowTheAccounts", ["organizations:ListAccounts"], "*"),
];

/** Using a key of one's own, where there is one. */
export const useTheKey = ({ kmsKeyArn }: FunctionParameters): Statement =>
  allow("UseYourKey", ["kms:Decrypt", "kms:GenerateDataKey"], kmsKeyArn.valueAsString);
