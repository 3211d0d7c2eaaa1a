/** The key of an object of 9:00 as AWS writes it; `name` stands for its random part. */
export const keyOf = (name: string): string =>
  `AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_20260105T0900Z_${name}.log.gz`;

/** What EventBridge says when this object of the bucket `logs` is there. */
export const announced = (key: string): unknown => ({
  version: "0",
  id: "1",
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "logs" }, object: { key } },
});
