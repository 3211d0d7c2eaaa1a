import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Filter, type FilterFields, filtered } from "./filters.ts";
import { type Page, type PageRequest, pageOf } from "./pages.ts";
import { checkTags, type Tag } from "./tags.ts";

interface ResourceKind {
  readonly resourceType: string;
  readonly notFoundCode: string;
  readonly ids: (ec2: Ec2State) => readonly string[];
  readonly exists: (ec2: Ec2State, id: string) => boolean;
}

const byMap = (
  resourceType: string,
  notFoundCode: string,
  map: (ec2: Ec2State) => { has(id: string): boolean },
  ids: (ec2: Ec2State) => readonly string[],
): ResourceKind => ({ resourceType, notFoundCode, ids, exists: (ec2, id) => map(ec2).has(id) });

const KINDS: Readonly<Record<string, ResourceKind>> = {
  sg: byMap(
    "security-group",
    "InvalidGroup.NotFound",
    (ec2) => ec2.groups,
    (ec2) => ec2.groups.values().map((it) => it.groupId),
  ),
  sgr: {
    resourceType: "security-group-rule",
    notFoundCode: "InvalidSecurityGroupRuleId.NotFound",
    ids: (ec2) => ec2.groups.values().flatMap((group) => group.rules.map((rule) => rule.securityGroupRuleId)),
    exists: (ec2, id) => {
      const group = ec2.groups.get(ec2.groupIdOfRule(id) ?? "");
      return group?.rules.some((rule) => rule.securityGroupRuleId === id) === true;
    },
  },
  eni: byMap(
    "network-interface",
    "InvalidNetworkInterfaceID.NotFound",
    (ec2) => ec2.interfaces,
    (ec2) => ec2.interfaces.values().map((it) => it.networkInterfaceId),
  ),
  vpc: byMap(
    "vpc",
    "InvalidVpcID.NotFound",
    (ec2) => ec2.vpcs,
    (ec2) => ec2.vpcs.values().map((it) => it.vpcId),
  ),
  subnet: byMap(
    "subnet",
    "InvalidSubnetID.NotFound",
    (ec2) => ec2.subnets,
    (ec2) => ec2.subnets.values().map((it) => it.subnetId),
  ),
  i: byMap(
    "instance",
    "InvalidInstanceID.NotFound",
    (ec2) => ec2.instances,
    (ec2) => ec2.instances.values().map((it) => it.instanceId),
  ),
  pl: byMap(
    "prefix-list",
    "InvalidPrefixListID.NotFound",
    (ec2) => ec2.prefixLists,
    (ec2) => ec2.prefixLists.values().map((it) => it.prefixListId),
  ),
  fl: byMap(
    "vpc-flow-log",
    "InvalidFlowLogId.NotFound",
    (ec2) => ec2.flowLogs,
    (ec2) => ec2.flowLogs.values().map((it) => it.flowLogId),
  ),
};

/** Tags any mixture of resources: all of them or, on any error, none. @throws AwsError */
export function createTags(ec2: Ec2State, resourceIds: readonly string[], tags: readonly Tag[]): void {
  checkRequest(ec2, resourceIds);
  if (tags.length === 0)
    throw new AwsError("MissingParameter", "The request must contain the parameter tags");
  for (const id of resourceIds) checkTags(tags, ec2.tags.of(id));
  for (const id of resourceIds) ec2.tags.put(id, tags);
  tell(ec2, resourceIds);
}

/** A tag without a value goes whatever its value; no tags at all means all of them. @throws AwsError */
export function deleteTags(
  ec2: Ec2State,
  resourceIds: readonly string[],
  tags: readonly { readonly key: string; readonly value?: string }[],
): void {
  checkRequest(ec2, resourceIds);
  const reserved = tags.find((tag) => tag.key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    const message = `Value ( ${reserved.key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`;
    throw new AwsError("InvalidParameterValue", message);
  }
  for (const id of resourceIds) {
    const all = [...ec2.tags.of(id).keys()].filter((key) => !key.startsWith("aws:")).map((key) => ({ key }));
    ec2.tags.remove(id, tags.length === 0 ? all : tags);
  }
  tell(ec2, resourceIds);
}

export interface ResourceTag extends Tag {
  readonly resourceId: string;
  readonly resourceType: string;
}

export function describeTags(
  ec2: Ec2State,
  input: { readonly filters: readonly Filter[] } & PageRequest,
): Page<ResourceTag> {
  const all = Object.values(KINDS).flatMap(({ ids, resourceType }) =>
    ids(ec2).flatMap((resourceId) =>
      [...ec2.tags.of(resourceId)].map(([key, value]) => ({ key, value, resourceId, resourceType })),
    ),
  );
  return pageOf(filtered(all, input.filters, FIELDS), input, { least: 5, most: 1000 });
}

const FIELDS: FilterFields<ResourceTag> = {
  key: (tag) => [tag.key],
  value: (tag) => [tag.value],
  "resource-id": (tag) => [tag.resourceId],
  "resource-type": (tag) => [tag.resourceType],
};

function checkRequest(ec2: Ec2State, resourceIds: readonly string[]): void {
  if (resourceIds.length === 0)
    throw new AwsError("MissingParameter", "The request must contain the parameter resourceIdSet");
  for (const id of resourceIds) {
    const kind = KINDS[id.split("-")[0] ?? ""];
    if (kind === undefined) throw new AwsError("InvalidID", `The ID '${id}' is not valid`);
    if (!kind.exists(ec2, id)) throw new AwsError(kind.notFoundCode, `The ID '${id}' does not exist`);
  }
}

function tell(ec2: Ec2State, resourceIds: readonly string[]): void {
  for (const id of resourceIds) ec2.region.changed("tags", id);
}
