/** A bucket holds `capacity` calls and gains `refillPerSecond`. */
export interface CallBucket {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

const every = (callsPerSecond: number): CallBucket => ({
  capacity: callsPerSecond,
  refillPerSecond: callsPerSecond,
});

// EC2 publishes its buckets, per account, region and call:
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const EC2_READ: CallBucket = { capacity: 100, refillPerSecond: 20 };
const EC2_WRITE: CallBucket = { capacity: 50, refillPerSecond: 5 };
const OWN: ReadonlyMap<string, CallBucket> = new Map([
  ["ec2:CreateTags", { capacity: 100, refillPerSecond: 10 }],
  ["ec2:DeleteTags", { capacity: 100, refillPerSecond: 10 }],
  ["ec2:DescribeSecurityGroupReferences", { capacity: 20, refillPerSecond: 5 }],
  ["ec2:DescribeStaleSecurityGroups", { capacity: 20, refillPerSecond: 5 }],
  // Two a second, to all who ask: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
  ["cloudtrail:LookupEvents", every(2)],
  // Five a second, and five more in a burst:
  // https://docs.aws.amazon.com/servicequotas/latest/userguide/reference_limits.html
  ["servicequotas:GetServiceQuota", { capacity: 10, refillPerSecond: 5 }],
  // https://docs.aws.amazon.com/general/latest/gr/athena.html
  ["athena:StartQueryExecution", { capacity: 80, refillPerSecond: 20 }],
  ["athena:StopQueryExecution", { capacity: 80, refillPerSecond: 20 }],
  ["athena:GetQueryExecution", { capacity: 200, refillPerSecond: 100 }],
  ["athena:GetQueryResults", { capacity: 200, refillPerSecond: 100 }],
]);
// RDS and Organizations publish none; these are assumed, on the careful side.
const UNPUBLISHED_READ: CallBucket = { capacity: 50, refillPerSecond: 10 };
const UNPUBLISHED_WRITE: CallBucket = { capacity: 20, refillPerSecond: 2 };
const READS_AND_WRITES: ReadonlyMap<string, readonly [read: CallBucket, write: CallBucket]> = new Map([
  ["ec2", [EC2_READ, EC2_WRITE]],
  // For each prefix of a bucket, so for a whole account it is on the careful side:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
  ["s3", [every(5_500), every(3_500)]],
  // For each call to a FIFO queue, which is the slower kind:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-fifo-throttling-issues.html
  ["sqs", [every(300), every(300)]],
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests
  ["sts", [every(600), every(600)]],
  // Of the regions with the lowest quotas: https://docs.aws.amazon.com/general/latest/gr/sns.html
  ["sns", [UNPUBLISHED_READ, every(300)]],
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
  ["events", [UNPUBLISHED_READ, every(400)]],
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
  ["secretsmanager", [every(10_000), UNPUBLISHED_WRITE]],
]);

const IS_READ = /:(Describe|Get|Head|List|Lookup|Assume)/;

/** The bucket of a call; `operation` is the name of the IAM action, e.g. `ec2:DescribeSecurityGroups`. */
export function callBucket(operation: string): CallBucket {
  const own = OWN.get(operation);
  if (own !== undefined) return own;
  const [service = ""] = operation.split(":");
  const [read, write] = READS_AND_WRITES.get(service) ?? [UNPUBLISHED_READ, UNPUBLISHED_WRITE];
  return IS_READ.test(operation) ? read : write;
}
