import { AwsError } from "../../model/aws-error.ts";
import type { Filter } from "../../model/ec2/filters.ts";
import type { PageRequest } from "../../model/ec2/pages.ts";
import type { Permission } from "../../model/ec2/permission.ts";
import type { Tag } from "../../model/ec2/tags.ts";
import type { FormStruct } from "../form.ts";
import { integer, structs, text, texts } from "../form-fields.ts";

/** `Filter.N.Name` and `Filter.N.Value.M`. */
export const filtersIn = (input: FormStruct): readonly Filter[] =>
  structs(input, "Filter").map((filter) => ({
    name: text(filter, "Name") ?? "",
    values: texts(filter, "Value"),
  }));

/** MaxResults and NextToken. */
export const pageIn = (input: FormStruct): PageRequest => ({
  maxResults: integer(input, "MaxResults"),
  nextToken: text(input, "NextToken"),
});

/** `Tag.N.Key`, `Tag.N.Value`; an absent value is empty. */
export const tagsIn = (input: FormStruct): readonly Tag[] =>
  structs(input, "Tag").map((tag) => ({ key: text(tag, "Key") ?? "", value: text(tag, "Value") ?? "" }));

/** The tags of the TagSpecifications. @throws AwsError InvalidParameterValue for another type of resource */
export function tagSpecificationsIn(input: FormStruct, resourceType: string): readonly Tag[] {
  return structs(input, "TagSpecification").flatMap((specification) => {
    const given = text(specification, "ResourceType");
    if (given === resourceType) return tagsIn(specification);
    const message = `'${given ?? ""}' is not a valid taggable resource type for this operation.`;
    throw new AwsError("InvalidParameterValue", message);
  });
}

/** IpPermissions, or the older flat parameters as one permission. */
export function permissionsIn(input: FormStruct): readonly Permission[] {
  const listed = structs(input, "IpPermissions").map(permission);
  const flat = flatPermission(input);
  return flat === undefined ? listed : [...listed, flat];
}

function permission(input: FormStruct): Permission {
  return {
    protocol: text(input, "IpProtocol") ?? "",
    fromPort: integer(input, "FromPort"),
    toPort: integer(input, "ToPort"),
    ipRanges: ranges(input, "IpRanges", "CidrIp"),
    ipv6Ranges: ranges(input, "Ipv6Ranges", "CidrIpv6"),
    prefixListIds: structs(input, "PrefixListIds").map((list) => ({
      prefixListId: text(list, "PrefixListId") ?? "",
      description: text(list, "Description"),
    })),
    groups: structs(input, "Groups").map((group) => ({
      groupId: text(group, "GroupId"),
      groupName: text(group, "GroupName"),
      userId: text(group, "UserId"),
      description: text(group, "Description"),
    })),
  };
}

const ranges = (input: FormStruct, key: string, cidrKey: string) =>
  structs(input, key).map((range) => ({
    cidr: text(range, cidrKey) ?? "",
    description: text(range, "Description"),
  }));

function flatPermission(input: FormStruct): Permission | undefined {
  const cidr = text(input, "CidrIp");
  const groupName = text(input, "SourceSecurityGroupName");
  if (cidr === undefined && groupName === undefined) return undefined;
  return {
    protocol: text(input, "IpProtocol") ?? "-1",
    fromPort: integer(input, "FromPort"),
    toPort: integer(input, "ToPort"),
    ipRanges: cidr === undefined ? [] : [{ cidr }],
    ipv6Ranges: [],
    prefixListIds: [],
    groups: groupName === undefined ? [] : [{ groupName, userId: text(input, "SourceSecurityGroupOwnerId") }],
  };
}
