import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
} from "@aws-sdk/client-ec2";
import { ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import type { AwsClients } from "../../../src/adapters/aws/aws-clients.ts";
import { OLD_PORT, oldIsPresent } from "./old-lambda.ts";

/** The instance that the old lambda had to do with. */
export interface OldTarget {
  readonly id: string;
  readonly vpcId: string;
  readonly parameterGroup: string;
}

/** The group of that name, whoever's it is; else a new one. */
export async function oldGroup(clients: AwsClients, vpcId: string, name: string): Promise<string> {
  const { client } = await clients.ec2();
  const Filters = [{ Name: "group-name", Values: [name] }];
  const found = await client.send(new DescribeSecurityGroupsCommand({ Filters }));
  const id = found.SecurityGroups?.[0]?.GroupId;
  if (id !== undefined) return id;
  const input = { GroupName: name, Description: name, VpcId: vpcId };
  return (await client.send(new CreateSecurityGroupCommand(input))).GroupId ?? "";
}

/** The order of the old lambda: the group alone on the database first, with whatever else came along; then the rules. */
export async function oldAttach(clients: AwsClients, target: OldTarget, groupId: string): Promise<void> {
  const { client } = await clients.rds();
  await client.send(
    new ModifyDBInstanceCommand({
      DBInstanceIdentifier: target.id,
      VpcSecurityGroupIds: [groupId],
      DBParameterGroupName: target.parameterGroup,
      ApplyImmediately: true,
    }),
  );
}

/** One call an address; an address whose CIDR stands in the group already, on whatever port, is left out. */
export async function oldAuthorize(
  clients: AwsClients,
  groupId: string,
  cidrs: readonly string[],
): Promise<number> {
  const { client } = await clients.ec2();
  const found = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }));
  const standing = (found.SecurityGroups?.[0]?.IpPermissions ?? []).flatMap((p) =>
    (p.IpRanges ?? []).flatMap((r) => r.CidrIp ?? []),
  );
  let calls = 0;
  for (const CidrIp of cidrs.filter((cidr) => !oldIsPresent(standing, cidr))) {
    const rule = { IpProtocol: "tcp", FromPort: OLD_PORT, ToPort: OLD_PORT, IpRanges: [{ CidrIp }] };
    calls += 1;
    await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [rule] }));
  }
  return calls;
}

/** The old lambda from end to end. A look-up that failed was printed, and the work went on without its answer. */
export async function oldRun(
  clients: AwsClients,
  target: OldTarget,
  lookUp: () => Promise<readonly string[]>,
  pause: () => void = () => undefined,
): Promise<string> {
  let cidrs: readonly string[] = [];
  try {
    cidrs = await lookUp();
  } catch {
    // Printed, and forgotten.
  }
  const groupId = await oldGroup(clients, target.vpcId, `${target.id}.sg`);
  await oldAttach(clients, target, groupId);
  pause();
  await oldAuthorize(clients, groupId, cidrs);
  return groupId;
}
