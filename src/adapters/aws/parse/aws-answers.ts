import type { Diagnostic } from "../../../core/diagnostic.ts";

/**
 * What the describe calls of one account and region answered, all pages joined, as the SDK and the AWS CLI give it.
 * The live adapter and a snapshot folder both fill this; {@link parseInventory} reads it.
 */
export interface AwsAnswers {
  readonly dbInstances: readonly unknown[];
  readonly dbClusters: readonly unknown[];
  readonly dbProxies: readonly unknown[];
  readonly dbProxyEndpoints: readonly unknown[];
  readonly dbSubnetGroups: readonly unknown[];
  readonly securityGroups: readonly unknown[];
  readonly securityGroupRules: readonly unknown[];
  readonly networkInterfaces: readonly unknown[];
  /** `Reservations` of DescribeInstances; their interfaces count where `networkInterfaces` lacks them. */
  readonly reservations: readonly unknown[];
  readonly subnets: readonly unknown[];
  /** Why instances or subnets could not be had: consumers may be missing, databases are not concerned. */
  readonly consumersUnread?: readonly Diagnostic[];
  readonly prefixLists: readonly unknown[];
  /** `Entries` by prefix-list id; a list without an entry here could not be read. */
  readonly prefixListEntries: ReadonlyMap<string, readonly unknown[]>;
  /** `TagList` by ARN, for objects whose describe answer has none. */
  readonly tagLists: ReadonlyMap<string, readonly unknown[]>;
  /** `Quota` objects of GetServiceQuota. */
  readonly quotas: readonly unknown[];
  /** Parts of databases that could not be had, by ARN: such a database is shown and never written to. */
  readonly notRead: ReadonlyMap<string, Diagnostic>;
  /** Known from the caller's identity; otherwise it follows from the ARNs. */
  readonly accountId?: string;
  readonly region?: string;
  /** What the reader itself has to report. */
  readonly findings: readonly Diagnostic[];
}

/** Answers of an account that has nothing. */
export const NO_ANSWERS: AwsAnswers = {
  dbInstances: [],
  dbClusters: [],
  dbProxies: [],
  dbProxyEndpoints: [],
  dbSubnetGroups: [],
  securityGroups: [],
  securityGroupRules: [],
  networkInterfaces: [],
  reservations: [],
  subnets: [],
  prefixLists: [],
  prefixListEntries: new Map(),
  tagLists: new Map(),
  quotas: [],
  notRead: new Map(),
  findings: [],
};
