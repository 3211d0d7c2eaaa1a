import { expect, it } from "vitest";
import { database, group, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import { type FlowLog, MISSION_FORMAT } from "./flow-log.ts";
import { unseenInterfaces } from "./unseen-interfaces.ts";

const rds = { description: "RDSNetworkInterface" };
const world = inventory({
  databases: [database("orders", ["sg-a"]), database("ledger", ["sg-b"])],
  securityGroups: [group("sg-a", []), group("sg-b", [])],
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.9.5"], ["sg-a"], rds),
    networkInterface("eni-2", ["10.0.9.6"], ["sg-a"], rds),
    networkInterface("eni-3", ["10.0.9.7"], ["sg-b"], rds),
    networkInterface("eni-4", ["10.0.1.1"], ["sg-b"], {}),
  ],
});
const log = (resourceId: string, changes: Partial<FlowLog> = {}): FlowLog => ({
  flowLogId: `fl-${resourceId}`,
  resourceId,
  status: "ACTIVE",
  trafficType: "ALL",
  bucket: "arn:aws:s3:::logs",
  format: MISSION_FORMAT,
  tags: {},
  ...changes,
});
const vpc = world.networkInterfaces[0]?.vpcId ?? "";

it.each([
  { what: "none at all", logs: [], want: { ledger: ["eni-3"], orders: ["eni-1", "eni-2"] } },
  { what: "one of an interface", logs: [log("eni-1")], want: { ledger: ["eni-3"], orders: ["eni-2"] } },
  { what: "one of the VPC", logs: [log(vpc)], want: {} },
  {
    what: "one that delivers nothing, and one of refused traffic only",
    logs: [log(vpc, { status: "delivery fails" }), log("eni-3", { trafficType: "REJECT" })],
    want: { ledger: ["eni-3"], orders: ["eni-1", "eni-2"] },
  },
])("interfaces that $what leaves unseen", ({ logs, want }) => {
  expect(Object.fromEntries(unseenInterfaces(world, logs, "moat"))).toEqual(want);
});
