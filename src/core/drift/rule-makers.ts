import { isRdsItself } from "../trail/recognise-tool.ts";
import type { ResourceChange } from "../trail/resource-change.ts";

/**
 * Whose words a rule holds, as a trail tells: `rds` made it, `rdsEdited` changed it last, or somebody `other` than RDS
 * did the last of these. RDS means its service or its service-linked role; nobody else can take these.
 */
export type RuleMaker = "rds" | "rdsEdited" | "other";

const WRITES: Readonly<Record<string, RuleMaker>> = {
  AuthorizeSecurityGroupIngress: "rds",
  ModifySecurityGroupRules: "rdsEdited",
};

/**
 * Who wrote each rule last, by its id, whatever order the changes come in. A rule that is not there is one of which the
 * trail does not tell: events are late, some are lost, and none is kept for more than ninety days
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html).
 */
export function ruleMakers(changes: readonly ResourceChange[]): ReadonlyMap<string, RuleMaker> {
  const makers = new Map<string, RuleMaker>();
  // Of changes in the same second the one that was told last counts, as the order is kept.
  for (const change of changes.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))) {
    const written = WRITES[change.operation];
    if (written === undefined) continue;
    for (const id of change.resources)
      if (id.startsWith("sgr-")) makers.set(id, isRdsItself(change) ? written : "other");
  }
  return makers;
}
