import { AuthorizeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import type { RuleContent } from "../../src/core/inventory/model.ts";
import { sourceFromText } from "../../src/core/rule/rule-text.ts";
import { clientsUnderRole } from "../../src/entry/cli/demo/role-clients.ts";
import { addressOf, type DataPlane } from "./data-plane.ts";

const PORT = 5432;
const LEDGER = { kind: "instance", id: "ledger" };
/** It takes RDS some minutes until the interfaces follow. */
const FOLLOWED_MS = 5 * 60_000;

/** Somebody opens a group to every address. */
export async function openToTheWorld({ sandbox }: DataPlane, GroupId: string): Promise<void> {
  const { clients } = await clientsUnderRole(sandbox, "engineer", "alex");
  const { client } = await clients.ec2();
  const everybody = { IpProtocol: "tcp", FromPort: PORT, ToPort: PORT, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [everybody] }));
  clients.close();
}

/** Somebody replaces the database's groups. */
export async function putGroupsBack(plane: DataPlane, groups: readonly string[]): Promise<void> {
  const { clients } = await clientsUnderRole(plane.sandbox, "engineer", "alex");
  const { client } = await clients.rds();
  const input = { DBInstanceIdentifier: LEDGER.id, VpcSecurityGroupIds: [...groups] };
  await client.send(new ModifyDBInstanceCommand(input));
  clients.close();
  await plane.clock.sleep(FOLLOWED_MS);
}

/** An empty group, by the same port that Moat writes through. */
export function newGroup({ moat, sandbox }: DataPlane): Promise<string> {
  return moat.ports.enforcement.createSecurityGroup({
    name: "ledger-by-hand",
    description: "made by a test",
    vpcId: sandbox.sample.aws.vpcId,
    tags: {},
  });
}

/** Replaces the database's groups at once, and waits until the interface has followed. */
export async function settleGroups(plane: DataPlane, groups: readonly string[]): Promise<void> {
  await plane.moat.ports.enforcement.setDatabaseGroups(LEDGER, groups);
  await plane.clock.sleep(FOLLOWED_MS);
}

/** The rule that lets one host connect. */
export const ruleFor = ({ sandbox }: DataPlane, host: string): RuleContent => ({
  direction: "ingress",
  protocol: "tcp",
  fromPort: PORT,
  toPort: PORT,
  source: sourceFromText(`${addressOf(sandbox, host)}/32`),
});
