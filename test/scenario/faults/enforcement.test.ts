import { RevokeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { awsClients } from "../../../src/adapters/aws/aws-clients.ts";
import { inProcessRequestHandler } from "../../../src/sandbox/aws/in-process.ts";
import { setInstanceStatus } from "../../../src/sandbox/aws/model/rds/lifecycle.ts";
import { allowInLab, install, known, type Lab, labelled, MOAT_KEY } from "../lab.ts";
import { faultLab, oldGet, standingRules, WEB, WEB_ADDRESSES } from "./fault-lab.ts";
import { type OldTarget, oldAttach, oldAuthorize, oldGroup, oldRun } from "./old-enforcement.ts";
import { oldGrants } from "./old-lambda.ts";

const onlyWeb = (_: string, address: string) => WEB_ADDRESSES.includes(address);
const RULES = WEB_ADDRESSES.map((address) => `tcp 3306-3306 ${address}/32`);

function enforcedLab(over: Parameters<typeof faultLab>[0] = {}): Lab {
  const lab = faultLab(over);
  allowInLab(lab, "orders", ["role=web"]);
  return lab;
}

function targetOf(lab: Lab, id = "orders"): OldTarget {
  const { vpcId, parameterGroup } = lab.sandbox.rds().instance(id);
  return { id, vpcId, parameterGroup };
}

const old = (lab: Lab) =>
  oldRun(
    lab.stranger,
    targetOf(lab),
    () => oldGrants(oldGet(lab), "orders production"),
    () => lab.settle(),
  );

describe("enforcement", () => {
  it("puts every rule in place before it attaches, and detaches last, so that nobody is cut off", async () => {
    const lab = enforcedLab();
    expect((await lab.connections.during(onlyWeb, () => lab.run())).violations).toEqual([]);
    const other = enforcedLab();
    const { violations } = await other.connections.during(onlyWeb, () => old(other));
    expect(violations.filter((v) => v.startsWith("S1"))).toHaveLength(WEB_ADDRESSES.length);
  });

  it("remembers every group that it replaces, not only the first, and can give them all back", async () => {
    const groups = { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }], backup: [] };
    const databases = [{ id: "orders", groups: ["legacy", "backup"] }];
    const lab = enforcedLab({ groups, databases });
    await lab.run();
    lab.settle();
    await lab.rollback("orders");
    lab.settle();
    const originals = [known(lab.groups, "legacy"), known(lab.groups, "backup")];
    expect(new Set(known(lab.databases, "orders").groups())).toEqual(new Set(originals));

    const other = enforcedLab({ groups, databases });
    const groupId = await old(other);
    expect(known(other.databases, "orders").groups()).toEqual([groupId]);
    expect([...other.sandbox.ec2().tags.of(groupId)]).toEqual([]);
  });

  it("touches nothing of a database but its groups: no parameter group, nothing applied at once, nothing pending flushed", async () => {
    const pending = (lab: Lab) => {
      const rds = lab.sandbox.rds();
      rds.put({ ...rds.instance("orders"), pendingModifiedValues: { DBInstanceClass: "db.r6g.4xlarge" } });
      return rds;
    };
    const lab = enforcedLab();
    const rds = pending(lab);
    await lab.run();
    lab.settle();
    expect(known(lab.databases, "orders").groups()).not.toContain(known(lab.groups, "legacy"));
    expect(rds.sideEffects).toEqual([]);

    const other = enforcedLab();
    const others = pending(other);
    await oldAttach(other.stranger, targetOf(other), known(other.groups, "apps"));
    expect(others.sideEffects.map((s) => `${s.kind} ${Object.keys(s.parameters)}`)).toEqual([
      "requested DBParameterGroupName",
      "flushed DBInstanceClass",
      "appliedImmediately DBInstanceClass",
    ]);
  });

  it("takes away what policy no longer grants", async () => {
    const fourth = { name: "web-7", addresses: ["10.20.1.17"], labels: labelled("web") };
    const lab = enforcedLab({ consumers: [...WEB, fourth] });
    await lab.run();
    lab.settle();
    lab.pce.seed.remove(known(lab.workloads, "web-7"));
    await lab.run();
    expect(standingRules(lab)).toEqual(RULES);

    const other = enforcedLab({ consumers: [...WEB, fourth] });
    await old(other);
    other.pce.seed.remove(known(other.workloads, "web-7"));
    await old(other);
    expect(standingRules(other)).toContain("tcp 3306-3306 10.20.1.17/32");
  });

  it("compares whole rules: the same address on another port is another rule", async () => {
    const swapPort = async (lab: Lab) => {
      const [GroupId = ""] = known(lab.databases, "orders").groups();
      const { client } = await lab.stranger.ec2();
      const range = {
        IpProtocol: "tcp",
        FromPort: 3306,
        ToPort: 3306,
        IpRanges: [{ CidrIp: "10.20.1.13/32" }],
      };
      await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [range] }));
      lab.sandbox.seed.rules(GroupId, [{ port: 22, cidr: "10.20.1.13/32" }]);
      return GroupId;
    };
    const lab = enforcedLab();
    await lab.run();
    lab.settle();
    await swapPort(lab);
    await lab.run();
    expect(new Set(standingRules(lab))).toEqual(new Set(RULES));

    const other = enforcedLab();
    await old(other);
    const groupId = await swapPort(other);
    expect(await oldAuthorize(other.stranger, groupId, ["10.20.1.13/32"])).toBe(0);
    expect(standingRules(other)).toContain("tcp 22-22 10.20.1.13/32");
    expect(standingRules(other)).not.toContain("tcp 3306-3306 10.20.1.13/32");
  });

  it("sends all rules in one call, each once, however many workloads share an address", async () => {
    const twin = { name: "web-twin", addresses: ["10.20.1.11"], labels: labelled("web") };
    const lab = enforcedLab();
    lab.pce.seed.workload({ name: twin.name, labels: twin.labels, addresses: twin.addresses, managed: true });
    await lab.run();
    expect(lab.writes().filter((w) => w.startsWith("Authorize"))).toHaveLength(1);
    expect(standingRules(lab)).toEqual(RULES);

    const other = enforcedLab();
    const groupId = await oldGroup(other.stranger, targetOf(other).vpcId, "old");
    expect(await oldAuthorize(other.stranger, groupId, ["10.20.1.11/32", "10.20.1.13/32"])).toBe(2);
    const twice = oldAuthorize(other.stranger, groupId, ["10.20.1.15/32", "10.20.1.15/32"]);
    await expect(twice).rejects.toMatchObject({ name: "InvalidPermission.Duplicate" });
  });

  it("refuses a policy that the quotas cannot hold before anything is written", async () => {
    const lab = enforcedLab();
    lab.sandbox.ec2().quotas.set("L-0EA8095F", 1);
    lab.sandbox.ec2().quotas.set("L-2AFB9258", 2);
    await lab.run();
    expect((await lab.plan()).databases.flatMap((d) => d.refused.map((r) => r.gate))).toEqual(["quota"]);
    expect(lab.writes()).toEqual([]);

    const groupId = await oldGroup(lab.stranger, targetOf(lab).vpcId, "old");
    const partly = oldAuthorize(lab.stranger, groupId, ["10.20.1.11/32", "10.20.1.13/32"]);
    await expect(partly).rejects.toMatchObject({ name: "RulesPerSecurityGroupLimitExceeded" });
  });

  it("writes nothing when a look-up fails, and keeps the last good state", async () => {
    const lab = enforcedLab();
    await lab.run();
    lab.settle();
    const before = lab.writes().length;
    lab.pce.faults.add({
      when: ({ path }) => path.includes("rule_sets"),
      answer: { kind: "status", status: 500 },
    });
    await expect(lab.run()).rejects.toMatchObject({ name: "PolicyFault" });
    expect(lab.writes()).toHaveLength(before);
    expect(standingRules(lab)).toEqual(RULES);

    const other = enforcedLab();
    other.pce.faults.add({
      when: ({ path }) => path.includes("rule_sets"),
      answer: { kind: "status", status: 500 },
    });
    await old(other);
    expect(standingRules(other)).toEqual([]);
  });

  it("does not go on to attach when the group could not be created", async () => {
    const lab = enforcedLab();
    lab.sandbox.faults.add({
      match: { operation: "CreateSecurityGroup" },
      when: "before",
      error: { code: "UnauthorizedOperation", httpStatus: 403, message: "You are not authorized" },
    });
    const { outcomes } = await lab.run();
    expect(outcomes.map((o) => [o.status, o.problem?.code])).toEqual([["failed", "AWS_DENIED"]]);
    expect(lab.sandbox.calls.map((c) => c.call.operation)).not.toContain("ModifyDBInstance");
  });

  it("knows its own groups by their tags, never by their names", async () => {
    const lab = enforcedLab();
    const { vpcId } = targetOf(lab);
    const foreign = lab.sandbox.seed.securityGroup({
      groupName: "moat-orders",
      vpcId,
      rules: [{ port: 3306, cidr: "0.0.0.0/0" }],
    });
    await lab.run();
    lab.settle();
    expect(known(lab.databases, "orders").groups()).not.toContain(foreign.groupId);
    expect(standingRules(lab)).toEqual(RULES);
    expect(lab.sandbox.ec2().groups.get(foreign.groupId)?.rules).toEqual(foreign.rules);
    expect(await oldGroup(lab.stranger, vpcId, "moat-orders")).toBe(foreign.groupId);
  });

  it("gives its group no way out that the replaced groups did not have", async () => {
    const lab = enforcedLab({ withoutEgress: ["legacy"] });
    await lab.run();
    lab.settle();
    const egress = (groupIds: readonly string[]) =>
      groupIds.flatMap((id) => lab.sandbox.ec2().groups.get(id)?.rules ?? []).filter((rule) => rule.isEgress);
    expect(egress(known(lab.databases, "orders").groups())).toEqual([]);
    expect(egress([await oldGroup(lab.stranger, targetOf(lab).vpcId, "old")])).not.toEqual([]);
  });

  it("waits for a busy database instead of failing half way", async () => {
    const lab = enforcedLab();
    const rds = lab.sandbox.rds();
    lab.sandbox.onCall(({ phase, call }) => {
      if (phase !== "before" || call.operation !== "AuthorizeSecurityGroupIngress") return;
      setInstanceStatus(rds, "orders", "maintenance");
      lab.clock.schedule(60_000, () => setInstanceStatus(rds, "orders", "available"));
    });
    const { outcomes } = await lab.run();
    expect(outcomes.map((o) => o.status)).toEqual(["done"]);
    const other = enforcedLab();
    setInstanceStatus(other.sandbox.rds(), "orders", "maintenance");
    await expect(old(other)).rejects.toMatchObject({ name: "InvalidDBInstanceStateFault" });
  });

  it("acts in the account and region that it is told to, with a role taken there", async () => {
    const lab = faultLab();
    const account = "444455556666";
    const far = lab.sandbox.seedIn(account, "eu-north-1");
    const { vpcId } = far.vpc({ cidrBlock: "10.20.0.0/16" });
    const subnet = far.subnet({ vpcId, cidrBlock: "10.20.9.0/24", availabilityZone: "eu-north-1a" });
    const legacy = far.securityGroup({
      groupName: "legacy",
      vpcId,
      rules: [{ port: 3306, cidr: "10.20.0.0/16" }],
    });
    const tags = { "moat:mode": "enforce" };
    const groups = [legacy.groupId];
    const { arn, interfaces } = far.dbInstance({
      identifier: "far",
      engine: "mysql",
      subnets: [subnet.subnetId],
      groups,
      tags,
    });
    const labels = { role: "database", app: "orders", env: "prod", loc: "eu" };
    const workload = lab.pce.seed.workload({
      name: "far",
      labels,
      fields: { external_data_set: "aws-rds", external_data_reference: arn },
    });
    const service = lab.pce.seed.virtualService("far", { labels, ports: ["tcp/3306"] });
    allowInLab(lab, "orders", ["role=web"]);
    lab.pce.seed.bind(service, workload);
    const clients = awsClients({
      region: "eu-north-1",
      credentials: { accessKeyId: MOAT_KEY, secretAccessKey: "sandbox" },
      role: { roleArn: `arn:aws:iam::${account}:role/moat` },
      requestHandler: inProcessRequestHandler(lab.sandbox),
      env: {},
    });
    const there = install(clients, lab.policy, lab.ports.clock);
    expect((await there.run()).outcomes.map((o) => [o.arn, o.status])).toEqual([[arn, "done"]]);
    lab.settle();
    const eni = lab.sandbox
      .ec2(account, "eu-north-1")
      .interfaces.get(interfaces[0]?.networkInterfaceId ?? "");
    expect(eni?.groupIds).not.toContain(legacy.groupId);
    // Default credentials see the one account and region that they belong to, and none of this.
    const { client, sdk } = await lab.stranger.rds();
    const seen = await client.send(new sdk.DescribeDBInstancesCommand({}));
    expect(seen.DBInstances?.map((d) => d.DBInstanceIdentifier)).toEqual(["orders"]);
  });
});
