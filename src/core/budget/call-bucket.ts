/** A bucket holds `capacity` calls and gains `refillPerSecond`. */
export interface CallBucket {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

// EC2 publishes its buckets, per account, region and call:
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
const READ: CallBucket = { capacity: 100, refillPerSecond: 20 };
const WRITE: CallBucket = { capacity: 50, refillPerSecond: 5 };
const OWN: ReadonlyMap<string, CallBucket> = new Map([
  ["ec2:CreateTags", { capacity: 100, refillPerSecond: 10 }],
  ["ec2:DeleteTags", { capacity: 100, refillPerSecond: 10 }],
  ["ec2:DescribeSecurityGroupReferences", { capacity: 20, refillPerSecond: 5 }],
  ["ec2:DescribeStaleSecurityGroups", { capacity: 20, refillPerSecond: 5 }],
]);
// RDS and the others publish none; these are assumed, on the careful side.
const UNPUBLISHED_READ: CallBucket = { capacity: 50, refillPerSecond: 10 };
const UNPUBLISHED_WRITE: CallBucket = { capacity: 20, refillPerSecond: 2 };

const IS_READ = /:(Describe|Get|List|Assume)/;

/** The bucket of a call; `operation` is the IAM action, e.g. `ec2:DescribeSecurityGroups`. */
export function callBucket(operation: string): CallBucket {
  const read = IS_READ.test(operation);
  if (!operation.startsWith("ec2:")) return read ? UNPUBLISHED_READ : UNPUBLISHED_WRITE;
  return OWN.get(operation) ?? (read ? READ : WRITE);
}
