import type { TrailElements } from "../../model/cloud-trail.ts";
import type { FormStruct, FormValue } from "../form.ts";
import { integer, structs, text, texts } from "../form-fields.ts";
import type { OperationCall } from "../service.ts";
import { XmlList, type XmlStruct, type XmlValue } from "../xml.ts";

/** How CloudTrail writes an EC2 call down. */
export type Ec2Trail = (
  input: FormStruct,
  output: XmlStruct | undefined,
  call: OperationCall,
) => TrailElements;

/**
 * The older shape of EC2 events: parameters in lower camel case, lists as `{items: […]}`, `_return` in the answer.
 * `parameters` picks what the operation shows.
 */
export const itemsTrail =
  (parameters: (input: FormStruct) => object): Ec2Trail =>
  (input, output, { context }) => ({
    requestParameters: parameters(input),
    responseElements:
      output === undefined
        ? null
        : { requestId: context.requestId, ...(itemised(output) as Record<string, unknown>) },
  });

/**
 * The newer shape (ModifySecurityGroupRules, flow logs, prefix lists): the whole request under `XRequest`, names in
 * Pascal case, one list element as an object with `tag: 1`, several as an array.
 */
export const requestTrail =
  (operation: string): Ec2Trail =>
  (input, output, { context }) => ({
    requestParameters: { [`${operation}Request`]: tagged(input) },
    responseElements:
      output === undefined
        ? null
        : {
            [`${operation}Response`]: {
              xmlns: "http://ec2.amazonaws.com/doc/2016-11-15/",
              requestId: context.requestId,
              ...(bare(output) as Record<string, unknown>),
            },
          },
  });

/** Parameters of the authorize and revoke calls; absent parts are `{}`. */
export function permissionParameters(input: FormStruct): object {
  const ruleIds = texts(input, "SecurityGroupRuleId");
  return {
    ...defined({ groupId: text(input, "GroupId"), groupName: text(input, "GroupName") }),
    ipPermissions: items(structs(input, "IpPermissions").map(permissionParameter)),
    ...defined({
      ipProtocol: text(input, "IpProtocol"),
      fromPort: integer(input, "FromPort"),
      toPort: integer(input, "ToPort"),
      cidrIp: text(input, "CidrIp"),
    }),
    ...(ruleIds.length === 0
      ? {}
      : { securityGroupRuleIds: { items: ruleIds.map((securityGroupRuleId) => ({ securityGroupRuleId })) } }),
    ...descriptionParameter(input),
    ...tagSpecificationParameter(input),
  };
}

function descriptionParameter(input: FormStruct): object {
  const updates = structs(input, "SecurityGroupRuleDescription").map(lowerCamel);
  return updates.length === 0 ? {} : { securityGroupRuleDescriptions: { items: updates } };
}

function permissionParameter(permission: FormStruct): object {
  return {
    ...defined({
      ipProtocol: text(permission, "IpProtocol"),
      fromPort: integer(permission, "FromPort"),
      toPort: integer(permission, "ToPort"),
    }),
    groups: items(structs(permission, "Groups").map(lowerCamel)),
    ipRanges: items(structs(permission, "IpRanges").map(lowerCamel)),
    ipv6Ranges: items(structs(permission, "Ipv6Ranges").map(lowerCamel)),
    prefixListIds: items(structs(permission, "PrefixListIds").map(lowerCamel)),
  };
}

/** `tagSpecificationSet` of the create and authorize calls, absent when there is none. */
export function tagSpecificationParameter(input: FormStruct): object {
  const specifications = structs(input, "TagSpecification");
  if (specifications.length === 0) return {};
  return {
    tagSpecificationSet: {
      items: specifications.map((specification) => ({
        resourceType: text(specification, "ResourceType"),
        tags: structs(specification, "Tag").map(lowerCamel),
      })),
    },
  };
}

/** Parameters of CreateTags and DeleteTags. */
export const tagParameters = (input: FormStruct): object => ({
  resourcesSet: items(texts(input, "ResourceId").map((resourceId) => ({ resourceId }))),
  tagSet: items(structs(input, "Tag").map(lowerCamel)),
});

/** An object without its undefined members. */
export const defined = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const items = (list: readonly object[]): object => (list.length === 0 ? {} : { items: list });

const lowerFirst = (key: string): string => key.charAt(0).toLowerCase() + key.slice(1);

const lowerCamel = (struct: FormStruct): object =>
  Object.fromEntries(Object.entries(struct).map(([key, value]) => [lowerFirst(key), value]));

/** An answer with its lists as `{items: […]}`. */
function itemised(value: XmlValue): unknown {
  if (value instanceof XmlList) return { items: value.items.map(itemised) };
  if (Array.isArray(value)) return value.length === 0 ? {} : { items: value.map(itemised) };
  if (typeof value !== "object" || value instanceof Date) return value;
  return defined(
    Object.fromEntries(
      Object.entries(value as XmlStruct).map(([key, member]) => [
        key === "return" ? "_return" : key,
        itemised(member),
      ]),
    ),
  );
}

/** A request with its list elements numbered by `tag`. */
function tagged(value: FormValue): unknown {
  if (typeof value === "string") return literal(value);
  if (Array.isArray(value)) {
    const elements = value.map((element, index) => numbered(tagged(element), index + 1));
    return elements.length === 1 ? elements[0] : elements;
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tagged(member)]));
}

/** These events went through XML and back: what looks like a number or a boolean is one. */
const literal = (text: string): string | number | boolean =>
  text === "true" || text === "false" ? text === "true" : /^-?\d{1,9}$/.test(text) ? Number(text) : text;

const numbered = (element: unknown, tag: number): object =>
  typeof element === "object" && element !== null ? { ...element, tag } : { tag, content: element };

/** An answer with `{item: …}` for lists and `""` for empty ones. */
function bare(value: XmlValue): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(bare);
    return elements.length === 0 ? "" : { item: elements.length === 1 ? elements[0] : elements };
  }
  if (typeof value !== "object" || value instanceof Date || value instanceof XmlList) return value;
  return defined(
    Object.fromEntries(Object.entries(value as XmlStruct).map(([key, member]) => [key, bare(member)])),
  );
}
