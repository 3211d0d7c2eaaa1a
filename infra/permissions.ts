/** One statement of an IAM policy, as IAM takes it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What a policy is for: the narrower, the less is allowed. */
export interface Scope {
  readonly partition: string;
  readonly accountId: string;
  /** `*` for every region. */
  readonly region: string;
  /** Value of the tag `moat:owner`. */
  readonly owner: string;
  /** ARNs of the VPCs in which groups may be made. */
  readonly vpcs: readonly string[];
}

const OWNER = "moat:owner";
/** What a group of ours may be told to remember, later than at its birth. */
const REMEMBERED_TAGS = [
  ...["moat:original-groups", "moat:original-groups-2"],
  "moat:repairs",
  ...["moat:left-rules", "moat:left-rules-2", "moat:left-rules-3", "moat:left-rules-4"],
];

/** What looking needs, in each account. None of these calls takes a resource. */
export const readingStatements = (): readonly Statement[] => [
  {
    Sid: "SeeDatabasesAndGroups",
    Effect: "Allow",
    Action: [
      "ec2:DescribeInstances",
      "ec2:DescribeManagedPrefixLists",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:GetManagedPrefixListEntries",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:DescribeDBProxies",
      "rds:DescribeDBProxyEndpoints",
      "rds:DescribeDBSubnetGroups",
      "rds:ListTagsForResource",
      "servicequotas:GetServiceQuota",
    ],
    Resource: "*",
  },
];

/** What keeping watch needs besides: the event history, to name whoever changed something, and whether flow logs come. */
export const askingStatements = (): readonly Statement[] => [
  {
    Sid: "AskWhoItWas",
    Effect: "Allow",
    Action: ["cloudtrail:LookupEvents", "ec2:DescribeFlowLogs"],
    Resource: "*",
  },
];

/** What changing needs on top: groups that carry our tag, and databases whose owners opted in by theirs. */
export function writingStatements(scope: Scope): readonly Statement[] {
  const ec2 = (type: string): string =>
    `arn:${scope.partition}:ec2:${scope.region}:${scope.accountId}:${type}/*`;
  const rds = (type: string): string =>
    `arn:${scope.partition}:rds:${scope.region}:${scope.accountId}:${type}:*`;
  const ours = { StringEquals: { [`aws:ResourceTag/${OWNER}`]: scope.owner } };
  return [
    {
      Sid: "MakeGroupsThatAreBornOurs",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      Resource: ec2("security-group"),
      Condition: { StringEquals: { [`aws:RequestTag/${OWNER}`]: scope.owner } },
    },
    {
      Sid: "MakeThemInTheseVpcs",
      Effect: "Allow",
      Action: ["ec2:CreateSecurityGroup"],
      Resource: scope.vpcs,
    },
    {
      Sid: "TagAtCreation",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: [ec2("security-group"), ec2("security-group-rule")],
      Condition: {
        StringEquals: {
          "ec2:CreateAction": [
            "AuthorizeSecurityGroupEgress",
            "AuthorizeSecurityGroupIngress",
            "CreateSecurityGroup",
          ],
        },
      },
    },
    {
      Sid: "RememberOnOurGroups",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: ec2("security-group"),
      Condition: {
        ...ours,
        "ForAllValues:StringEquals": { "aws:TagKeys": REMEMBERED_TAGS },
      },
    },
    {
      // A role that may tag anything could make any group its own and then edit it.
      Sid: "NeverTakeAGroupOver",
      Effect: "Deny",
      Action: ["ec2:CreateTags", "ec2:DeleteTags"],
      Resource: "*",
      Condition: {
        "ForAnyValue:StringEquals": { "aws:TagKeys": [OWNER] },
        Null: { "ec2:CreateAction": "true" },
      },
    },
    {
      Sid: "KeepTheRulesOfOurGroups",
      Effect: "Allow",
      Action: [
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      Resource: ec2("security-group"),
      Condition: ours,
    },
    {
      Sid: "MakeRules",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"],
      Resource: ec2("security-group-rule"),
    },
    {
      Sid: "AttachToDatabasesThatOptedIn",
      Effect: "Allow",
      Action: [
        "rds:ModifyDBCluster",
        "rds:ModifyDBInstance",
        "rds:ModifyDBProxy",
        "rds:ModifyDBProxyEndpoint",
      ],
      Resource: [rds("cluster"), rds("db"), rds("db-proxy"), rds("db-proxy-endpoint")],
      Condition: { StringEquals: { "aws:ResourceTag/moat:mode": "enforce" } },
    },
    {
      Sid: "ReferToTheDatabasesOwnSettings",
      Effect: "Allow",
      Action: ["rds:ModifyDBCluster", "rds:ModifyDBInstance"],
      Resource: [rds("cluster-pg"), rds("og"), rds("pg"), rds("subgrp")],
    },
  ];
}

/** Every action that some statements allow, sorted. */
export const allowedActions = (statements: readonly Statement[]): readonly string[] =>
  [...new Set(statements.flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : [])))].sort();
