import { expect, it } from "vitest";
import { database, inventory } from "../../../test/fixtures/inventory.ts";
import { historyPlaces } from "./history-places.ts";

it("looks where the account of the database and the owner of its subnet write, and what has no account", () => {
  const own = inventory({ databases: [database("orders", [])] });
  const { accountId, region } = own.databases[0] ?? { accountId: "", region: "" };
  const regions = [region, "unknown"].sort();
  expect(historyPlaces(own)).toEqual({ accounts: [accountId, "unknown"].sort(), regions });
  const subnets = [
    { subnetId: "subnet-1", vpcId: "vpc-1", ownerId: "999988887777", tags: {} },
    { subnetId: "subnet-2", vpcId: "vpc-2", ownerId: own.accountId, tags: {} },
  ];
  expect(historyPlaces({ ...own, subnets })).toEqual({
    accounts: [accountId, "999988887777", "unknown"].sort(),
    regions,
  });
});
