import type { Enforcement } from "../../ports/enforcement.ts";
import { authorizeRules } from "./authorize-rules.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { createSecurityGroup } from "./create-security-group.ts";
import { tagList } from "./ec2-tags.ts";
import { revokeRules } from "./revoke-rules.ts";
import { setDatabaseGroups } from "./set-database-groups.ts";

/** The writes of Moat, through the SDK. It never waits for AWS to settle: the caller reads and decides. */
export function awsEnforcement(clients: AwsClients): Enforcement {
  return {
    createSecurityGroup: (group) => createSecurityGroup(clients, group),
    authorize: (groupId, rules, ruleTags) => authorizeRules(clients, groupId, rules, ruleTags),
    revoke: (groupId, rules) => revokeRules(clients, groupId, rules),
    setDatabaseGroups: (database, groupIds) => setDatabaseGroups(clients, database, groupIds),
    async tagSecurityGroup(groupId, tags) {
      const { sdk, client } = await clients.ec2Writes();
      await callAws("ec2:CreateTags", () =>
        client.send(new sdk.CreateTagsCommand({ Resources: [groupId], Tags: tagList(tags) })),
      );
    },
    async untagSecurityGroup(groupId, keys) {
      const { sdk, client } = await clients.ec2Writes();
      // A call without keys would take every tag away, the marks of ownership among them:
      // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html
      if (keys.length === 0) return;
      await callAws("ec2:DeleteTags", () =>
        client.send(new sdk.DeleteTagsCommand({ Resources: [groupId], Tags: keys.map((Key) => ({ Key })) })),
      );
    },
    async tagDatabase(arn, tags) {
      const { sdk, client } = await clients.rdsWrites();
      await callAws("rds:AddTagsToResource", () =>
        client.send(new sdk.AddTagsToResourceCommand({ ResourceName: arn, Tags: tagList(tags) })),
      );
    },
    async deleteSecurityGroup(groupId) {
      const { sdk, client } = await clients.ec2Writes();
      await callAws("ec2:DeleteSecurityGroup", () =>
        client.send(new sdk.DeleteSecurityGroupCommand({ GroupId: groupId })),
      );
    },
  };
}
