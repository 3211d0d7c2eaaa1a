/** A way in which moto is not like AWS, where it could matter to Moat. */
export interface Deviation {
  readonly call: string;
  readonly moto: string;
  readonly aws: string;
}

/**
 * All that is known. The contract suite may leave out on moto what an entry here covers, and nothing else.
 *
 * Each entry has a probe in moto-deviations.test.ts that shows it is still true: an entry that moto has outgrown fails
 * there and has to go. What "aws" says is from the API reference and user guides of EC2 and RDS
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/)
 * unless it says otherwise.
 */
export const MOTO_DEVIATIONS = {
  authorizeIsNotAtomic: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "keeps the rules that come before the one it refuses",
    aws: "adds all rules of a call or none; other controllers rely on it too",
  },
  authorizeAnswersOnlyTheLastPermission: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "lists only the rules of the last IpPermission in its answer",
    aws: "lists every rule that the call made",
  },
  cidrIsNotCanonical: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "stores 10.9.8.7/24 as it came, and takes 10.9.8.0/24 beside it",
    aws: "clears the host bits, stores 10.9.8.0/24, and answers InvalidPermission.Duplicate to the second",
  },
  descriptionIsNotChecked: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "takes any text as the description of a rule",
    aws: "answers InvalidParameterValue to characters outside its list and to more than 255 of them",
  },
  quotaCountsFamiliesTogether: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "refuses the 61st inbound rule, whatever its family",
    aws: "allows 60 inbound rules for IPv4 and 60 more for IPv6",
  },
  quotaIgnoresPrefixListSize: {
    call: "AuthorizeSecurityGroupIngress",
    moto: "counts a rule with a prefix list once",
    aws: "counts it as often as the list has entries at most (MaxEntries)",
  },
  revokeDoesNotSayWhat: {
    call: "RevokeSecurityGroupIngress",
    moto: "leaves RevokedSecurityGroupRules out of its answer",
    aws: "lists the rules that it revoked",
  },
  unknownRuleIdHasAnotherCode: {
    call: "RevokeSecurityGroupIngress",
    moto: "answers InvalidPermission.NotFound to a rule id that is not there",
    aws: "answers InvalidSecurityGroupRuleId.NotFound",
  },
  rulesComeInOnePage: {
    call: "DescribeSecurityGroupRules",
    moto: "ignores MaxResults and gives no NextToken",
    aws: "pages",
  },
  ruleLacksItsOwner: {
    call: "DescribeSecurityGroupRules",
    moto: "leaves out GroupOwnerId",
    aws: "names the account that owns the group",
  },
  groupNamesDifferByCase: {
    call: "CreateSecurityGroup",
    moto: "takes Orders beside orders in one VPC",
    aws: "answers InvalidGroup.Duplicate: names are unique whatever their case",
  },
  groupInUseCanBeDeleted: {
    call: "DeleteSecurityGroup",
    moto: "deletes a group that an interface carries",
    aws: "answers DependencyViolation",
  },
  interfacesTakeAnyNumberOfGroups: {
    call: "ModifyNetworkInterfaceAttribute",
    moto: "takes six groups on an interface",
    aws: "answers SecurityGroupsPerInterfaceLimitExceeded above the quota of five",
  },
  databasesHaveNoInterface: {
    call: "DescribeNetworkInterfaces",
    moto: "makes no network interface for a database",
    aws: "shows one or more with the description RDSNetworkInterface, whose groups follow the database's",
  },
  membershipIsActiveAtOnce: {
    call: "ModifyDBInstance",
    moto: "shows new groups as active in the very answer",
    aws: "shows them as adding for a while, and the instance as modifying",
  },
  stoppedInstanceCanBeModified: {
    call: "ModifyDBInstance",
    moto: "changes a stopped instance",
    aws: "answers InvalidDBInstanceState",
  },
  unknownGroupCanBeAttached: {
    call: "ModifyDBInstance",
    moto: "takes the id of a group that does not exist",
    aws: "answers InvalidParameterValue",
  },
  clusterMemberBreaks: {
    call: "ModifyDBInstance",
    moto: "answers HTTP 500 for a member of a cluster",
    aws: "answers InvalidParameterCombination and names the call for the cluster",
  },
  unknownClusterBreaks: {
    call: "ModifyDBCluster",
    moto: "answers HTTP 500 for a cluster that does not exist",
    aws: "answers DBClusterNotFoundFault",
  },
  proxiesCannotBeModified: {
    call: "ModifyDBProxy",
    moto: "does not know the call",
    aws: "replaces the proxy's groups",
  },
  resourceIdsAreAllAlike: {
    call: "DescribeDBInstances",
    moto: "gives every instance the same DbiResourceId",
    aws: "gives each its own, for life",
  },
} as const satisfies Readonly<Record<string, Deviation>>;

/** The name of a known deviation. */
export type MotoDeviation = keyof typeof MOTO_DEVIATIONS;

/** The same of Athena; shown to be true in athena-moto.test.ts. */
export const MOTO_ATHENA_DEVIATIONS = {
  queriesAreNotRun: {
    call: "StartQueryExecution",
    moto: "runs nothing: what it answers is what it was told to, and text that is no SQL succeeds",
    aws: "runs the query, or lets it end as FAILED with a reason",
  },
  resultsComeInOnePage: {
    call: "GetQueryResults",
    moto: "ignores MaxResults and gives no NextToken",
    aws: "gives 1,000 rows at a time",
  },
  aTokenStartsTwo: {
    call: "StartQueryExecution",
    moto: "starts a second query for a ClientRequestToken that it has seen",
    aws: "answers with the id of the first",
  },
} as const satisfies Readonly<Record<string, Deviation>>;
