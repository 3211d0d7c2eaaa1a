import type { Tags } from "../../core/inventory/model.ts";
import { DATABASE_TAG, OWNER_TAG } from "../../core/inventory/ownership.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { tagSpecifications } from "./ec2-tags.ts";
import { TagItems, toTags } from "./parse/tags.ts";

/** A group to create, as the port has it. */
export interface NewSecurityGroup {
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Tags;
}

/**
 * Creates a group, or finds the one that an earlier attempt of the same owner created for the same database. EC2 has no
 * client token for this call: the name, unique in its VPC, is what makes it idempotent.
 *
 * @returns the group's id
 * @throws AwsFault of kind `duplicate` when the name is somebody else's
 */
export async function createSecurityGroup(clients: AwsClients, group: NewSecurityGroup): Promise<string> {
  const { sdk, client } = await clients.ec2Writes();
  try {
    const answer = await callAws("ec2:CreateSecurityGroup", () =>
      client.send(
        new sdk.CreateSecurityGroupCommand({
          GroupName: group.name,
          Description: group.description,
          VpcId: group.vpcId,
          ...tagSpecifications("security-group", group.tags),
        }),
      ),
    );
    return requireId(answer.GroupId, group);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.code !== "InvalidGroup.Duplicate") throw error;
    return adopt(clients, group);
  }
}

async function adopt(clients: AwsClients, group: NewSecurityGroup): Promise<string> {
  const { sdk, client } = await clients.ec2();
  const answer = await callAws("ec2:DescribeSecurityGroups", () =>
    client.send(
      new sdk.DescribeSecurityGroupsCommand({
        Filters: [
          { Name: "vpc-id", Values: [group.vpcId] },
          { Name: "group-name", Values: [group.name] },
        ],
      }),
    ),
  );
  const same = (answer.SecurityGroups ?? []).filter((g) => g.GroupName === group.name);
  const ours = same.find((g) => hasSameOwner(toTags(TagItems.parse(g.Tags)), group.tags));
  if (ours !== undefined) return requireId(ours.GroupId, group);
  throw taken(group, same[0]?.GroupId);
}

/** Both marks must be there: a group without them is somebody's, whatever its name. */
function hasSameOwner(live: Tags, wanted: Tags): boolean {
  return [OWNER_TAG, DATABASE_TAG].every((key) => Boolean(wanted[key]) && live[key] === wanted[key]);
}

function requireId(groupId: string | undefined, group: NewSecurityGroup): string {
  if (groupId !== undefined) return groupId;
  throw new AwsFault(
    "unknown",
    "UnreadableAnswer",
    "ec2:CreateSecurityGroup",
    `The answer for the group "${group.name}" has no GroupId`,
    "Run again: the next run finds the group by its name",
  );
}

function taken(group: NewSecurityGroup, groupId: string | undefined): AwsFault {
  const who = groupId === undefined ? "a group that is not visible yet" : `"${groupId}"`;
  return new AwsFault(
    "duplicate",
    "InvalidGroup.Duplicate",
    "ec2:CreateSecurityGroup",
    `The name "${group.name}" is taken in "${group.vpcId}" by ${who}, which does not carry the tags of this owner and database`,
    "Run again; if it stays, delete or rename that group, or set another owner name",
  );
}
