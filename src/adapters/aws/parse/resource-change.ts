import { z } from "zod";
import type { Actor, ResourceChange } from "../../../core/trail/resource-change.ts";

const Identity = z.object({
  type: z.string().optional(),
  arn: z.string().optional(),
  accountId: z.string().optional(),
  userName: z.string().optional(),
  invokedBy: z.string().optional(),
});

const TrailEvent = z.object({
  userIdentity: Identity,
  eventTime: z.string(),
  eventSource: z.string(),
  eventName: z.string(),
  awsRegion: z.string(),
  sourceIPAddress: z.string().default(""),
  userAgent: z.string().nullish(),
  errorCode: z.string().optional(),
  requestParameters: z.unknown(),
  responseElements: z.unknown(),
  recipientAccountId: z.string().optional(),
});

type TrailEvent = z.infer<typeof TrailEvent>;

/**
 * Reads a CloudTrail management event, as a trail holds it or as EventBridge carries it in `detail`.
 *
 * @returns `undefined` for what is no event, for a call that failed (it changed nothing), and for one that names
 *   nothing we know
 */
export function parseResourceChange(json: unknown): ResourceChange | undefined {
  const read = TrailEvent.safeParse(json);
  if (!read.success || read.data.errorCode !== undefined) return undefined;
  const event = read.data;
  const resources = [...new Set([...idsIn(event), ...databasesIn(event)])];
  if (resources.length === 0) return undefined;
  return {
    at: event.eventTime,
    operation: event.eventName,
    actor: actorOf(event),
    userAgent: event.userAgent ?? "",
    sourceAddress: event.sourceIPAddress,
    accountId: accountOf(event),
    region: event.awsRegion,
    resources,
  };
}

const accountOf = ({ recipientAccountId, userIdentity }: TrailEvent): string =>
  recipientAccountId ?? userIdentity.accountId ?? "";

function actorOf({ userIdentity, sourceIPAddress }: TrailEvent): Actor {
  const { arn, invokedBy, userName, type } = userIdentity;
  // RDS edits the groups of its own interfaces. A person's session that goes through a service keeps its ARN.
  const service = [invokedBy, sourceIPAddress].find((text) => text?.endsWith(".amazonaws.com") === true);
  if (service !== undefined && (arn === undefined || type === "AWSService"))
    return { arn: service, name: service, isService: true };
  const name = /:assumed-role\/(.+)$/.exec(arn ?? "")?.[1] ?? userName ?? arn ?? "unknown";
  return { arn: arn ?? name, name, isService: service === "rds.amazonaws.com" };
}

const EC2_ID = /^(?:sg|sgr|pl|fl)-[0-9a-f]+$/;

/**
 * Ids anywhere in the request and the answer. Where they stand differs from call to call: `groupId`, `GroupId` below
 * `ModifySecurityGroupRulesRequest`, `resourcesSet.items[].resourceId`, `securityGroupRuleSet.items[]`; lists of one
 * are objects in some events and arrays in others. So the id's own form decides, not its place.
 */
function idsIn({
  eventSource,
  eventName,
  requestParameters,
  responseElements,
}: TrailEvent): readonly string[] {
  if (eventSource !== "ec2.amazonaws.com") return [];
  // What a rule refers to is its source, not what was changed.
  const skip = eventName.includes("PrefixList") ? TAGS : REFERENCES;
  return [...textsIn(requestParameters, skip), ...textsIn(responseElements, skip)].filter((text) =>
    EC2_ID.test(text),
  );
}

const TAGS: ReadonlySet<string> = new Set(["tagSet", "tags", "Tag"]);
const REFERENCES: ReadonlySet<string> = new Set([
  ...TAGS,
  ...["groups", "prefixListIds", "referencedGroupInfo"],
  ...["ReferencedGroupId", "PrefixListId", "prefixListId"],
]);

/** Every text in a document, except below the keys to skip. */
function textsIn(json: unknown, skip: ReadonlySet<string>): readonly string[] {
  if (typeof json === "string") return [json];
  if (Array.isArray(json)) return json.flatMap((item: unknown) => textsIn(item, skip));
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => (skip.has(key) ? [] : textsIn(value, skip)));
}

const DatabaseParameters = z.object({
  dBInstanceIdentifier: z.string().optional(),
  dBClusterIdentifier: z.string().optional(),
  dBProxyName: z.string().optional(),
  dBProxyEndpointName: z.string().optional(),
  resourceName: z.string().optional(),
});

/** ARNs of the databases that an RDS call names; of proxies their names. */
function databasesIn(event: TrailEvent): readonly string[] {
  if (event.eventSource !== "rds.amazonaws.com") return [];
  const parameters = DatabaseParameters.safeParse(event.requestParameters);
  if (!parameters.success) return [];
  const { dBInstanceIdentifier, dBClusterIdentifier, dBProxyName, dBProxyEndpointName, resourceName } =
    parameters.data;
  const arn = (type: string, id: string | undefined): readonly string[] =>
    id === undefined
      ? []
      : [`arn:${partitionOf(event)}:rds:${event.awsRegion}:${accountOf(event)}:${type}:${id.toLowerCase()}`];
  return [
    ...arn("db", dBInstanceIdentifier),
    ...arn("cluster", dBClusterIdentifier),
    ...[dBProxyName, dBProxyEndpointName, resourceName].filter((name) => name !== undefined),
  ];
}

function partitionOf({ awsRegion }: TrailEvent): string {
  if (awsRegion.startsWith("cn-")) return "aws-cn";
  return awsRegion.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
