import { type Ec2State, ec2State } from "../ec2/ec2-state.ts";
import type { FlowLog } from "../ec2/flow-log.ts";
import type { LoggingInterface } from "../network/attempt.ts";
import type { SandboxWorld } from "../region-state.ts";
import type { FlowLogTarget } from "./deliver-file.ts";
import { parseLogFormat } from "./fields.ts";

/** A flow log with the EC2 it belongs to. */
export interface Subscription {
  readonly ec2: Ec2State;
  readonly log: FlowLog;
}

/** All flow logs of the sandbox that go to S3 and are delivered. */
export function s3Subscriptions(world: SandboxWorld): readonly Subscription[] {
  return world.regions().flatMap((region) => {
    const ec2 = region.part(ec2State);
    const logs = ec2.flowLogs
      .values()
      .filter((log) => log.logDestinationType === "s3" && log.deliveryProblem === undefined);
    return logs.map((log) => ({ ec2, log }));
  });
}

/** A flow log covers a VPC, a subnet or one interface of its own account and region. */
export function covers({ ec2, log }: Subscription, on: LoggingInterface): boolean {
  const { accountId, region } = ec2.region;
  if (on.accountId !== accountId || on.region !== region) return false;
  return [on.vpcId, on.subnetId, on.interfaceId].includes(log.resourceId);
}

/** Where the files of a flow log go: its destination is `arn:aws:s3:::bucket/folder/`. */
export function targetOf({ ec2, log }: Subscription): FlowLogTarget {
  const path = (log.logDestination ?? "").replace(/^arn:[a-z-]+:s3:::/, "");
  const slash = path.indexOf("/");
  return {
    bucket: slash < 0 ? path : path.slice(0, slash),
    prefix: slash < 0 ? "" : path.slice(slash + 1),
    accountId: ec2.region.accountId,
    region: ec2.region.region,
    flowLogId: log.flowLogId,
    fields: parseLogFormat(log.logFormat),
    hiveCompatible: log.hiveCompatiblePartitions,
    perHour: log.perHourPartition,
  };
}
