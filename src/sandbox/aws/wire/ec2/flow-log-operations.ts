import { type Ec2State, ec2State } from "../../model/ec2/ec2-state.ts";
import type { FlowLog } from "../../model/ec2/flow-log.ts";
import {
  createFlowLogs,
  DEFAULT_LOG_FORMAT,
  deleteFlowLogs,
  deliveryStatus,
  describeFlowLogs,
  type NewFlowLogs,
  type Unsuccessful,
} from "../../model/ec2/flow-logs.ts";
import type { FormStruct } from "../form.ts";
import { flag, integer, requiredText, struct, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { XmlStruct } from "../xml.ts";
import { tagSet } from "./group-xml.ts";
import { filtersIn, pageIn, tagSpecificationsIn } from "./inputs.ts";
import { requestTrail } from "./trail.ts";

function newFlowLogsIn(input: FormStruct): NewFlowLogs {
  const options = struct(input, "DestinationOptions") ?? {};
  const logGroupName = text(input, "LogGroupName");
  return {
    resourceIds: texts(input, "ResourceId"),
    resourceType: requiredText(input, "ResourceType"),
    trafficType: trafficTypeIn(input),
    logDestinationType: text(input, "LogDestinationType") ?? "cloud-watch-logs",
    logDestination: text(input, "LogDestination"),
    logGroupName,
    deliverLogsPermissionArn: text(input, "DeliverLogsPermissionArn"),
    logFormat: text(input, "LogFormat") ?? DEFAULT_LOG_FORMAT,
    maxAggregationInterval: integer(input, "MaxAggregationInterval") === 60 ? 60 : 600,
    fileFormat: text(options, "FileFormat") === "parquet" ? "parquet" : "plain-text",
    hiveCompatiblePartitions: flag(options, "HiveCompatiblePartitions") ?? false,
    perHourPartition: flag(options, "PerHourPartition") ?? false,
    tags: tagSpecificationsIn(input, "vpc-flow-log"),
  };
}

function trafficTypeIn(input: FormStruct): FlowLog["trafficType"] {
  const trafficType = text(input, "TrafficType");
  return trafficType === "ACCEPT" || trafficType === "REJECT" ? trafficType : "ALL";
}

const unsuccessfulXml = ({ resourceId, code, message }: Unsuccessful): XmlStruct => ({
  error: { code, message },
  resourceId,
});

const flowLogXml = (ec2: Ec2State, log: FlowLog): XmlStruct => ({
  creationTime: new Date(log.createdAtMs),
  deliverLogsPermissionArn: log.deliverLogsPermissionArn,
  deliverLogsErrorMessage: log.deliveryProblem,
  deliverLogsStatus: deliveryStatus(log),
  flowLogId: log.flowLogId,
  flowLogStatus: "ACTIVE",
  logGroupName: log.logGroupName,
  resourceId: log.resourceId,
  trafficType: log.trafficType,
  logDestinationType: log.logDestinationType,
  logDestination: log.logDestination,
  logFormat: log.logFormat,
  tagSet: tagSet(ec2.tags.of(log.flowLogId)),
  maxAggregationInterval: log.maxAggregationInterval,
  destinationOptions:
    log.logDestinationType === "s3"
      ? {
          fileFormat: log.fileFormat,
          hiveCompatiblePartitions: log.hiveCompatiblePartitions,
          perHourPartition: log.perHourPartition,
        }
      : undefined,
});

const createOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("CreateFlowLogs"),
  run: (input, { region }) => {
    const { created, unsuccessful } = createFlowLogs(region.part(ec2State), newFlowLogsIn(input));
    return {
      clientToken: text(input, "ClientToken"),
      flowLogIdSet: created.map((log) => log.flowLogId),
      unsuccessful: unsuccessful.map(unsuccessfulXml),
    };
  },
};

const deleteOperation: QueryOperation = {
  isWrite: true,
  trail: requestTrail("DeleteFlowLogs"),
  run: (input, { region }) => ({
    unsuccessful: deleteFlowLogs(region.part(ec2State), texts(input, "FlowLogId")).map(unsuccessfulXml),
  }),
};

const describeOperation: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const ec2 = region.part(ec2State);
    const flowLogIds = texts(input, "FlowLogId");
    const page = describeFlowLogs(ec2, { flowLogIds, filters: filtersIn(input), ...pageIn(input) });
    return { flowLogSet: page.items.map((log) => flowLogXml(ec2, log)), nextToken: page.nextToken };
  },
};

/** Flow-log subscriptions. */
export const flowLogOperations: Readonly<Record<string, QueryOperation>> = {
  CreateFlowLogs: createOperation,
  DeleteFlowLogs: deleteOperation,
  DescribeFlowLogs: describeOperation,
};
