import type { Inventory } from "../../core/inventory/model.ts";
import type { InventorySource } from "../../ports/inventory-source.ts";
import type { AwsClients } from "./aws-clients.ts";
import type { AwsAnswers } from "./parse/aws-answers.ts";
import { parseInventory } from "./parse/parse-inventory.ts";
import { readAnswers } from "./read-answers.ts";

/** An inventory source that can also give the answers themselves, which a snapshot is made of. */
export interface AwsInventorySource extends InventorySource {
  readAnswers(): Promise<AwsAnswers>;
}

/** The inventory of the account and region that the clients talk to. `name` is for people, e.g. `live eu-west-1`. */
export function awsInventorySource(clients: AwsClients, name = "live"): AwsInventorySource {
  return {
    name,
    read: async (): Promise<Inventory> => parseInventory(await readAnswers(clients)),
    readAnswers: () => readAnswers(clients),
  };
}
