import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Database, SecurityGroup } from "../../../core/inventory/model.ts";
import { parseArn } from "./arn.ts";
import type { AwsAnswers } from "./aws-answers.ts";
import { textField } from "./shape.ts";

/** The account and region that answers are of. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
  readonly findings: readonly Diagnostic[];
}

/** Account and region: as given, else as the ARNs say, databases first; `unknown` when nothing says so. */
export function answersScope(
  answers: AwsAnswers,
  databases: readonly Database[],
  groups: readonly SecurityGroup[],
): Scope {
  const arns = [...answers.securityGroups, ...answers.subnets].flatMap((json) => {
    const arn = parseArn(textField(json, "SecurityGroupArn") ?? textField(json, "SubnetArn") ?? "");
    return arn === undefined ? [] : [arn];
  });
  const accountId =
    answers.accountId ??
    databases[0]?.accountId ??
    groups.find((g) => g.ownerId !== "")?.ownerId ??
    arns[0]?.accountId;
  const region = answers.region ?? databases[0]?.region ?? arns[0]?.region;
  const foreign = databases.find((d) => d.accountId !== accountId || d.region !== region);
  return {
    accountId: accountId ?? "unknown",
    region: region ?? "unknown",
    findings: foreign === undefined ? [] : [mixed(foreign, `${accountId} ${region}`)],
  };
}

function mixed(foreign: Database, scope: string): Diagnostic {
  return {
    code: "MIXED_ACCOUNTS",
    what: `Database "${foreign.id}" is of ${foreign.accountId} ${foreign.region}, others are of ${scope}`,
    why: "Groups, quotas and interfaces belong to one account and region, so one read covers one of each",
    fix: "Save the answers of each account and region in a folder of its own",
  };
}
