import { z } from "zod";
import type { FlowLog } from "../../core/onboard/flow-log.ts";
import { allPages } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { optional } from "./parse/shape.ts";
import { TagItems, toTags } from "./parse/tags.ts";

const Shape = z.object({
  FlowLogId: z.string(),
  ResourceId: z.string(),
  FlowLogStatus: optional(z.string()),
  DeliverLogsStatus: optional(z.string()),
  DeliverLogsErrorMessage: optional(z.string()),
  TrafficType: optional(z.string()),
  LogDestinationType: optional(z.string()),
  LogDestination: optional(z.string()),
  LogFormat: optional(z.string()),
  Tags: TagItems,
});

/** Every flow log of the account and region, through the SDK. @throws AwsFault */
export async function readFlowLogs(clients: AwsClients): Promise<readonly FlowLog[]> {
  const { sdk, client } = await clients.ec2();
  const rows = await allPages(
    "ec2:DescribeFlowLogs",
    () => sdk.paginateDescribeFlowLogs({ client, pageSize: 1000 }, {}),
    (page) => page.FlowLogs,
  );
  return rows.flatMap((row) => parseFlowLog(row) ?? []);
}

/**
 * A flow log as EC2 describes it. One that cannot be read is passed over: it sees nothing, as far as Moat can tell, and
 * it is not ours.
 */
export function parseFlowLog(json: unknown): FlowLog | undefined {
  const { data } = Shape.safeParse(json);
  if (data === undefined) return undefined;
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
  const fails = data.DeliverLogsStatus === "FAILED";
  const toS3 = data.LogDestinationType === "s3" && data.LogDestination !== undefined;
  return {
    flowLogId: data.FlowLogId,
    resourceId: data.ResourceId,
    status: fails ? "delivery fails" : (data.FlowLogStatus ?? "unknown"),
    ...(fails ? { problem: data.DeliverLogsErrorMessage ?? "AWS gives no reason" } : {}),
    trafficType: data.TrafficType ?? "",
    ...(toS3 && data.LogDestination !== undefined ? { bucket: data.LogDestination } : {}),
    format: data.LogFormat ?? "",
    tags: toTags(data.Tags),
  };
}
