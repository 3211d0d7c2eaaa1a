import type { AnyRdsResource } from "./database.ts";
import { type RdsErrorCode, rdsError } from "./errors.ts";
import type { RdsRegion } from "./region.ts";

const MAX_TAGS = 50;
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const NOT_FOUND: Readonly<Record<string, RdsErrorCode>> = {
  db: "DBInstanceNotFound",
  cluster: "DBClusterNotFoundFault",
  "db-proxy": "DBProxyNotFoundFault",
  "db-proxy-endpoint": "DBProxyEndpointNotFoundFault",
};

/** The object that an ARN names. @throws AwsError with the not-found code of its kind */
export function resourceByArn(region: RdsRegion, arn: string): AnyRdsResource {
  const [prefix, , service, regionName, accountId, type = ""] = arn.split(":");
  const { state } = region;
  if (prefix !== "arn" || service !== "rds" || regionName !== state.region || accountId !== state.accountId) {
    throw rdsError("InvalidParameterValue", `Invalid resource name: ${arn}`);
  }
  const found = candidates(region, type).find((resource) => resource.arn === arn);
  if (found !== undefined) return found;
  throw rdsError(NOT_FOUND[type] ?? "InvalidParameterValue", `The resource ${arn} was not found.`);
}

/** Adds tags or gives them new values. @throws AwsError InvalidParameterValue, and nothing is added */
export function addTags(region: RdsRegion, arn: string, added: ReadonlyMap<string, string>): void {
  const resource = resourceByArn(region, arn);
  for (const [key, value] of added) checkTag(key, value);
  const tags = new Map([...resource.tags, ...added]);
  if (tags.size > MAX_TAGS) {
    throw rdsError("InvalidParameterValue", `The number of tags exceeds the limit of ${MAX_TAGS}.`);
  }
  region.put({ ...resource, tags });
}

/** Takes tags away; keys that are not there do not matter. */
export function removeTags(region: RdsRegion, arn: string, keys: readonly string[]): void {
  const resource = resourceByArn(region, arn);
  const removed = new Set(keys);
  region.put({ ...resource, tags: new Map([...resource.tags].filter(([key]) => !removed.has(key))) });
}

/** @throws AwsError InvalidParameterValue */
export function checkTag(key: string, value: string): void {
  if (key.length < 1 || key.length > 128) {
    throw rdsError("InvalidParameterValue", "Tag keys must be between 1 and 128 characters long.");
  }
  if (/^(aws|rds):/i.test(key)) {
    throw rdsError("InvalidParameterValue", "Tag keys starting with 'aws:' or 'rds:' are reserved.");
  }
  if (value.length > 256) {
    throw rdsError("InvalidParameterValue", "Tag values must be at most 256 characters long.");
  }
  if (!ALLOWED.test(key) || !ALLOWED.test(value)) {
    throw rdsError(
      "InvalidParameterValue",
      `The tag '${key}' has an invalid character. Only letters, digits, white space and _.:/=+-@ are allowed.`,
    );
  }
}

function candidates(region: RdsRegion, type: string): readonly AnyRdsResource[] {
  if (type === "db") return region.instances.values();
  if (type === "cluster") return region.clusters.values();
  if (type === "db-proxy") return region.proxies.values();
  return type === "db-proxy-endpoint" ? region.proxyEndpoints.values() : [];
}
