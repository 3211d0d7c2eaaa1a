import { AwsError } from "../aws-error.ts";
import type { Ec2State } from "./ec2-state.ts";
import { type Filter, type FilterFields, filtered } from "./filters.ts";
import type { FlowLog } from "./flow-log.ts";
import { type Page, type PageRequest, pageOf } from "./pages.ts";
import { checkTags, type Tag } from "./tags.ts";

/** The format of a flow log that names none. */
export const DEFAULT_LOG_FORMAT =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of AWS
  "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

export interface NewFlowLogs
  extends Omit<FlowLog, "flowLogId" | "resourceId" | "createdAtMs" | "deliveryProblem"> {
  readonly resourceIds: readonly string[];
  readonly resourceType: string;
  readonly tags: readonly Tag[];
}

/** A resource for which the call failed while it succeeded for others. */
export interface Unsuccessful {
  readonly resourceId: string;
  readonly code: string;
  readonly message: string;
}

export interface CreatedFlowLogs {
  readonly created: readonly FlowLog[];
  readonly unsuccessful: readonly Unsuccessful[];
}

/** Creates one subscription a resource. Failures of single resources are answered beside the successes (HTTP 200). */
export function createFlowLogs(ec2: Ec2State, input: NewFlowLogs): CreatedFlowLogs {
  checkRequest(input);
  const created: FlowLog[] = [];
  const unsuccessful: Unsuccessful[] = [];
  for (const resourceId of input.resourceIds) {
    const failure = failureFor(ec2, input, resourceId);
    if (failure !== undefined) unsuccessful.push({ resourceId, ...failure });
    else created.push(store(ec2, input, resourceId));
  }
  return { created, unsuccessful };
}

/** @throws AwsError InvalidFlowLogId.NotFound never: unknown ids come back in the list */
export function deleteFlowLogs(ec2: Ec2State, flowLogIds: readonly string[]): readonly Unsuccessful[] {
  return flowLogIds.flatMap((resourceId) => {
    if (ec2.flowLogs.delete(resourceId)) {
      ec2.tags.drop(resourceId);
      ec2.region.changed("flowLog", resourceId);
      return [];
    }
    const message = `These flow log ids in the input list are not found: [TotalCount: 1] ${resourceId}`;
    return [{ resourceId, code: "InvalidFlowLogId.NotFound", message }];
  });
}

export interface DescribeFlowLogsInput extends PageRequest {
  readonly flowLogIds: readonly string[];
  readonly filters: readonly Filter[];
}

export function describeFlowLogs(ec2: Ec2State, input: DescribeFlowLogsInput): Page<FlowLog> {
  const wanted = new Set(input.flowLogIds);
  const candidates = ec2.flowLogs.values().filter((log) => wanted.size === 0 || wanted.has(log.flowLogId));
  const matching = filtered(candidates, input.filters, FIELDS, (log) => ec2.tags.of(log.flowLogId));
  return pageOf(matching, input, { least: 1, most: 1000 });
}

export const deliveryStatus = ({ deliveryProblem }: FlowLog): "SUCCESS" | "FAILED" =>
  deliveryProblem === undefined ? "SUCCESS" : "FAILED";

/** From now on AWS does not deliver a flow log, for this reason; without one it delivers again. */
export function failDelivery(ec2: Ec2State, flowLogId: string, deliveryProblem?: string): void {
  const log = ec2.flowLogs.get(flowLogId);
  if (log === undefined) return;
  const { deliveryProblem: _, ...rest } = log;
  ec2.flowLogs.set(flowLogId, { ...rest, ...(deliveryProblem === undefined ? {} : { deliveryProblem }) });
}

const FIELDS: FilterFields<FlowLog> = {
  "deliver-log-status": (log) => [deliveryStatus(log)],
  "flow-log-id": (log) => [log.flowLogId],
  "log-destination-type": (log) => [log.logDestinationType],
  "log-group-name": (log) => [log.logGroupName],
  "resource-id": (log) => [log.resourceId],
  "traffic-type": (log) => [log.trafficType],
};

function checkRequest(input: NewFlowLogs): void {
  checkTags(input.tags);
  if (input.resourceIds.length === 0)
    throw new AwsError("MissingParameter", "The request must contain the parameter ResourceId");
  if (input.resourceIds.length > 300) {
    throw new AwsError("InvalidParameterValue", "The request may hold at most 300 resources");
  }
  if (input.logDestinationType === "s3" && input.logDestination === undefined) {
    throw new AwsError("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.");
  }
  const unknownField = input.logFormat.split(/\s+/).find((field) => !/^\$\{[a-z0-9-]+\}$/.test(field));
  if (unknownField !== undefined) {
    throw new AwsError("InvalidParameter", `Unknown fields provided: [${unknownField}]`);
  }
}

type Failure = Omit<Unsuccessful, "resourceId">;

function failureFor(ec2: Ec2State, input: NewFlowLogs, resourceId: string): Failure | undefined {
  if (!resourceExists(ec2, input.resourceType, resourceId)) return notFound(input.resourceType, resourceId);
  if (isShared(ec2, input.resourceType, resourceId)) return notYours(resourceId);
  const destination = destinationFailure(ec2, input.logDestination);
  if (destination !== undefined) return destination;
  const twin = ec2.flowLogs
    .values()
    .find(
      (log) =>
        log.resourceId === resourceId &&
        log.logDestination === input.logDestination &&
        log.logGroupName === input.logGroupName,
    );
  if (twin === undefined) return undefined;
  const message = "Error. There is an existing Flow Log with the same configuration and log destination.";
  return { code: "FlowLogAlreadyExists", message };
}

/**
 * A participant may make flow logs of its own interfaces in a shared subnet, not of the subnet or the VPC:
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html. With which code EC2 says so, that page does
 * not tell.
 */
function isShared(ec2: Ec2State, resourceType: string, resourceId: string): boolean {
  const owner = { VPC: ec2.vpcs.get(resourceId), Subnet: ec2.subnets.get(resourceId) }[resourceType]?.ownerId;
  return owner !== undefined && owner !== ec2.region.accountId;
}

const notYours = (resourceId: string): Failure => ({
  code: "OperationNotPermitted",
  message: `The resource ${resourceId} is shared with this account, which may not create a flow log for it.`,
});

function resourceExists(ec2: Ec2State, resourceType: string, resourceId: string): boolean {
  if (resourceType === "VPC") return ec2.vpcs.has(resourceId);
  if (resourceType === "Subnet") return ec2.subnets.has(resourceId);
  return resourceType === "NetworkInterface" && ec2.interfaces.has(resourceId);
}

function notFound(resourceType: string, resourceId: string): Failure {
  const codes: Readonly<Record<string, string>> = {
    VPC: "InvalidVpcId.NotFound",
    Subnet: "InvalidSubnetId.NotFound",
    NetworkInterface: "InvalidNetworkInterfaceId.NotFound",
  };
  const code = codes[resourceType] ?? "InvalidParameter";
  return { code, message: `The following IDs are not found: [TotalCount: 1] ${resourceId}` };
}

function destinationFailure(ec2: Ec2State, logDestination: string | undefined): Failure | undefined {
  const path = logDestination?.split(":::")[1] ?? "";
  const [bucketName = "", ...prefix] = path.split("/");
  if (prefix.includes("AWSLogs")) {
    return {
      code: "InvalidParameter",
      message: "AWSLogs is a reserved term and cannot be used in the destination",
    };
  }
  const { bucketExists } = ec2.behaviour;
  if (bucketName === "" || bucketExists(bucketName)) return undefined;
  return { code: "400", message: `LogDestination: ${bucketName} does not exist` };
}

function store(ec2: Ec2State, input: NewFlowLogs, resourceId: string): FlowLog {
  const { resourceIds: _ids, resourceType: _type, tags, ...settings } = input;
  const log: FlowLog = {
    ...settings,
    resourceId,
    flowLogId: ec2.region.ids.ec2("fl"),
    createdAtMs: ec2.region.clock.now(),
  };
  ec2.flowLogs.set(log.flowLogId, log);
  if (tags.length > 0) ec2.tags.put(log.flowLogId, tags);
  ec2.region.changed("flowLog", log.flowLogId);
  return log;
}
