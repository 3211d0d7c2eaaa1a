import { z } from "zod";
import { OWNER_TAG } from "../../core/inventory/ownership.ts";
import type { FlowLog, FlowLogScope } from "../../core/onboard/flow-log.ts";
import type { FlowLogSubscriptions, RefusedSubscription } from "../../ports/onboarding.ts";
import { allPages, callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { tagSpecifications } from "./ec2-tags.ts";
import { optional } from "./parse/shape.ts";
import { TagItems, toTags } from "./parse/tags.ts";

/** The most resources and subscriptions that one call takes. */
const MOST = 300;

const TYPES = { interface: "NetworkInterface", subnet: "Subnet", vpc: "VPC" } as const satisfies Record<
  FlowLogScope,
  string
>;

/** Only the command line subscribes, so that these operations are none of what a bundled handler carries. */
const ec2Sdk = () => import("@aws-sdk/client-ec2");

const Shape = z.object({
  FlowLogId: z.string(),
  ResourceId: z.string(),
  FlowLogStatus: optional(z.string()),
  DeliverLogsStatus: optional(z.string()),
  TrafficType: optional(z.string()),
  LogDestinationType: optional(z.string()),
  LogDestination: optional(z.string()),
  LogFormat: optional(z.string()),
  Tags: TagItems,
});

const Unsuccessful = z.array(
  z.object({
    ResourceId: optional(z.string()),
    Error: optional(z.object({ Code: optional(z.string()), Message: optional(z.string()) })),
  }),
);

/** Flow logs to S3, through the SDK. The calls answer 200 although single resources failed: those are told. */
export function flowLogSubscriptions(clients: AwsClients): FlowLogSubscriptions {
  return {
    async read() {
      const sdk = await ec2Sdk();
      const { client } = await clients.ec2();
      const rows = await allPages(
        "ec2:DescribeFlowLogs",
        () => sdk.paginateDescribeFlowLogs({ client, pageSize: 1000 }, {}),
        (page) => page.FlowLogs,
      );
      return rows.flatMap((row) => readFlowLog(row) ?? []);
    },
    create: ({ scope, resourceIds, bucket, format, owner }) =>
      inParts(resourceIds, async (ids) => {
        const sdk = await ec2Sdk();
        const { client } = await clients.ec2Writes();
        const command = new sdk.CreateFlowLogsCommand({
          ResourceIds: ids,
          ResourceType: TYPES[scope],
          TrafficType: "ALL",
          LogDestinationType: "s3",
          LogDestination: bucket,
          LogFormat: format,
          MaxAggregationInterval: 60,
          ...tagSpecifications("vpc-flow-log", { [OWNER_TAG]: owner }),
        });
        return (await callAws("ec2:CreateFlowLogs", () => client.send(command))).Unsuccessful;
      }),
    remove: (flowLogIds) =>
      inParts(flowLogIds, async (FlowLogIds) => {
        const sdk = await ec2Sdk();
        const { client } = await clients.ec2Writes();
        const command = new sdk.DeleteFlowLogsCommand({ FlowLogIds });
        return (await callAws("ec2:DeleteFlowLogs", () => client.send(command))).Unsuccessful;
      }),
  };
}

/** One that cannot be read is passed over: it sees nothing, as far as Moat can tell, and it is not ours. */
function readFlowLog(json: unknown): FlowLog | undefined {
  const { data } = Shape.safeParse(json);
  if (data === undefined) return undefined;
  const delivers = data.DeliverLogsStatus !== "FAILED";
  const toS3 = data.LogDestinationType === "s3" && data.LogDestination !== undefined;
  return {
    flowLogId: data.FlowLogId,
    resourceId: data.ResourceId,
    status: delivers ? (data.FlowLogStatus ?? "unknown") : "delivery fails",
    trafficType: data.TrafficType ?? "",
    ...(toS3 && data.LogDestination !== undefined ? { bucket: data.LogDestination } : {}),
    format: data.LogFormat ?? "",
    tags: toTags(data.Tags),
  };
}

async function inParts(
  ids: readonly string[],
  call: (part: string[]) => Promise<unknown>,
): Promise<readonly RefusedSubscription[]> {
  const refused: RefusedSubscription[] = [];
  for (let at = 0; at < ids.length; at += MOST) {
    const answer = Unsuccessful.safeParse((await call(ids.slice(at, at + MOST))) ?? []);
    for (const { ResourceId, Error: error } of answer.data ?? []) {
      refused.push({
        id: ResourceId ?? "a resource",
        problem: [error?.Code, error?.Message].filter(Boolean).join(": ") || "no reason given",
      });
    }
  }
  return refused;
}
