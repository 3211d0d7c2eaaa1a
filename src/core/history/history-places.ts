import type { Inventory } from "../inventory/model.ts";
import { sharedResources } from "../onboard/shared-subnets.ts";
import type { HistorySpan } from "./live-rows.ts";

/** The folder of what names no account or region, such as log events that Firehose delivered. */
const UNKNOWN = "unknown";

/**
 * Where in a history the flow logs of an inventory's databases tell of them. Folders are named by the account that owns
 * a flow log: that is the database's own, or the owner of the VPC that it shares, for nobody else can make a flow log
 * of its interfaces (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html). What the flow log of
 * a client in another account tells besides, that of the database tells as well.
 */
export function historyPlaces(inventory: Inventory): Required<Pick<HistorySpan, "accounts" | "regions">> {
  const { databases } = inventory;
  const owners = sharedResources(inventory).values();
  return {
    accounts: sorted([...databases.map(({ accountId }) => accountId), ...owners, UNKNOWN]),
    regions: sorted([...databases.map(({ region }) => region), UNKNOWN]),
  };
}

const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
