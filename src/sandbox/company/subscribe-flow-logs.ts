import { createFlowLogs } from "../aws/model/ec2/flow-logs.ts";
import { type CompanyAws, LOG_BUCKET } from "./build-aws.ts";

/** The ten columns of the original project: they say who opened a connection, and nothing that is not needed for that. */
export const TEN_COLUMNS = [
  ...["srcaddr", "dstaddr", "dstport", "protocol", "tcp-flags"],
  ...["pkt-srcaddr", "pkt-dstaddr", "srcport", "action", "type"],
]
  .map((field) => `\${${field}}`)
  .join(" ");

/** Creates a flow log on the interface of every database, as its owner would have. */
export function subscribeFlowLogs(aws: CompanyAws): void {
  createFlowLogs(aws.sandbox.ec2(), {
    resourceType: "NetworkInterface",
    resourceIds: [...aws.databases.keys()].map((id) => aws.interfaces.get(id) ?? ""),
    trafficType: "ALL",
    logDestinationType: "s3",
    logDestination: `arn:aws:s3:::${LOG_BUCKET}`,
    logGroupName: undefined,
    deliverLogsPermissionArn: undefined,
    logFormat: TEN_COLUMNS,
    maxAggregationInterval: 60,
    fileFormat: "plain-text",
    hiveCompatiblePartitions: false,
    perHourPartition: false,
    tags: [],
  });
}
