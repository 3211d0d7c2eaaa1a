/** Every field that AWS documents for VPC flow logs, versions 2 to 9; a header may hold others, which are skipped. */
const FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status " +
  "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr " +
  "region az-id sublocation-type sublocation-id " +
  "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path " +
  "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id " +
  "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id " +
  "reject-reason resource-id encryption-status";

const KNOWN_FIELDS: ReadonlySet<string> = new Set(FIELDS.split(" "));

/** Fields of AWS's default format (version 2), in its order. */
export const DEFAULT_FIELDS: readonly string[] = FIELDS.split(" ").slice(0, 14);

/** The ten fields of the format made for one database's interface, in its order. */
export const TEN_FIELDS: readonly string[] =
  "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type".split(" ");

/** Parquet columns and some exports write `pkt_srcaddr` for `pkt-srcaddr`. */
export function fieldName(column: string): string {
  return column.toLowerCase().replaceAll("_", "-");
}

/**
 * Whether these columns are a header: at least two known names, of which one is an address field. No record can be
 * mistaken for one, because no value of a flow log is the name of a field.
 */
export function isHeader(columns: readonly string[]): boolean {
  const known = columns.map(fieldName).filter((name) => KNOWN_FIELDS.has(name));
  return known.length >= 2 && known.some((name) => name.endsWith("addr"));
}
