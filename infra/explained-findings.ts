import { z } from "zod";

/** Findings of cdk-nag that are accepted, each with its reason. Most are of statements that name many resources. */
const EXPLAINED: readonly (readonly [id: RegExp, reason: string])[] = [
  [/^W2509$/, "The parameter holds the ARN of a secret, not the secret"],
  [/^AwsSolutions-S1$/, "Who reads the buckets stands in CloudTrail's data events, where that is wanted"],
  [
    /^AwsSolutions-IAM5\[Resource::\*\]$/,
    "Describe calls, event history, X-Ray and the list of accounts know no resources; the deny is meant for all",
  ],
  [
    /<Logs\w+\.Arn>\/AWSLogs\/\*\]$/,
    "Flow logs have a key for each ten minutes; nothing else in the bucket is read",
  ],
  [/<LogBucket>\/AWSLogs\/\*\]$/, "The same, for the map"],
  [/<PageBucket>\/map\/\*\]$/, "One page for each account and region"],
  [/"OwnLogs".*\/AWSLogs\/\*\]$/, "The same, where the bucket may be one that was there before"],
  [/<State\w+\.Arn>\/audit\/\*\]$/, "One object for each write, in a bucket of Moat's own"],
  [/<State\w+\.Arn>\/state\/\*\]$/, "One object for each account and region, in a bucket of Moat's own"],
  [/<State\w+\.Arn>\/state\/uploads\/\*\]$/, "One object for each hour, in a bucket of Moat's own"],
  [
    /<State\w+\.Arn>\/history\/\*\]$/,
    "One object for each flow-log object and day, in a bucket of Moat's own",
  ],
  [
    /:iam::\*:role\/moat-spoke\]$/,
    "One role of this name in each account; the account's trust and external id decide",
  ],
  [
    /:ec2:(?:\*|<AWS::Region>):<AWS::AccountId>:security-group(?:-rule)?\/\*\]$/,
    "The tag moat:owner decides: only groups that Moat made, or a rule in one of them",
  ],
  [/:vpc\/\*\]$|VpcArns/, "Groups may be made in the VPCs that the parameter lists, and only with the tag"],
  [
    /:rds:\*:<AWS::AccountId>:(?:cluster|db|db-proxy|db-proxy-endpoint):\*\]$/,
    "The tag moat:mode decides: only databases whose owners opted in",
  ],
  [
    /:rds:\*:<AWS::AccountId>:(?:cluster-pg|og|pg|subgrp):\*\]$/,
    "A modify call names the database's own settings along; it does not change them",
  ],
];

const Report = z.object({
  pluginReports: z.array(
    z.object({
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string().optional() })).optional(),
        }),
      ),
    }),
  ),
});

/** Findings of a validation report that nobody explained. */
export function unexplainedFindings(report: unknown): readonly string[] {
  const ids = Report.parse(report).pluginReports.flatMap(({ violations }) =>
    violations.map(({ ruleName }) => ruleName),
  );
  return [...new Set(ids)].filter((id) => !isExplained(id)).sort();
}

const isExplained = (id: string): boolean => EXPLAINED.some(([pattern]) => pattern.test(id));

/** The CDK warns of a property that nobody sets: it reads it itself. */
const ASKED_BY_THE_CDK =
  /^\[WARNING\] aws-cdk-lib\.aws_events\.CfnEventBusPolicy#principal is deprecated.*\n.*deprecated\n/gm;

/** Of what cdk-nag prints, the parts that are about findings which nobody explained, and whatever is no finding. */
export const unexplainedText = (printed: string): string =>
  printed
    .replaceAll(ASKED_BY_THE_CDK, "")
    .split(/\n{2,}/)
    .filter((part) => {
      const id = /Acknowledge with '(?:[\w-]+::)?(.+)'\s*$/.exec(part)?.[1];
      return part.trim() !== "" && (id === undefined || !isExplained(id));
    })
    .map((part) => `${part.trim()}\n`)
    .join("\n");
