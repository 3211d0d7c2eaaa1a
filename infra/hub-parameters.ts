import { CfnParameter } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** What every function is told that reads policy and databases. */
export interface FunctionParameters {
  readonly codeBucket: CfnParameter;
  readonly codePrefix: CfnParameter;
  readonly pceUrl: CfnParameter;
  readonly pceSecretArn: CfnParameter;
  readonly policyUri: CfnParameter;
  readonly policyBucketArn: CfnParameter;
  readonly accounts: CfnParameter;
  readonly regions: CfnParameter;
  readonly externalId: CfnParameter;
  readonly mode: CfnParameter;
  readonly owner: CfnParameter;
  readonly kmsKeyArn: CfnParameter;
}

/** What whoever deploys the hub is asked. */
export interface HubParameters extends FunctionParameters {
  readonly organizationId: CfnParameter;
  readonly sweepMinutes: CfnParameter;
  readonly webhookSecretArn: CfnParameter;
  readonly existingLogBucket: CfnParameter;
  readonly canaryVpcId: CfnParameter;
  readonly historyDays: CfnParameter;
  readonly seenDays: CfnParameter;
  readonly waves: CfnParameter;
}

/** Stands for no secret where an ARN is needed. */
export const NO_SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:none";

/** Stands for no key where an ARN is needed. */
export const NO_KEY = "arn:aws:kms:eu-west-1:000000000000:key/none";

const textIn =
  (stack: Construct) =>
  (name: string, description: string, more: object = {}): CfnParameter =>
    new CfnParameter(stack, name, { default: "", description, ...more });

/** Declares the parameters of functions. One without text counts as absent in their environment. */
export function functionParameters(stack: Construct): FunctionParameters {
  const text = textIn(stack);
  return {
    codeBucket: new CfnParameter(stack, "CodeBucket", {
      description: "Bucket of this region with the functions' zip files",
    }),
    codePrefix: text("CodePrefix", "Prefix of their keys", { default: "moat/" }),
    pceUrl: text("PceUrl", "Address of the PCE; leave empty when policy is a file"),
    pceSecretArn: text("PceSecretArn", "ARN of the secret with the PCE's API key", {
      default: NO_SECRET,
      allowedPattern: "arn:.+:secretsmanager:.+:secret:.+",
    }),
    policyUri: text("PolicyUri", "s3://bucket/policy.yaml, when policy is a file"),
    policyBucketArn: text("PolicyObjectArn", "ARN of that object", {
      default: "arn:aws:s3:::none/none",
      allowedPattern: "arn:.+:s3:::.+/.+",
    }),
    accounts: text("Accounts", "Account numbers with blanks between, or organization; empty: this one"),
    regions: text("Regions", "Regions with databases, blanks between; empty: this one"),
    externalId: text("ExternalId", "The same text as in the accounts", { noEcho: true }),
    mode: text("Mode", "Mode of databases without a tag moat:mode", {
      default: "observe",
      allowedValues: ["observe", "enforce"],
    }),
    owner: text("Owner", "Name of the installation: the tag moat:owner", { default: "moat" }),
    kmsKeyArn: text("KmsKeyArn", "ARN of a key of your own for buckets, queues, topics and logs", {
      default: NO_KEY,
      allowedPattern: "arn:.+:kms:.+:key/.+",
    }),
  };
}

/** Declares the parameters of the hub. */
export function hubParameters(stack: Construct): HubParameters {
  const text = textIn(stack);
  return {
    ...functionParameters(stack),
    organizationId: text("OrganizationId", "Whose accounts may write flow logs and send events", {
      default: "o-none",
      allowedPattern: "o-[a-z0-9]+",
    }),
    sweepMinutes: text("SweepMinutes", "Minutes between two looks at every account", {
      type: "Number",
      default: 5,
      minValue: 2,
      // The alarm NoSweep looks at quarters of an hour.
      maxValue: 12,
    }),
    webhookSecretArn: text(
      "WebhookSecretArn",
      "ARN of the secret with a Slack-compatible webhook's address",
      {
        default: NO_SECRET,
        allowedPattern: "arn:.+:secretsmanager:.+:secret:.+",
      },
    ),
    existingLogBucket: text(
      "ExistingLogBucket",
      "Bucket of this region that has the flow logs; empty: one is made",
    ),
    canaryVpcId: text("CanaryVpcId", "VPC for the group that the heartbeat opens; empty: no heartbeat", {
      allowedPattern: "(vpc-[0-9a-f]+)?",
    }),
    historyDays: text("HistoryDays", "Days for which is kept who talked to which database", {
      type: "Number",
      default: 400,
      minValue: 1,
      maxValue: 36_500,
    }),
    seenDays: text("SeenDays", "Days of it that are looked at before access is taken away", {
      type: "Number",
      default: 35,
      minValue: 1,
    }),
    waves: text("Waves", "Percent of databases that lose access, wave by wave; empty: all at once", {
      default: "1 10 100",
    }),
  };
}

/** Where rights to change are given, whoever deploys is asked how far they reach. */
export const vpcParameter = (stack: Construct): CfnParameter =>
  new CfnParameter(stack, "VpcArns", {
    type: "CommaDelimitedList",
    default: "arn:aws:ec2:*:*:vpc/*",
    description: "ARNs of the VPCs in which Moat may make groups, commas between",
  });
