import { authorize } from "../../model/ec2/authorize.ts";
import { describeGroups, describeRules } from "../../model/ec2/describe-groups.ts";
import { ec2State } from "../../model/ec2/ec2-state.ts";
import { groupByIdOrName } from "../../model/ec2/lookup.ts";
import { modifyRules, updateDescriptions } from "../../model/ec2/modify-rules.ts";
import { revoke } from "../../model/ec2/revoke.ts";
import { createSecurityGroup, deleteSecurityGroup } from "../../model/ec2/security-groups.ts";
import type { FormStruct } from "../form.ts";
import { integer, requiredText, struct, structs, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { OperationCall } from "../service.ts";
import { groupXml, permissionsXml, revokedRuleXml, ruleXml, tagSet } from "./group-xml.ts";
import { filtersIn, pageIn, permissionsIn, tagSpecificationsIn } from "./inputs.ts";
import {
  defined,
  itemsTrail,
  permissionParameters,
  requestTrail,
  tagSpecificationParameter,
} from "./trail.ts";

const groupIn = (input: FormStruct, { region }: OperationCall) =>
  groupByIdOrName(region.part(ec2State), {
    groupId: text(input, "GroupId"),
    groupName: text(input, "GroupName"),
  });

const createOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail((input) => ({
    groupName: text(input, "GroupName"),
    groupDescription: text(input, "GroupDescription"),
    ...defined({ vpcId: text(input, "VpcId") }),
    ...tagSpecificationParameter(input),
  })),
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const group = createSecurityGroup(ec2, {
      groupName: requiredText(input, "GroupName"),
      description: requiredText(input, "GroupDescription"),
      vpcId: text(input, "VpcId"),
      tags: tagSpecificationsIn(input, "security-group"),
    });
    return {
      return: true,
      groupId: group.groupId,
      tagSet: tagSet(ec2.tags.of(group.groupId)),
      securityGroupArn: region.arn("ec2", `security-group/${group.groupId}`),
    };
  },
};

const deleteOperation: QueryOperation = {
  isWrite: true,
  trail: itemsTrail((input) =>
    defined({ groupId: text(input, "GroupId"), groupName: text(input, "GroupName") }),
  ),
  run: (input, call) => {
    const group = groupIn(input, call);
    deleteSecurityGroup(call.region.part(ec2State), group);
    return { return: true, groupId: group.groupId };
  },
};

const describeGroupsOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const page = describeGroups(ec2, {
      groupIds: texts(input, "GroupId"),
      groupNames: texts(input, "GroupName"),
      filters: filtersIn(input),
      ...pageIn(input),
    });
    return { securityGroupInfo: page.items.map((group) => groupXml(ec2, group)), nextToken: page.nextToken };
  },
};

const describeRulesOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const securityGroupRuleIds = texts(input, "SecurityGroupRuleId");
    const page = describeRules(ec2, { securityGroupRuleIds, filters: filtersIn(input), ...pageIn(input) });
    return { securityGroupRuleSet: page.items.map((rule) => ruleXml(ec2, rule)), nextToken: page.nextToken };
  },
};

const authorizeOperation = (isEgress: boolean): QueryOperation => ({
  isWrite: true,
  trail: itemsTrail(permissionParameters),
  run: (input, call) => {
    const ec2 = call.region.part(ec2State);
    const tags = tagSpecificationsIn(input, "security-group-rule");
    const created = authorize(ec2, groupIn(input, call), {
      isEgress,
      permissions: permissionsIn(input),
      tags,
    });
    return { return: true, securityGroupRuleSet: created.map((rule) => ruleXml(ec2, rule)) };
  },
});

const revokeOperation = (isEgress: boolean): QueryOperation => ({
  isWrite: true,
  trail: itemsTrail(permissionParameters),
  run: (input, call) => {
    const ec2 = call.region.part(ec2State);
    const securityGroupRuleIds = texts(input, "SecurityGroupRuleId");
    const outcome = revoke(ec2, groupIn(input, call), {
      isEgress,
      securityGroupRuleIds,
      permissions: permissionsIn(input),
    });
    return {
      return: true,
      unknownIpPermissionSet: outcome.unknown.length === 0 ? undefined : permissionsXml(ec2, outcome.unknown),
      revokedSecurityGroupRuleSet: outcome.revoked.map(revokedRuleXml),
    };
  },
});

const modifyOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("ModifySecurityGroupRules"),
  run: (input, call) => {
    const updates = structs(input, "SecurityGroupRule").map((update) => {
      const rule = struct(update, "SecurityGroupRule") ?? {};
      return {
        securityGroupRuleId: requiredText(update, "SecurityGroupRuleId"),
        protocol: requiredText(rule, "IpProtocol"),
        fromPort: integer(rule, "FromPort"),
        toPort: integer(rule, "ToPort"),
        cidrIpv4: text(rule, "CidrIpv4"),
        cidrIpv6: text(rule, "CidrIpv6"),
        prefixListId: text(rule, "PrefixListId"),
        referencedGroupId: text(rule, "ReferencedGroupId"),
        description: text(rule, "Description"),
      };
    });
    modifyRules(call.region.part(ec2State), groupIn(input, call), updates);
    return { return: true };
  },
};

const updateDescriptionsOperation = (isEgress: boolean): QueryOperation => ({
  isWrite: true,
  trail: itemsTrail(permissionParameters),
  run: (input, call) => {
    const updates = structs(input, "SecurityGroupRuleDescription").map((update) => ({
      securityGroupRuleId: requiredText(update, "SecurityGroupRuleId"),
      description: text(update, "Description"),
    }));
    const wanted = { isEgress, permissions: permissionsIn(input), updates };
    updateDescriptions(call.region.part(ec2State), groupIn(input, call), wanted);
    return { return: true };
  },
});

/** Security groups and their rules. */
export const securityGroupOperations: Readonly<Record<string, QueryOperation>> = {
  CreateSecurityGroup: createOperation,
  DeleteSecurityGroup: deleteOperation,
  DescribeSecurityGroups: describeGroupsOperation,
  DescribeSecurityGroupRules: describeRulesOperation,
  AuthorizeSecurityGroupIngress: authorizeOperation(false),
  AuthorizeSecurityGroupEgress: authorizeOperation(true),
  RevokeSecurityGroupIngress: revokeOperation(false),
  RevokeSecurityGroupEgress: revokeOperation(true),
  ModifySecurityGroupRules: modifyOperation,
  UpdateSecurityGroupRuleDescriptionsIngress: updateDescriptionsOperation(false),
  UpdateSecurityGroupRuleDescriptionsEgress: updateDescriptionsOperation(true),
};
