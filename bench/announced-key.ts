/** The key of an object of 9:00 as AWS writes it; `name` stands for its random part. */
export const keyOf = (name: string): string => keyOfSlot(Date.UTC(2026, 0, 5, 9) / 1000, name);

/** What EventBridge says when this object of the bucket `logs` is there. */
export const announced = (key: string): unknown => ({
  version: "0",
  id: "1",
  source: "aws.s3",
  "detail-type": "Object Created",
  detail: { bucket: { name: "logs" }, object: { key } },
});

/** The key of an object of the five minutes from then on (seconds since 1970). */
export function keyOfSlot(slotStart: number, name: string): string {
  const [day = "", time = ""] = new Date(slotStart * 1000).toISOString().split("T");
  const stamp = `${day.replaceAll("-", "")}T${time.slice(0, 2)}${time.slice(3, 5)}Z`;
  return `AWSLogs/111122223333/vpcflowlogs/eu-west-1/${day.replaceAll("-", "/")}/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_${stamp}_${name}.log.gz`;
}
