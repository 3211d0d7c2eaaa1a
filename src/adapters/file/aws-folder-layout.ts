/** The lists of `AwsAnswers` that one file each holds. */
export type ListField =
  | "dbInstances"
  | "dbClusters"
  | "dbProxies"
  | "dbProxyEndpoints"
  | "dbSubnetGroups"
  | "securityGroups"
  | "securityGroupRules"
  | "networkInterfaces"
  | "reservations"
  | "subnets"
  | "prefixLists";

/** A file of a snapshot folder that holds one answer: its name and the key of its list. */
export interface ListFile {
  readonly file: string;
  readonly key: string;
  readonly field: ListField;
}

/** Files that are what one AWS command prints. */
export const LIST_FILES: readonly ListFile[] = [
  { file: "describe-db-instances.json", key: "DBInstances", field: "dbInstances" },
  { file: "describe-db-clusters.json", key: "DBClusters", field: "dbClusters" },
  { file: "describe-db-proxies.json", key: "DBProxies", field: "dbProxies" },
  { file: "describe-db-proxy-endpoints.json", key: "DBProxyEndpoints", field: "dbProxyEndpoints" },
  { file: "describe-db-subnet-groups.json", key: "DBSubnetGroups", field: "dbSubnetGroups" },
  { file: "describe-security-groups.json", key: "SecurityGroups", field: "securityGroups" },
  { file: "describe-security-group-rules.json", key: "SecurityGroupRules", field: "securityGroupRules" },
  { file: "describe-network-interfaces.json", key: "NetworkInterfaces", field: "networkInterfaces" },
  { file: "describe-instances.json", key: "Reservations", field: "reservations" },
  { file: "describe-subnets.json", key: "Subnets", field: "subnets" },
  { file: "describe-managed-prefix-lists.json", key: "PrefixLists", field: "prefixLists" },
];

/** An object from prefix-list id to `{ "Entries": [...] }`. */
export const ENTRIES_FILE = "get-managed-prefix-list-entries.json";
/** An object from ARN to `{ "TagList": [...] }`. */
export const TAGS_FILE = "list-tags-for-resource.json";
/** `{ "Quota": {…} }`, or an object from quota code to such answers. */
export const QUOTAS_FILE = "get-service-quota.json";

/** Every file name that a snapshot folder may hold. */
export const FOLDER_FILES: readonly string[] = [
  ...LIST_FILES.map((f) => f.file),
  ENTRIES_FILE,
  TAGS_FILE,
  QUOTAS_FILE,
];
