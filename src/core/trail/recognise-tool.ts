import type { Tool } from "../drift/drift.ts";
import type { ResourceChange } from "./resource-change.ts";

/** How tools call themselves, the most telling first: OpenTofu's name holds Terraform's provider, too. */
const BY_USER_AGENT: readonly (readonly [RegExp, Tool])[] = [
  [/opentofu/i, "opentofu"],
  [/pulumi/i, "pulumi"],
  [/terraform/i, "terraform"],
  [/cloudformation\.amazonaws\.com/i, "cloudformation"],
  [/fms\.amazonaws\.com/i, "firewallManager"],
  [/rds\.amazonaws\.com/i, "rds"],
  [/aws-cli\//i, "awsCli"],
  [/console\.amazonaws\.com|^AWS Internal|Mozilla\//i, "console"],
];

/** Roles that only a service of AWS can take. */
const BY_ROLE: readonly (readonly [RegExp, Tool])[] = [
  [/AWSServiceRoleForRDS\b/, "rds"],
  [/AWSServiceRoleForFMS\b/, "firewallManager"],
];

/** Recognises the program behind a change. It is told by the caller itself, so it names a suspect, not a culprit. */
export function recogniseTool({ actor, userAgent, sourceAddress }: ResourceChange): Tool {
  for (const [pattern, tool] of BY_ROLE) if (pattern.test(actor.arn)) return tool;
  for (const text of [sourceAddress, actor.arn, userAgent]) {
    for (const [pattern, tool] of BY_USER_AGENT) if (pattern.test(text)) return tool;
  }
  return "other";
}

/** Whether RDS itself made a change: its service or its service-linked role, which nobody else can take. */
export const isRdsItself = ({ actor }: ResourceChange): boolean =>
  actor.arn === "rds.amazonaws.com" || /:assumed-role\/AWSServiceRoleForRDS\//.test(actor.arn);
