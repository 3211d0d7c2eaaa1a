import type { Inventory, NetworkInterface } from "../inventory/model.ts";
import { type FlowLog, isUseful } from "./flow-log.ts";
import { mayBeOf } from "./plan-subscriptions.ts";

/** Which flow logs see the interfaces of one database, by the subscriptions that there are. */
export interface LogCover {
  /** Ids of useful flow logs of its interfaces, their subnets or VPC, sorted. */
  readonly covering: readonly string[];
  /** Ids of interfaces that none of them sees. */
  readonly unseen: readonly string[];
  /** Flow logs of those interfaces that AWS does not deliver. */
  readonly failing: readonly FlowLog[];
}

/** By the ARN of the database; those of which no interface is known are left out. */
export function logCovers(inventory: Inventory, logs: readonly FlowLog[]): ReadonlyMap<string, LogCover> {
  const byResource = Map.groupBy(logs, ({ resourceId }) => resourceId);
  return new Map(
    inventory.databases.flatMap((database) => {
      const interfaces = inventory.networkInterfaces.filter((each) => mayBeOf(each, database));
      return interfaces.length === 0
        ? []
        : [[database.arn as string, coverOf(interfaces, byResource)] as const];
    }),
  );
}

function coverOf(
  interfaces: readonly NetworkInterface[],
  byResource: ReadonlyMap<string, readonly FlowLog[]>,
): LogCover {
  const seen = interfaces.map(({ networkInterfaceId, subnetId, vpcId }) => {
    const around = [networkInterfaceId, subnetId, vpcId].flatMap((id) => byResource.get(id) ?? []);
    return { networkInterfaceId, around, useful: around.filter(isUseful) };
  });
  const unseen = seen.filter(({ useful }) => useful.length === 0);
  const failing = unseen.flatMap(({ around }) => around.filter(({ problem }) => problem !== undefined));
  return {
    covering: [...new Set(seen.flatMap(({ useful }) => useful.map(({ flowLogId }) => flowLogId)))].sort(),
    unseen: unseen.map(({ networkInterfaceId }) => networkInterfaceId).sort(),
    failing: [...new Set(failing)],
  };
}
