import { describe, expect, it } from "vitest";
import { codeOf, ec2World } from "../../testing/ec2-world.ts";
import { describeInstances, describeInterfaces, describeSubnets, describeVpcs } from "./describe-network.ts";
import type { Filter } from "./filters.ts";
import { checkNotManaged, createInterface, setInterfaceGroups } from "./interfaces.ts";

const withInterfaces = () => {
  const world = ec2World();
  const { sandbox, subnet, groupId, vpc } = world;
  const app = sandbox.seed.securityGroup({ groupName: "app", vpcId: vpc.vpcId });
  const web = sandbox.seed.instance({
    subnetId: subnet.subnetId,
    groupIds: [app.groupId],
    publicIp: "203.0.113.5",
  });
  const db = sandbox.network.createRdsInterface(sandbox.region(), {
    subnetId: subnet.subnetId,
    groupIds: [groupId],
  });
  const proxy = sandbox.network.createRdsInterface(sandbox.region(), {
    subnetId: subnet.subnetId,
    groupIds: [groupId, app.groupId],
    description: "Network interface for DBProxy front",
  });
  const names = new Map([
    [web.eni.networkInterfaceId, "web"],
    [db.networkInterfaceId, "db"],
    [proxy.networkInterfaceId, "proxy"],
  ]);
  return { ...world, app, web, db, proxy, names };
};
const filter = (name: string, ...values: readonly string[]): Filter => ({ name, values });

describe("describeInterfaces", () => {
  it.each<{ readonly filters: readonly Filter[]; readonly want: readonly string[] }>([
    { filters: [], want: ["web", "db", "proxy"] },
    { filters: [filter("requester-id", "amazon-rds")], want: ["db", "proxy"] },
    { filters: [filter("requester-managed", "true")], want: ["db", "proxy"] },
    { filters: [filter("description", "RDSNetworkInterface")], want: ["db"] },
    { filters: [filter("description", "*DBProxy*")], want: ["proxy"] },
    { filters: [filter("group-name", "app")], want: ["web", "proxy"] },
    { filters: [filter("group-name", "app", "db")], want: ["web", "db", "proxy"] },
    { filters: [filter("private-ip-address", "10.0.1.4")], want: ["web"] },
    { filters: [filter("addresses.private-ip-address", "10.0.1.5", "10.0.1.6")], want: ["db", "proxy"] },
    { filters: [filter("association.public-ip", "203.0.113.5")], want: ["web"] },
    { filters: [filter("status", "available")], want: [] },
    { filters: [filter("requester-id", "amazon-rds"), filter("group-name", "app")], want: ["proxy"] },
  ])("$filters -> $want", ({ filters, want }) => {
    const { ec2, names } = withInterfaces();
    const found = describeInterfaces(ec2, { ids: [], filters }).items;
    expect(found.map((eni) => names.get(eni.networkInterfaceId))).toEqual(want);
  });

  it("finds the interfaces of a group by its id, also in the past", () => {
    const { ec2, sandbox, groupId, app, db, proxy } = withInterfaces();
    const of = (id: string) => describeInterfaces(ec2, { ids: [], filters: [filter("group-id", id)] }).items;
    sandbox.clock.advance(10_000);
    sandbox.network.setInterfaceGroups(db.networkInterfaceId, [app.groupId]);
    expect(of(groupId)).toEqual([proxy]);
    const before = sandbox.clock.now() - 1;
    expect(sandbox.world.readTime.during(before, () => of(groupId))).toEqual([db, proxy]);
  });

  it("does not take MaxResults together with ids", () => {
    const { ec2, db } = withInterfaces();
    const input = { ids: [db.networkInterfaceId], filters: [], maxResults: 5 };
    expect(codeOf(() => describeInterfaces(ec2, input))).toBe("InvalidParameterCombination");
  });
});

describe("an interface", () => {
  it.each([
    { groups: 5, want: "ok" },
    { groups: 6, want: "SecurityGroupsPerInterfaceLimitExceeded" },
  ])("with $groups groups is $want", ({ groups, want }) => {
    const { ec2, sandbox, vpc, web } = withInterfaces();
    const groupIds = Array.from(
      { length: groups },
      (_, index) => sandbox.seed.securityGroup({ groupName: `g${index}`, vpcId: vpc.vpcId }).groupId,
    );
    expect(codeOf(() => setInterfaceGroups(ec2, web.eni, groupIds))).toBe(want);
  });

  it("takes the default group when none is named, and no group of another VPC", () => {
    const { ec2, sandbox, subnet, vpc } = withInterfaces();
    const eni = createInterface(ec2, { subnetId: subnet.subnetId });
    expect(eni.groupIds).toEqual([sandbox.seed.defaultGroup(vpc.vpcId).groupId]);
    const foreign = sandbox.seed.defaultGroup(sandbox.seed.vpc().vpcId).groupId;
    expect(codeOf(() => setInterfaceGroups(ec2, eni, [foreign]))).toBe("InvalidParameterValue");
  });

  it.each([
    { privateIpAddress: "10.0.1.200", want: "ok" },
    { privateIpAddress: "10.0.1.4", want: "InvalidIPAddress.InUse" },
    { privateIpAddress: "10.0.2.4", want: "InvalidParameterValue" },
  ])("at $privateIpAddress is $want", ({ privateIpAddress, want }) => {
    const { ec2, subnet } = withInterfaces();
    expect(codeOf(() => createInterface(ec2, { subnetId: subnet.subnetId, privateIpAddress }))).toBe(want);
  });

  it("of RDS cannot be changed by the customer", () => {
    const { db, web } = withInterfaces();
    expect(codeOf(() => checkNotManaged(db))).toBe("AuthFailure");
    expect(codeOf(() => checkNotManaged(web.eni))).toBe("ok");
  });
});

describe("instances, subnets and VPCs", () => {
  it("are found by what they have in common", () => {
    const { ec2, web, subnet, vpc, app } = withInterfaces();
    const all = { ids: [], filters: [] };
    expect(describeVpcs(ec2, { ...all, ids: [vpc.vpcId] }).items).toEqual([vpc]);
    expect(describeSubnets(ec2, { ...all, filters: [filter("vpc-id", vpc.vpcId)] }).items).toEqual([subnet]);
    const byGroup = describeInstances(ec2, {
      ...all,
      filters: [filter("instance.group-id", app.groupId)],
    }).items;
    expect(byGroup.map((instance) => instance.instanceId)).toEqual([web.instanceId]);
    expect(codeOf(() => describeSubnets(ec2, { ...all, ids: ["subnet-0bad"] }))).toBe(
      "InvalidSubnetID.NotFound",
    );
  });
});
