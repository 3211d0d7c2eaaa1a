import { describe, expect, it } from "vitest";
import { operations, sandboxClients } from "../../../test/support/sandbox-clients.ts";
import type { RuleContent } from "../../core/inventory/model.ts";
import { canonicalCidr } from "../../core/net/cidr.ts";
import { seedCluster } from "../../sandbox/aws/model/rds/seed-cluster.ts";
import { seedInstance } from "../../sandbox/aws/model/rds/seed-instance.ts";
import { seedProxy, seedProxyEndpoint } from "../../sandbox/aws/model/rds/seed-proxy.ts";
import { rdsOf } from "../../sandbox/aws/model/rds/state.ts";
import { awsEnforcement } from "./aws-enforcement.ts";

function setting() {
  const { sandbox, clients } = sandboxClients();
  const { vpcId } = sandbox.seed.vpc();
  const subnets = ["10.0.0.0/24", "10.0.1.0/24"].map(
    (cidrBlock) => sandbox.seed.subnet({ vpcId, cidrBlock }).subnetId,
  );
  const { groupId } = sandbox.seed.securityGroup({ groupName: "ours", vpcId });
  const added = () =>
    sandbox
      .ec2()
      .groups.get(groupId)
      ?.rules.filter((r) => !r.isEgress) ?? [];
  return {
    sandbox,
    enforcement: awsEnforcement(clients),
    rds: rdsOf(sandbox.region()),
    subnets,
    groupId,
    added,
  };
}

function hosts(count: number): RuleContent[] {
  return Array.from({ length: count }, (_, i) => {
    const cidr = canonicalCidr(`10.1.0.${i}/32`);
    if (!cidr.ok) throw new Error(cidr.error.what);
    return {
      direction: "ingress",
      protocol: "tcp",
      fromPort: 3306,
      toPort: 3306,
      source: { kind: "cidr", cidr: cidr.value },
    };
  });
}

describe("authorize", () => {
  const authorize = "AuthorizeSecurityGroupIngress";

  it("makes one call for up to 60 rules, none for none", async () => {
    const { enforcement, sandbox, groupId } = setting();
    await enforcement.authorize(groupId, [], {});
    await enforcement.authorize(groupId, hosts(60), {});
    expect(operations(sandbox)).toEqual([authorize]);
  });

  it("reads again after a duplicate and adds only what is missing", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    sandbox.seed.rules(groupId, [{ port: 3306, cidr: "10.1.0.3/32" }]);
    await enforcement.authorize(groupId, hosts(10), {});
    expect(operations(sandbox)).toEqual([authorize, "DescribeSecurityGroupRules", authorize]);
    expect(added()).toHaveLength(10);
  });

  it("finds the duplicate by halving when reads lag behind", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    sandbox.clock.advance(60_000);
    sandbox.seed.rules(groupId, [{ port: 3306, cidr: "10.1.0.3/32" }]);
    sandbox.faults.addStaleRead({ match: { operation: "DescribeSecurityGroupRules" }, ageMs: 30_000 });
    await enforcement.authorize(groupId, hosts(10), {});
    expect(added()).toHaveLength(10);
  });

  it("does not repeat a call whose answer was lost", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    sandbox.faults.add({
      match: { operation: authorize },
      when: "after",
      error: "connectionReset",
      times: 1,
    });
    await expect(enforcement.authorize(groupId, hosts(2), {})).rejects.toMatchObject({ kind: "unreachable" });
    expect(operations(sandbox)).toEqual([authorize]);
    expect(added()).toHaveLength(2);
  });

  it("does not repeat a call after an internal error", async () => {
    const { enforcement, sandbox, groupId } = setting();
    const error = { code: "InternalError", httpStatus: 500, message: "An internal error has occurred" };
    sandbox.faults.add({ match: { operation: authorize }, when: "before", error, times: 1 });
    await expect(enforcement.authorize(groupId, hosts(2), {})).rejects.toMatchObject({ kind: "unavailable" });
    expect(operations(sandbox)).toEqual([authorize]);
  });

  it("repeats a call that was throttled", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    const error = { code: "RequestLimitExceeded", httpStatus: 503, message: "Request limit exceeded." };
    sandbox.faults.add({ match: { operation: authorize }, when: "before", error, times: 1 });
    await enforcement.authorize(groupId, hosts(2), {});
    expect(operations(sandbox)).toEqual([authorize, authorize]);
    expect(added()).toHaveLength(2);
  });

  it("falls into halves when the call is too large", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    const error = {
      code: "InvalidParameterValue",
      httpStatus: 400,
      message: "Too many permissions in one request",
    };
    sandbox.faults.add({ match: { operation: authorize }, when: "before", error, times: 3 });
    await enforcement.authorize(groupId, hosts(8), {});
    expect(added()).toHaveLength(8);
  });

  it("does not fall into halves when a value is wrong", async () => {
    const { enforcement, sandbox, groupId } = setting();
    const error = { code: "InvalidParameterValue", httpStatus: 400, message: "CIDR block 10.1 is malformed" };
    sandbox.faults.add({ match: { operation: authorize }, when: "before", error });
    await expect(enforcement.authorize(groupId, hosts(8), {})).rejects.toMatchObject({ kind: "invalid" });
    expect(operations(sandbox)).toEqual([authorize]);
  });
});

describe("revoke", () => {
  const revoke = "RevokeSecurityGroupIngress";

  it("reads again after an unknown id and removes what is left", async () => {
    const { enforcement, sandbox, groupId, added } = setting();
    await enforcement.authorize(groupId, hosts(4), {});
    const rules = hosts(4).map((r, i) => ({
      ...r,
      securityGroupRuleId: added()[i]?.securityGroupRuleId ?? "",
    }));
    await enforcement.revoke(groupId, rules.slice(0, 1));
    await enforcement.revoke(groupId, rules);
    expect(operations(sandbox).slice(2)).toEqual([revoke, "DescribeSecurityGroupRules", revoke]);
    expect(added()).toEqual([]);
  });
});

describe("setDatabaseGroups", () => {
  it("sends the identifier and the groups, and nothing else", async () => {
    const { enforcement, sandbox, rds, subnets, groupId } = setting();
    seedInstance(rds, { identifier: "one", engine: "mysql", subnets });
    seedCluster(rds, { identifier: "many", engine: "aurora-mysql", subnets });
    seedProxy(rds, { name: "front", engineFamily: "MYSQL", subnetIds: subnets });
    seedProxyEndpoint(rds, { name: "ro", proxyName: "front", subnetIds: subnets });
    for (const [kind, id] of Object.entries({
      instance: "one",
      cluster: "many",
      proxy: "front",
      proxyEndpoint: "ro",
    })) {
      await enforcement.setDatabaseGroups({ kind, id }, [groupId]);
    }
    expect(sandbox.calls.map(({ call }) => [call.operation, call.input])).toEqual([
      ["ModifyDBInstance", { DBInstanceIdentifier: "one", VpcSecurityGroupIds: [groupId] }],
      ["ModifyDBCluster", { DBClusterIdentifier: "many", VpcSecurityGroupIds: [groupId] }],
      ["ModifyDBProxy", { DBProxyName: "front", SecurityGroups: [groupId] }],
      ["ModifyDBProxyEndpoint", { DBProxyEndpointName: "ro", VpcSecurityGroupIds: [groupId] }],
    ]);
  });

  it("says busy while the database is changing", async () => {
    const { enforcement, rds, subnets, groupId } = setting();
    seedInstance(rds, { identifier: "one", engine: "mysql", subnets, status: "stopped" });
    const call = enforcement.setDatabaseGroups({ kind: "instance", id: "one" }, [groupId]);
    await expect(call).rejects.toMatchObject({ kind: "busy", code: "InvalidDBInstanceState" });
  });
});
