import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AwsClients, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../src/adapters/aws/aws-enforcement.ts";
import type { AwsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../src/adapters/aws/aws-live-state.ts";
import type {
  Database,
  RuleContent,
  SecurityGroup,
  SecurityGroupRule,
} from "../../src/core/inventory/model.ts";
import { canonicalCidr } from "../../src/core/net/cidr.ts";
import { ruleKey } from "../../src/core/rule/rule-key.ts";
import type { AwsFault } from "../../src/ports/aws-fault.ts";
import type { Enforcement } from "../../src/ports/enforcement.ts";
import type { LiveState } from "../../src/ports/inventory-source.ts";
import type { AwsWorld, NewDatabase } from "./aws-world.ts";

/** What an emulator may lack, by the names of its written deviations; the tests that need it are skipped. */
export type Lacks = ReadonlySet<string>;

interface Setting {
  readonly world: AwsWorld;
  readonly clients: AwsClients;
  readonly source: AwsInventorySource;
  readonly live: LiveState;
  readonly enforcement: Enforcement;
}

const OWNER = { "moat:owner": "moat" };

function rule(cidr: string, port = 3306, direction: RuleContent["direction"] = "ingress"): RuleContent {
  const canonical = canonicalCidr(cidr);
  if (!canonical.ok) throw new Error(canonical.error.what);
  const source = { kind: "cidr", cidr: canonical.value } as const;
  return { direction, protocol: "tcp", fromPort: port, toPort: port, source };
}

const hosts = (count: number, from = 0): RuleContent[] =>
  Array.from({ length: count }, (_, i) =>
    rule(`10.1.${Math.floor((from + i) / 250)}.${(from + i) % 250}/32`),
  );
const keys = (rules: readonly RuleContent[]): string[] => rules.map(ruleKey).toSorted();

let made = 0;
const fresh = (prefix: string): string => `${prefix}-${++made}`;

/**
 * What Moat relies on in AWS, tried through its own adapter on anything that answers as AWS does. `lacks` are written
 * deviations of that thing.
 */
export function awsContract(name: string, make: () => Promise<AwsWorld>, lacks: Lacks = new Set()): void {
  describe(`AWS contract: ${name}`, () => {
    let setting: Setting;
    beforeAll(async () => {
      const world = await make();
      const clients = awsClients(world.options);
      setting = {
        world,
        clients,
        source: awsInventorySource(clients),
        live: awsLiveState(clients),
        enforcement: awsEnforcement(clients),
      };
    });
    afterAll(async () => {
      setting.clients.close();
      await setting.world.close();
    });
    inventoryContract(() => setting, lacks);
    rulesContract(() => setting, lacks);
    groupsContract(() => setting, lacks);
    databasesContract(() => setting, lacks);
  });
}

const unlessLacking = (lacks: Lacks, ...what: readonly string[]) => it.skipIf(what.some((w) => lacks.has(w)));

async function newGroup({ enforcement, world }: Setting, tags = {}): Promise<string> {
  const group = { name: fresh("contract"), description: "contract", vpcId: world.vpcId, tags };
  return enforcement.createSecurityGroup(group);
}

async function readGroup({ live }: Setting, groupId: string): Promise<SecurityGroup> {
  const [group] = await live.readSecurityGroups([groupId]);
  if (group === undefined) throw new Error(`${groupId} is not there`);
  return group;
}

const ingress = async (setting: Setting, groupId: string): Promise<readonly SecurityGroupRule[]> =>
  (await readGroup(setting, groupId)).rules.filter((r) => r.direction === "ingress");

async function newDatabase(setting: Setting, database: Omit<NewDatabase, "id">): Promise<string> {
  return setting.world.addDatabase({ id: fresh("db"), ...database });
}

async function readDatabase({ live }: Setting, arn: string): Promise<Database> {
  const database = await live.readDatabase(arn);
  if (database === undefined) throw new Error(`${arn} is not there`);
  return database;
}

const groupsOf = (database: Pick<Database, "memberships">): string[] =>
  database.memberships.map((m) => m.groupId).toSorted();

const faultOf = (call: Promise<unknown>): Promise<AwsFault | undefined> =>
  call.then(
    () => undefined,
    (error: AwsFault) => error,
  );

function inventoryContract(setting: () => Setting, lacks: Lacks): void {
  it("reads an instance with its groups, network and tags", async () => {
    const { source, world } = setting();
    const groupId = await newGroup(setting());
    const arn = await newDatabase(setting(), {
      kind: "instance",
      groupIds: [groupId],
      tags: { "moat:mode": "enforce" },
    });
    const inventory = await source.read();
    const database = inventory.databases.find((d) => d.arn === arn);
    expect(database).toMatchObject({
      kind: "instance",
      engine: "mysql",
      port: 3306,
      status: "available",
      vpcId: world.vpcId,
      region: "eu-west-1",
      accountId: inventory.accountId,
      memberships: [{ groupId, status: "active" }],
      members: [],
      tags: { "moat:mode": "enforce" },
    });
    expect(database?.subnetIds.toSorted()).toEqual(world.subnetIds.toSorted());
    expect(database?.endpoints).toHaveLength(1);
    expect(database?.unsupported).toBeUndefined();
    expect(inventory.securityGroups.find((g) => g.groupId === groupId)?.vpcId).toBe(world.vpcId);
  });

  it("reads a cluster with its members, which are no entries of their own", async () => {
    const groupId = await newGroup(setting());
    const arn = await newDatabase(setting(), { kind: "cluster", groupIds: [groupId] });
    const { databases } = await setting().source.read();
    const cluster = databases.find((d) => d.arn === arn);
    expect(cluster).toMatchObject({
      kind: "cluster",
      vpcId: setting().world.vpcId,
      memberships: [{ groupId }],
    });
    expect(cluster?.members.map((m) => m.id)).toEqual([`${cluster?.id}-1`, `${cluster?.id}-2`]);
    expect(cluster?.members.map(groupsOf)).toEqual([[groupId], [groupId]]);
    expect(cluster?.endpoints.length).toBeGreaterThanOrEqual(2);
    expect(databases.map((d) => d.id)).not.toContain(`${cluster?.id}-1`);
  });

  unlessLacking(lacks, "proxiesCannotBeModified")("reads a proxy and an endpoint of its own", async () => {
    const groupId = await newGroup(setting());
    const tags = { "moat:mode": "observe" };
    const proxy = await newDatabase(setting(), { kind: "proxy", groupIds: [groupId], tags });
    const endpoint = await newDatabase(setting(), { kind: "proxyEndpoint", groupIds: [groupId], tags });
    const { databases } = await setting().source.read();
    for (const arn of [proxy, endpoint]) {
      expect(databases.find((d) => d.arn === arn)).toMatchObject({
        port: 3306,
        engine: "mysql",
        vpcId: setting().world.vpcId,
        memberships: [{ groupId, status: "active" }],
        tags,
      });
    }
  });

  unlessLacking(lacks, "databasesHaveNoInterface")("sees a database's interfaces by its group", async () => {
    const groupId = await newGroup(setting());
    await newDatabase(setting(), { kind: "instance", groupIds: [groupId] });
    const interfaces = await setting().live.readInterfacesWithGroup(groupId);
    expect(interfaces.map((i) => i.groupIds)).toEqual([[groupId]]);
    const { networkInterfaces } = await setting().source.read();
    const seen = networkInterfaces.filter((i) => i.groupIds.includes(groupId));
    expect(seen).toMatchObject([{ description: "RDSNetworkInterface", requesterId: "amazon-rds" }]);
    expect(seen[0]?.addresses).toHaveLength(1);
  });

  it("knows nothing of what does not exist", async () => {
    const { live, source } = setting();
    const { accountId } = await source.read();
    const arn = `arn:aws:rds:eu-west-1:${accountId}`;
    expect(await live.readDatabase(`${arn}:db:nobody`)).toBeUndefined();
    expect(await live.readDatabase(`${arn}:cluster:nobody`)).toBeUndefined();
    expect(await live.readDatabase(`${arn}:db-proxy:prx-nobody`)).toBeUndefined();
    expect(await live.readSecurityGroups(["sg-0123456789abcdef0"])).toEqual([]);
    expect(await live.readInterfacesWithGroup("sg-0123456789abcdef0")).toEqual([]);
  });
}

function rulesContract(setting: () => Setting, lacks: Lacks): void {
  it("adds rules of every kind of peer, and reads them back the same", async () => {
    const groupId = await newGroup(setting());
    const peer = await newGroup(setting());
    const rules: RuleContent[] = [
      rule("10.0.0.0/16"),
      rule("10.0.1.0/24", 3307),
      rule("2001:db8::/64"),
      { ...rule("10.0.0.0/16"), source: { kind: "securityGroup", groupId: peer } },
      { direction: "ingress", protocol: "-1", source: { kind: "securityGroup", groupId } },
      rule("10.9.0.0/16", 5432, "egress"),
    ];
    await setting().enforcement.authorize(groupId, rules, OWNER);
    const live = (await readGroup(setting(), groupId)).rules;
    expect(keys(live)).toEqual(expect.arrayContaining(keys(rules)));
    const added = live.filter((r) => keys(rules).includes(ruleKey(r)));
    expect(added).toHaveLength(rules.length);
    for (const r of added) {
      expect(r.securityGroupRuleId).toMatch(/^sgr-/);
      expect(r.tags).toEqual(OWNER);
    }
  });

  it("leaves what stands and adds what is missing", async () => {
    const groupId = await newGroup(setting());
    await setting().enforcement.authorize(groupId, hosts(5), OWNER);
    await setting().enforcement.authorize(groupId, [...hosts(9), ...hosts(2)], OWNER);
    await setting().enforcement.authorize(groupId, hosts(9), OWNER);
    expect(keys(await ingress(setting(), groupId))).toEqual(keys(hosts(9)));
  });

  unlessLacking(lacks, "cidrIsNotCanonical")(
    "takes a rule with host bits for its canonical twin",
    async () => {
      const groupId = await newGroup(setting());
      await setting().enforcement.authorize(groupId, [rule("10.9.8.0/24")], OWNER);
      await setting().enforcement.authorize(groupId, [rule("10.9.8.7/24"), rule("10.9.9.0/24")], OWNER);
      expect(keys(await ingress(setting(), groupId))).toEqual(
        keys([rule("10.9.8.0/24"), rule("10.9.9.0/24")]),
      );
    },
  );

  unlessLacking(lacks, "quotaCountsFamiliesTogether")(
    "fills a group with 60 rules of each family",
    async () => {
      const groupId = await newGroup(setting());
      const v6 = Array.from({ length: 60 }, (_, i) => rule(`2001:db8::${(i + 1).toString(16)}/128`));
      await setting().enforcement.authorize(groupId, [...hosts(60), ...v6], OWNER);
      expect(await ingress(setting(), groupId)).toHaveLength(120);
    },
  );

  it("says quota when a group is full", async () => {
    const groupId = await newGroup(setting());
    await setting().enforcement.authorize(groupId, hosts(60), OWNER);
    const fault = await faultOf(setting().enforcement.authorize(groupId, hosts(1, 60), OWNER));
    expect(fault).toMatchObject({
      name: "AwsFault",
      kind: "quota",
      code: "RulesPerSecurityGroupLimitExceeded",
    });
  });

  it("removes rules by id and by content, and what is gone is no failure", async () => {
    const groupId = await newGroup(setting());
    await setting().enforcement.authorize(groupId, hosts(8), OWNER);
    const live = await ingress(setting(), groupId);
    await setting().enforcement.revoke(groupId, live.slice(0, 3));
    await setting().enforcement.revoke(groupId, live.slice(0, 5));
    await setting().enforcement.revoke(groupId, hosts(8).slice(0, 2));
    expect((await ingress(setting(), groupId)).length).toBeLessThanOrEqual(3);
    await setting().enforcement.revoke(groupId, hosts(8));
    expect(await ingress(setting(), groupId)).toEqual([]);
    await setting().enforcement.revoke(groupId, [...live, ...hosts(8)]);
  });

  it("removes the egress rule that every new group has", async () => {
    const groupId = await newGroup(setting());
    const { rules } = await readGroup(setting(), groupId);
    expect(keys(rules)).toContain("egress|-1|-|0.0.0.0/0");
    await setting().enforcement.revoke(groupId, rules);
    expect((await readGroup(setting(), groupId)).rules).toEqual([]);
  });

  it("says notFound for a group that does not exist", async () => {
    const { enforcement } = setting();
    const nobody = "sg-0123456789abcdef0";
    const calls = [
      () => enforcement.authorize(nobody, hosts(1), {}),
      () => enforcement.revoke(nobody, hosts(1)),
      () => enforcement.deleteSecurityGroup(nobody),
    ];
    for (const call of calls) expect((await faultOf(call()))?.kind).toBe("notFound");
  });
}

function groupsContract(setting: () => Setting, lacks: Lacks): void {
  const tags = { ...OWNER, "moat:database": "arn:aws:rds:eu-west-1:111122223333:db:orders" };

  it("creates a group once, however often it is asked", async () => {
    const { enforcement, world } = setting();
    const group = { name: fresh("once"), description: "Managed by Moat", vpcId: world.vpcId, tags };
    const groupId = await enforcement.createSecurityGroup(group);
    expect(await enforcement.createSecurityGroup(group)).toBe(groupId);
    expect(await readGroup(setting(), groupId)).toMatchObject({
      groupName: group.name,
      vpcId: world.vpcId,
      tags,
    });
  });

  it("does not take over a group of the same name that is not ours", async () => {
    const { enforcement, world } = setting();
    const group = { name: fresh("taken"), description: "of somebody else", vpcId: world.vpcId };
    await enforcement.createSecurityGroup({ ...group, tags: {} });
    for (const wanted of [tags, {}]) {
      const fault = await faultOf(enforcement.createSecurityGroup({ ...group, tags: wanted }));
      expect(fault).toMatchObject({ kind: "duplicate", code: "InvalidGroup.Duplicate" });
    }
  });

  it.each(["moat:owner", "moat:database"] as const)(
    "does not take over a group of the same name with another %s",
    async (mark) => {
      const { enforcement, world } = setting();
      const group = { name: fresh("half"), description: "of another installation", vpcId: world.vpcId };
      await enforcement.createSecurityGroup({ ...group, tags: { ...tags, [mark]: "another" } });
      const fault = await faultOf(enforcement.createSecurityGroup({ ...group, tags }));
      expect(fault).toMatchObject({ kind: "duplicate", code: "InvalidGroup.Duplicate" });
    },
  );

  it("takes tags of a group away, whatever they say, and minds none that is not there", async () => {
    const { enforcement } = setting();
    const groupId = await newGroup(setting(), tags);
    await enforcement.tagSecurityGroup(groupId, { "moat:left-rules": "more", "moat:left-rules-2": "" });
    await enforcement.untagSecurityGroup(groupId, ["moat:left-rules", "moat:left-rules-2"]);
    await enforcement.untagSecurityGroup(groupId, ["moat:left-rules"]);
    await enforcement.untagSecurityGroup(groupId, []);
    expect((await readGroup(setting(), groupId)).tags).toEqual(tags);
  });

  it("adds and replaces tags of a group", async () => {
    const groupId = await newGroup(setting(), tags);
    await setting().enforcement.tagSecurityGroup(groupId, { "moat:original-groups": "sg-1 sg-2" });
    await setting().enforcement.tagSecurityGroup(groupId, { "moat:original-groups": "sg-3" });
    expect((await readGroup(setting(), groupId)).tags).toEqual({ ...tags, "moat:original-groups": "sg-3" });
  });

  unlessLacking(
    lacks,
    "groupInUseCanBeDeleted",
    "databasesHaveNoInterface",
  )("does not delete a group that is in use", async () => {
    const groupId = await newGroup(setting());
    await newDatabase(setting(), { kind: "instance", groupIds: [groupId] });
    const fault = await faultOf(setting().enforcement.deleteSecurityGroup(groupId));
    expect(fault).toMatchObject({ kind: "inUse", code: "DependencyViolation" });
  });

  it("deletes a group that nothing uses", async () => {
    const groupId = await newGroup(setting());
    await setting().enforcement.deleteSecurityGroup(groupId);
    expect(await setting().live.readSecurityGroups([groupId])).toEqual([]);
  });
}

function databasesContract(setting: () => Setting, lacks: Lacks): void {
  const kinds = ["instance", "cluster", "proxy", "proxyEndpoint"] as const;
  it.each(kinds.filter((kind) => !(kind.startsWith("proxy") && lacks.has("proxiesCannotBeModified"))))(
    "replaces the groups of a database of kind %s",
    async (kind) => {
      const [old, added] = [await newGroup(setting()), await newGroup(setting())];
      const arn = await newDatabase(setting(), { kind, groupIds: [old] });
      const { id } = await readDatabase(setting(), arn);
      await setting().enforcement.setDatabaseGroups({ kind, id }, [old, added]);
      await setting().world.settle();
      const both = await readDatabase(setting(), arn);
      expect(groupsOf(both)).toEqual([old, added].toSorted());
      await setting().enforcement.setDatabaseGroups({ kind, id }, [added]);
      await setting().world.settle();
      const last = await readDatabase(setting(), arn);
      expect([last, ...last.members].map(groupsOf)).toEqual([last, ...last.members].map(() => [added]));
      expect(last.memberships).toMatchObject([{ status: "active" }]);
    },
  );

  unlessLacking(lacks, "membershipIsActiveAtOnce")("shows a change of groups before it is done", async () => {
    const [old, added] = [await newGroup(setting()), await newGroup(setting())];
    const arn = await newDatabase(setting(), { kind: "instance", groupIds: [old] });
    const { id } = await readDatabase(setting(), arn);
    await setting().enforcement.setDatabaseGroups({ kind: "instance", id }, [old, added]);
    const changing = await readDatabase(setting(), arn);
    expect(changing.memberships).toEqual(expect.arrayContaining([{ groupId: added, status: "adding" }]));
    await setting().world.settle();
    const done = await readDatabase(setting(), arn);
    expect(done.memberships.map((m) => m.status)).toEqual(["active", "active"]);
    expect(done.status).toBe("available");
  });

  it("tags a database", async () => {
    const groupId = await newGroup(setting());
    const arn = await newDatabase(setting(), {
      kind: "instance",
      groupIds: [groupId],
      tags: { team: "shop" },
    });
    await setting().enforcement.tagDatabase(arn, { "moat:mode": "enforce" });
    expect((await readDatabase(setting(), arn)).tags).toEqual({ team: "shop", "moat:mode": "enforce" });
  });

  it("says notFound for an instance that does not exist", async () => {
    const groupId = await newGroup(setting());
    const call = setting().enforcement.setDatabaseGroups({ kind: "instance", id: "nobody" }, [groupId]);
    expect(await faultOf(call)).toMatchObject({ kind: "notFound", code: "DBInstanceNotFound" });
  });

  unlessLacking(lacks, "clusterMemberBreaks")("says invalid for a member of a cluster", async () => {
    const groupId = await newGroup(setting());
    const arn = await newDatabase(setting(), { kind: "cluster", groupIds: [groupId] });
    const { members } = await readDatabase(setting(), arn);
    const call = setting().enforcement.setDatabaseGroups({ kind: "instance", id: members[0]?.id ?? "" }, [
      groupId,
    ]);
    expect(await faultOf(call)).toMatchObject({ kind: "invalid", code: "InvalidParameterCombination" });
  });

  it("never sends an empty list", async () => {
    const fault = await faultOf(setting().enforcement.setDatabaseGroups({ kind: "instance", id: "x" }, []));
    expect(fault).toMatchObject({ kind: "invalid", code: "Refused" });
  });
}
