import type { Database, Inventory, NetworkInterface, SecurityGroup } from "../core/inventory/model.ts";

/** Reads what AWS has: live, from the sandbox, or from a folder of saved answers. */
export interface InventorySource {
  /** What a person calls this source, e.g. `live eu-west-1` or a folder's path. */
  readonly name: string;
  /** One whole read. Throws a {@link AwsFault} when a part cannot be had: half an inventory is none. */
  read(): Promise<Inventory>;
}

/** Fresh reads of single objects, used while a plan is being carried out. */
export interface LiveState {
  readDatabase(arn: string): Promise<Database | undefined>;
  readSecurityGroups(groupIds: readonly string[]): Promise<readonly SecurityGroup[]>;
  /** The interfaces that carry the group. */
  readInterfacesWithGroup(groupId: string): Promise<readonly GroupInterface[]>;
}

/** What is asked of an interface while a plan is being carried out. */
export type GroupInterface = Pick<NetworkInterface, "networkInterfaceId" | "groupIds" | "addresses">;
