import type { DatabaseIdentity } from "../policy/resolution.ts";
import { databaseInterfaces } from "./database-interfaces.ts";
import type { Inventory } from "./model.ts";

/** What policy needs in order to recognise each database: ARNs, endpoints, and the addresses its interfaces show. */
export function databaseIdentities(inventory: Inventory, owner: string): readonly DatabaseIdentity[] {
  const interfaces = databaseInterfaces(inventory, owner).certain;
  return inventory.databases.map((database) => ({
    arn: database.arn,
    memberArns: database.members.map((m) => m.arn),
    endpoints: database.endpoints,
    addresses: [...new Set((interfaces.get(database.arn) ?? []).flatMap((i) => i.addresses))],
    ...(database.port === undefined ? {} : { port: database.port }),
  }));
}
