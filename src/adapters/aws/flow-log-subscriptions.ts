import { z } from "zod";
import { OWNER_TAG } from "../../core/inventory/ownership.ts";
import type { FlowLogScope } from "../../core/onboard/flow-log.ts";
import type { FlowLogSubscriptions, RefusedSubscription } from "../../ports/onboarding.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { tagSpecifications } from "./ec2-tags.ts";
import { optional } from "./parse/shape.ts";
import { readFlowLogs } from "./read-flow-logs.ts";

/** The most resources and subscriptions that one call takes. */
const MOST = 300;

const TYPES = { interface: "NetworkInterface", subnet: "Subnet", vpc: "VPC" } as const satisfies Record<
  FlowLogScope,
  string
>;

/** Only the command line subscribes, so that these operations are none of what a bundled handler carries. */
const ec2Sdk = () => import("@aws-sdk/client-ec2");

const Unsuccessful = z.array(
  z.object({
    ResourceId: optional(z.string()),
    Error: optional(z.object({ Code: optional(z.string()), Message: optional(z.string()) })),
  }),
);

/** Flow logs to S3, through the SDK. The calls answer 200 although single resources failed: those are told. */
export function flowLogSubscriptions(clients: AwsClients): FlowLogSubscriptions {
  return {
    read: () => readFlowLogs(clients),
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
