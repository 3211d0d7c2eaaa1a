import type { Inventory, NetworkInterface } from "../inventory/model.ts";
import { fittingInterfaces } from "./fitting-interfaces.ts";
import { type FlowLog, isUseful } from "./flow-log.ts";

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
  const interfacesOf = fittingInterfaces(inventory.networkInterfaces);
  const covers = new Map<readonly NetworkInterface[], LogCover>();
  return new Map(
    inventory.databases.flatMap((database) => {
      const interfaces = interfacesOf(database);
      if (interfaces.length === 0) return [];
      const cover = covers.get(interfaces) ?? coverOf(interfaces, byResource);
      covers.set(interfaces, cover);
      return [[database.arn as string, cover] as const];
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
