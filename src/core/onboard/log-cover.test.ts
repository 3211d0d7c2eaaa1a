import { expect, it } from "vitest";
import { database, group, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import { type FlowLog, MISSION_FORMAT } from "./flow-log.ts";
import { logCovers } from "./log-cover.ts";

const rds = { description: "RDSNetworkInterface" };
const world = inventory({
  databases: [database("orders", ["sg-a"]), database("ledger", ["sg-b"]), database("none", ["sg-c"])],
  securityGroups: ["sg-a", "sg-b", "sg-c"].map((id) => group(id, [])),
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.9.5"], ["sg-a"], rds),
    networkInterface("eni-2", ["10.0.9.6"], ["sg-a"], rds),
    networkInterface("eni-3", ["10.0.9.7"], ["sg-b"], rds),
  ],
});
const vpc = world.networkInterfaces[0]?.vpcId ?? "";
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
const fails = { status: "delivery fails", problem: "Access error" };
/** Covering, unseen and failing of each database in short. */
const covers = (...logs: readonly FlowLog[]) =>
  Object.fromEntries(
    [...logCovers(world, logs)].map(([arn, { covering, unseen, failing }]) => [
      arn.split(":").at(-1),
      [covering.join(), unseen.join(), failing.map(({ flowLogId }) => flowLogId).join()],
    ]),
  );

it.each([
  { what: "none", logs: [], want: { orders: ["", "eni-1,eni-2", ""], ledger: ["", "eni-3", ""] } },
  {
    what: "one of an interface",
    logs: [log("eni-1")],
    want: { orders: ["fl-eni-1", "eni-2", ""], ledger: ["", "eni-3", ""] },
  },
  {
    what: "one of the VPC",
    logs: [log(vpc)],
    want: { orders: [`fl-${vpc}`, "", ""], ledger: [`fl-${vpc}`, "", ""] },
  },
  {
    what: "one that fails beside one that does not",
    logs: [log(vpc, fails), log("eni-3")],
    want: { orders: ["", "eni-1,eni-2", `fl-${vpc}`], ledger: ["fl-eni-3", "", ""] },
  },
  {
    what: "one of refused traffic only",
    logs: [log("eni-3", { trafficType: "REJECT" })],
    want: { orders: ["", "eni-1,eni-2", ""], ledger: ["", "eni-3", ""] },
  },
])("what $what sees of each database", ({ logs, want }) => expect(covers(...logs)).toEqual(want));
