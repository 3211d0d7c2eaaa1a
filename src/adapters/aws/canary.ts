import { AwsFault } from "../../ports/aws-fault.ts";
import { allPages, callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { textField } from "./parse/shape.ts";

/** A rule that lets somebody into the canary: there should be none. */
export interface CanaryRule {
  readonly securityGroupRuleId: string;
  /** Empty where nobody described it. */
  readonly description: string;
}

/** Addresses that are kept for documentation and belong to nobody: https://www.rfc-editor.org/rfc/rfc5737 */
const NOBODY = "192.0.2.0/24";

/** Ingress rules of the canary group. @throws AwsFault */
export async function canaryRules(clients: AwsClients, groupId: string): Promise<readonly CanaryRule[]> {
  const { sdk, client } = await clients.ec2();
  const rules = await allPages(
    "ec2:DescribeSecurityGroupRules",
    () =>
      sdk.paginateDescribeSecurityGroupRules(
        { client },
        { Filters: [{ Name: "group-id", Values: [groupId] }] },
      ),
    (page) => page.SecurityGroupRules?.filter(({ IsEgress }) => IsEgress === false),
  );
  return rules.flatMap((json) => {
    const securityGroupRuleId = textField(json, "SecurityGroupRuleId");
    return securityGroupRuleId === undefined
      ? []
      : [{ securityGroupRuleId, description: textField(json, "Description") ?? "" }];
  });
}

/** Lets addresses of nobody into the canary group. @throws AwsFault */
export async function openCanary(clients: AwsClients, groupId: string, description: string): Promise<void> {
  const { sdk, client } = await clients.ec2Writes();
  const permission = {
    IpProtocol: "tcp",
    FromPort: 1,
    ToPort: 1,
    IpRanges: [{ CidrIp: NOBODY, Description: description }],
  };
  await callAws("ec2:AuthorizeSecurityGroupIngress", () =>
    client.send(
      new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }),
    ),
  );
}

/** Takes rules of the canary group away; one that somebody else took away meanwhile is as good. @throws AwsFault */
export async function closeCanary(
  clients: AwsClients,
  groupId: string,
  rules: readonly CanaryRule[],
): Promise<void> {
  const { sdk, client } = await clients.ec2Writes();
  const SecurityGroupRuleIds = rules.map(({ securityGroupRuleId }) => securityGroupRuleId);
  try {
    await callAws("ec2:RevokeSecurityGroupIngress", () =>
      client.send(new sdk.RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds })),
    );
  } catch (error) {
    if (!(error instanceof AwsFault && error.kind === "staleRead")) throw error;
  }
}
