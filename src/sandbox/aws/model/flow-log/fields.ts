// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
const BY_VERSION: Readonly<Record<number, string>> = {
  2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
  3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
  4: "region az-id sublocation-type sublocation-id",
  5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
  7:
    "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id " +
    "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id",
  8: "reject-reason",
};

const VERSION_OF: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_VERSION).flatMap(([version, names]) =>
    names.split(" ").map((name) => [name, Number(version)] as const),
  ),
);

/** The fields of the default format, in its order. */
export const DEFAULT_FIELDS: readonly string[] = (BY_VERSION[2] ?? "").split(" ");

/** The field names of a LogFormat such as `${srcaddr} ${dstaddr}`, in order. */
export function parseLogFormat(logFormat: string): readonly string[] {
  return [...logFormat.matchAll(/\$\{([a-z0-9-]+)\}/g)].map((match) => match[1] ?? "");
}

/** What `version` says in a record: the highest version among the chosen fields, at least 2. */
export function recordVersion(fields: readonly string[]): number {
  return Math.max(2, ...fields.map((field) => VERSION_OF.get(field) ?? 2));
}
