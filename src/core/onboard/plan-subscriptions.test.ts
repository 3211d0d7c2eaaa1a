import { describe, expect, it } from "vitest";
import { database, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import { type FlowLogScope, RICH_FORMAT } from "./flow-log.ts";
import { planSubscriptions } from "./plan-subscriptions.ts";
import { sharedSubnets } from "./shared-subnets.ts";

const BUCKET = "arn:aws:s3:::logs";
const OWNER = "999900001111";
const settings = (scope: FlowLogScope) => ({ owner: "moat", scope, bucket: BUCKET, format: RICH_FORMAT });
const ORDERS = database("orders", ["sg-1"], { subnetIds: ["subnet-1", "subnet-2"] });
const rds = (id: string, subnetId: string) =>
  networkInterface(id, ["10.0.0.9"], ["sg-1"], { subnetId, requesterId: "amazon-rds" });

/** One database with an interface in each of two subnets, of which some are another account's. */
const world = (...shared: readonly string[]) =>
  inventory({
    databases: [ORDERS],
    networkInterfaces: [rds("eni-1", "subnet-1"), rds("eni-2", "subnet-2")],
    subnets: ["subnet-1", "subnet-2"].map((subnetId) => ({
      subnetId,
      vpcId: "vpc-1",
      ownerId: shared.includes(subnetId) ? OWNER : "111122223333",
      tags: {},
    })),
  });

const plan = (scope: FlowLogScope, of = world(), logs: Parameters<typeof planSubscriptions>[2] = []) =>
  planSubscriptions(of, { see: [ORDERS], keep: [] }, logs, settings(scope));
const created = (scope: FlowLogScope, of = world()) =>
  plan(scope, of).create.map(({ resourceId, scope: as }) => `${as} ${resourceId}`);

describe("planSubscriptions", () => {
  it.each<{ scope: FlowLogScope; shared: readonly string[]; want: readonly string[] }>([
    { scope: "subnet", shared: [], want: ["subnet subnet-1", "subnet subnet-2"] },
    { scope: "subnet", shared: ["subnet-1"], want: ["interface eni-1", "subnet subnet-2"] },
    { scope: "subnet", shared: ["subnet-1", "subnet-2"], want: ["interface eni-1", "interface eni-2"] },
    { scope: "vpc", shared: [], want: ["vpc vpc-1"] },
    // Whose a subnet is, its VPC is, too.
    { scope: "vpc", shared: ["subnet-1", "subnet-2"], want: ["interface eni-1", "interface eni-2"] },
    { scope: "interface", shared: ["subnet-1"], want: ["interface eni-1", "interface eni-2"] },
  ])("a log of each $scope, of which another account owns $shared: $want", ({ scope, shared, want }) => {
    expect(created(scope, world(...shared))).toEqual(want);
  });

  it("names what is another account's only where it was asked for", () => {
    expect(plan("subnet", world("subnet-2")).shared).toEqual([["subnet-2", OWNER]]);
    expect(plan("interface", world("subnet-2")).shared).toEqual([]);
    const [told] = sharedSubnets(new Map(plan("subnet", world("subnet-2")).shared));
    expect(told).toMatchObject({
      code: "ONBOARD_SHARED_SUBNET",
      what: expect.stringMatching(/subnet-2.*999900001111/),
      fix: expect.any(String),
    });
  });

  it("keeps its own log of an interface in a shared subnet, and takes it away when the interface is gone", () => {
    const log = (resourceId: string) => ({
      flowLogId: `fl-${resourceId}`,
      resourceId,
      status: "ACTIVE",
      trafficType: "ALL",
      bucket: BUCKET,
      format: RICH_FORMAT,
      tags: { "moat:owner": "moat" },
    });
    const again = plan("subnet", world("subnet-1", "subnet-2"), [log("eni-1"), log("eni-0")]);
    expect(again.kept.map(({ resourceId }) => resourceId)).toEqual(["eni-1"]);
    expect(again.remove.map(({ resourceId }) => resourceId)).toEqual(["eni-0"]);
    expect(again.create.map(({ resourceId }) => resourceId)).toEqual(["eni-2"]);
  });

  it("takes a subnet of which nothing says whose it is for its own, as in snapshots of old", () => {
    const { subnets = [], ...rest } = world("subnet-1");
    const old = { ...rest, subnets: subnets.map(({ ownerId: _, ...subnet }) => subnet) };
    expect(created("subnet", old)).toEqual(["subnet subnet-1", "subnet subnet-2"]);
  });
});
