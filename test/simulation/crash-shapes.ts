import { setInterfaceGroups } from "../../src/sandbox/aws/model/ec2/interfaces.ts";
import { VPC_QUOTA } from "../../src/sandbox/aws/model/quotas.ts";
import { modifyInstance } from "../../src/sandbox/aws/model/rds/modify-instance.ts";
import type { Meant } from "../scenario/continuous-connections.ts";
import { covers } from "../scenario/group-rules.ts";
import {
  allowInLab,
  buildLab,
  known,
  type Lab,
  type LabConsumer,
  type LabPlan,
  labelled,
} from "../scenario/lab.ts";

/** The moment before a run that has something to do. */
export interface Scene {
  readonly lab: Lab;
  readonly meant: Meant;
  /** What a person has overruled. */
  readonly acknowledged: Set<string>;
  /** A rollback of this database instead of a reconcile. */
  readonly rollsBack?: string;
}

/** One way in which the steps of a plan can follow one another. */
export interface CrashShape {
  readonly name: string;
  /** Every write call of an undisturbed run, in its order. */
  readonly calls: readonly string[];
  /** Names of the groups that the database `orders` carries in the end. */
  readonly ends: readonly string[];
  /** Whether a rule names a group before and after; neither by default. */
  readonly named?: { readonly before?: boolean; readonly after?: boolean };
  readonly set: () => Promise<Scene>;
}

const PORT = 3306;
const VPC = "10.20.0.0/16";
const FROM_VPC = [{ port: PORT, cidr: VPC }];
const OPEN = [
  { port: PORT, cidr: "0.0.0.0/0" },
  { port: PORT, cidr: "::/0" },
];
const NOBODY: Meant = () => false;

/** Ten hosts, .10 to .19, of which those named are web servers and all others have another role. */
function hosts(web: readonly number[], members: readonly number[], ipv6 = false): readonly LabConsumer[] {
  return Array.from({ length: 10 }, (_, i) => ({
    name: `host-${i}`,
    addresses: [`10.20.1.1${i}`, ...(ipv6 ? [`2001:db8::1${i}`] : [])],
    labels: labelled(web.includes(i) ? "web" : "batch"),
    ...(members.includes(i) ? { group: "web" } : {}),
  }));
}

const among =
  (...web: readonly number[]): Meant =>
  (_, address) =>
    web.some((i) => address === `10.20.1.1${i}` || address === `2001:db8::1${i}`);

const relabel = (lab: Lab, host: number, role: string): void =>
  lab.pce.seed.relabel(known(lab.workloads, `host-${host}`), labelled(role));

interface Setting extends Partial<LabPlan> {
  readonly web?: readonly number[];
  /** Hosts that carry the group `web`. */
  readonly members?: readonly number[];
  readonly rulesPerGroup?: number;
  readonly groupsPerInterface?: number;
}

/** A lab in which policy lets the web servers in and nothing has been done yet. */
function untouched({
  web = [1, 2, 4],
  members = [],
  rulesPerGroup,
  groupsPerInterface,
  ...over
}: Setting = {}): Scene {
  const lab = buildLab({
    groups: { legacy: FROM_VPC, spare: [{ port: PORT, cidr: "10.20.1.18/31" }], web: [] },
    databases: [{ id: "orders", groups: ["legacy"] }],
    consumers: hosts(
      web,
      members,
      over.databases?.some((d) => d.ipv6),
    ),
    ...over,
  });
  const { quotas } = lab.sandbox.ec2();
  if (rulesPerGroup !== undefined) quotas.set(VPC_QUOTA.rulesPerSecurityGroup, rulesPerGroup);
  if (groupsPerInterface !== undefined) quotas.set(VPC_QUOTA.securityGroupsPerInterface, groupsPerInterface);
  allowInLab(lab, "orders", ["role=web"]);
  return { lab, meant: among(...web), acknowledged: new Set() };
}

/** A lab after its first swap. */
async function enforced(setting: Setting = {}): Promise<Scene> {
  const scene = untouched(setting);
  await scene.lab.run();
  scene.lab.settle();
  return scene;
}

/** The same, and then policy means others: roles change until exactly these hosts are web servers. */
async function changed(setting: Setting, web: readonly number[]): Promise<Scene> {
  const { lab, ...scene } = await enforced(setting);
  for (let host = 0; host < 10; host += 1) relabel(lab, host, web.includes(host) ? "web" : "batch");
  return { ...scene, lab, meant: among(...web) };
}

/** The same, and nobody is meant any more, which a person has confirmed. */
async function emptied(setting: Setting): Promise<Scene> {
  const { lab, acknowledged } = await changed(setting, []);
  const { refused } = known(new Map((await lab.plan()).databases.map((d) => [d.id, d])), "orders");
  for (const { acknowledge } of refused) if (acknowledge !== undefined) acknowledged.add(acknowledge);
  return { lab, meant: NOBODY, acknowledged };
}

async function tampered(setting: Setting, tamper: (lab: Lab, managed: string) => void): Promise<Scene> {
  const scene = await enforced(setting);
  tamper(scene.lab, known(scene.lab.databases, "orders").groups()[0] ?? "");
  return scene;
}

async function rolledBack(setting: Setting = {}): Promise<Scene> {
  return {
    ...(await enforced(setting)),
    meant: (_, address) => covers(VPC, address),
    rollsBack: "orders",
  };
}

/** A person's change, in force at once. */
function setGroups(lab: Lab, groups: readonly string[]): void {
  const rds = lab.sandbox.rds();
  const { timing } = rds;
  rds.timing = { ...timing, effectiveAfterMs: 0, memberStaggerMs: 0 };
  modifyInstance(rds, { identifier: "orders", groups, applyImmediately: false, others: {} });
  rds.timing = timing;
  lab.settle();
}

const CREATE = "CreateSecurityGroup";
const AUTHORIZE = "AuthorizeSecurityGroupIngress";
const REVOKE = "RevokeSecurityGroupIngress";
const MODIFY = "ModifyDBInstance";
const DELETE = "DeleteSecurityGroup";
const TAG_DATABASE = "AddTagsToResource";

const FIVE = ["legacy", "b", "c", "d", "e"];
const FULL: Setting = {
  groups: Object.fromEntries(FIVE.map((name) => [name, name === "legacy" ? FROM_VPC : []])),
  databases: [{ id: "orders", groups: FIVE }],
};
const OURS = "moat-orders";

/** Four web servers that carry a group of their own, which one rule may name instead of their addresses. */
const NAMED: Setting = { web: [1, 4, 6, 8], groupReferences: "exact", members: [1, 4, 6, 8] };

/** Puts hosts into the group of the web servers, or takes them out. */
function carry(lab: Lab, group: "apps" | "web", hostsToMove: readonly number[]): void {
  const ec2 = lab.sandbox.ec2();
  for (const host of hostsToMove) {
    const eni = [...ec2.interfaces.values()].find((i) => i.privateIpAddress === `10.20.1.1${host}`);
    if (eni === undefined) throw new Error(`Host ${host} has no interface`);
    setInterfaceGroups(ec2, eni, [known(lab.groups, group)]);
  }
}

/** Every shape that a plan of Moat has. */
export const CRASH_SHAPES: readonly CrashShape[] = [
  {
    name: "first swap in two phases",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY],
    ends: [OURS],
    set: async () => untouched(),
  },
  {
    name: "first swap of a database open to the world, in IPv4 and IPv6",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY],
    ends: [OURS],
    set: async () =>
      untouched({
        groups: { legacy: OPEN },
        databases: [{ id: "orders", groups: ["legacy"], ipv6: true }],
      }),
  },
  {
    name: "first swap without a free slot",
    calls: [CREATE, AUTHORIZE, MODIFY],
    ends: [OURS],
    set: async () => untouched(FULL),
  },
  {
    name: "first swap of two databases at once",
    calls: [CREATE, CREATE, AUTHORIZE, AUTHORIZE, MODIFY, MODIFY, MODIFY, MODIFY],
    ends: [OURS],
    set: async () =>
      untouched({
        databases: [
          { id: "orders", groups: ["legacy"] },
          { id: "stock", groups: ["legacy"] },
        ],
      }),
  },
  {
    name: "first swap of a cluster with two members",
    calls: [CREATE, AUTHORIZE, "ModifyDBCluster", "ModifyDBCluster"],
    ends: [OURS],
    set: async () => untouched({ databases: [{ id: "orders", kind: "cluster", groups: ["legacy"] }] }),
  },
  {
    name: "first swap of a proxy",
    calls: [CREATE, AUTHORIZE, "ModifyDBProxy", "ModifyDBProxy"],
    ends: [OURS],
    set: async () => untouched({ databases: [{ id: "orders", kind: "proxy", groups: ["legacy"] }] }),
  },
  {
    name: "first swap with narrow egress to copy",
    calls: [CREATE, AUTHORIZE, "RevokeSecurityGroupEgress", "AuthorizeSecurityGroupEgress", MODIFY, MODIFY],
    ends: [OURS],
    set: async () => {
      const scene = untouched({ withoutEgress: ["legacy"] });
      const { lab } = scene;
      const rule = { direction: "egress" as const, port: 443, cidr: VPC };
      lab.sandbox.seed.rules(known(lab.groups, "legacy"), [rule]);
      return scene;
    },
  },
  {
    name: "first swap into two groups",
    calls: [CREATE, AUTHORIZE, CREATE, AUTHORIZE, MODIFY, MODIFY],
    ends: [OURS, `${OURS}-2`],
    set: async () => untouched({ rulesPerGroup: 2, web: [1, 4, 6, 8] }),
  },
  {
    name: "policy adds a consumer",
    calls: [AUTHORIZE],
    ends: [OURS],
    set: () => changed({}, [1, 2, 4, 6]),
  },
  {
    name: "policy removes a consumer",
    calls: [REVOKE],
    ends: [OURS],
    set: () => changed({}, [1, 2]),
  },
  {
    name: "policy adds one and removes another, and ranges merge and split",
    calls: [AUTHORIZE, REVOKE],
    ends: [OURS],
    set: () => changed({ web: [2, 3, 4] }, [3, 4, 5]),
  },
  {
    name: "room has to be made in a full group",
    calls: [REVOKE, AUTHORIZE],
    ends: [OURS],
    set: () => changed({ rulesPerGroup: 3, groupsPerInterface: 1, web: [1, 4, 6] }, [4, 6, 8]),
  },
  {
    name: "overflow into a second group",
    calls: [CREATE, AUTHORIZE, MODIFY],
    ends: [OURS, `${OURS}-2`],
    set: () => changed({ rulesPerGroup: 2, web: [1, 4] }, [1, 4, 6, 8]),
  },
  {
    name: "two groups become one",
    calls: [MODIFY, DELETE],
    ends: [OURS],
    set: () => changed({ rulesPerGroup: 2, web: [1, 4, 6, 8] }, [1, 4]),
  },
  {
    name: "a full group has to be replaced",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY, DELETE],
    ends: [`${OURS}-2`],
    set: () => changed({ rulesPerGroup: 1, web: [1] }, [0, 1]),
  },
  {
    name: "a full group has to be replaced without a free slot",
    calls: [CREATE, AUTHORIZE, MODIFY, DELETE],
    ends: [`${OURS}-2`],
    set: () => changed({ rulesPerGroup: 1, groupsPerInterface: 1, web: [1] }, [0, 1]),
  },
  {
    name: "a foreign rule was added by hand",
    calls: [REVOKE],
    ends: [OURS],
    set: () =>
      tampered({}, (lab, managed) =>
        lab.sandbox.seed.rules(managed, [{ port: PORT, cidr: "10.20.1.16/30" }]),
      ),
  },
  {
    name: "the managed group was detached by hand",
    calls: [MODIFY, MODIFY],
    ends: [OURS],
    set: () => tampered({}, (lab) => setGroups(lab, [known(lab.groups, "legacy")])),
  },
  {
    name: "a foreign group was attached by hand",
    calls: [MODIFY],
    ends: [OURS],
    set: () => tampered({}, (lab, managed) => setGroups(lab, [managed, known(lab.groups, "spare")])),
  },
  {
    name: "detached, edited and untagged by hand",
    calls: [REVOKE, "CreateTags", MODIFY, MODIFY],
    ends: [OURS],
    set: () =>
      tampered({}, (lab, managed) => {
        setGroups(lab, [known(lab.groups, "legacy")]);
        lab.sandbox.seed.rules(managed, [{ port: 22, cidr: "0.0.0.0/0" }]);
        lab.sandbox.ec2().tags.remove(managed, [{ key: "moat:original-groups" }]);
      }),
  },
  {
    name: "policy allows nobody, as a person has confirmed",
    calls: [REVOKE],
    ends: [OURS],
    set: () => emptied({}),
  },
  {
    name: "rollback",
    calls: [TAG_DATABASE, MODIFY, MODIFY, DELETE],
    ends: ["legacy"],
    set: () => rolledBack(),
  },
  {
    name: "rollback without a free slot",
    calls: [TAG_DATABASE, MODIFY, DELETE],
    ends: FIVE,
    set: () => rolledBack(FULL),
  },
  {
    name: "rollback of two groups",
    calls: [TAG_DATABASE, MODIFY, MODIFY, DELETE, DELETE],
    ends: ["legacy"],
    set: () => rolledBack({ rulesPerGroup: 2, web: [1, 4, 6, 8] }),
  },
  {
    name: "rollback of a cluster with two members",
    calls: [TAG_DATABASE, "ModifyDBCluster", "ModifyDBCluster", DELETE],
    ends: ["legacy"],
    set: () => rolledBack({ databases: [{ id: "orders", kind: "cluster", groups: ["legacy"] }] }),
  },
  {
    name: "first swap to a rule that names a group",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY],
    ends: [OURS],
    named: { after: true },
    set: async () => untouched(NAMED),
  },
  {
    name: "first swap to a rule that names a group, in IPv4 and IPv6",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY],
    ends: [OURS],
    named: { after: true },
    set: async () => untouched({ ...NAMED, databases: [{ id: "orders", groups: ["legacy"], ipv6: true }] }),
  },
  {
    name: "a rule that names a group takes the place of addresses",
    calls: [AUTHORIZE, REVOKE],
    ends: [OURS],
    named: { after: true },
    set: () => tampered({ ...NAMED, members: [] }, (lab) => carry(lab, "web", [1, 4, 6, 8])),
  },
  {
    name: "addresses take the place of a rule that names a group, as a stranger joined it",
    calls: [AUTHORIZE, REVOKE],
    ends: [OURS],
    named: { before: true },
    set: () => tampered(NAMED, (lab) => carry(lab, "web", [9])),
  },
  {
    name: "addresses take the place of a rule that names a group, as policy lets go of a member",
    calls: [AUTHORIZE, REVOKE],
    ends: [OURS],
    named: { before: true },
    set: () => changed(NAMED, [1, 4, 6]),
  },
  {
    name: "a client that left a named group is let in by address",
    calls: [AUTHORIZE],
    ends: [OURS],
    named: { before: true, after: true },
    set: () => tampered(NAMED, (lab) => carry(lab, "apps", [4])),
  },
  {
    name: "room has to be made in a full group beside a rule that names another",
    calls: [REVOKE, AUTHORIZE],
    ends: [OURS],
    named: { before: true, after: true },
    set: () => changed({ ...NAMED, members: [1, 4], rulesPerGroup: 3, groupsPerInterface: 1 }, [1, 4, 8, 3]),
  },
  {
    name: "a rule that names a group goes with its group, as another replaces it",
    calls: [CREATE, AUTHORIZE, MODIFY, MODIFY, DELETE],
    ends: [`${OURS}-2`],
    named: { before: true },
    set: () => changed({ ...NAMED, web: [0, 2], members: [0, 2], rulesPerGroup: 1 }, [0, 1]),
  },
  {
    name: "rollback of a database whose rules name a group",
    calls: [TAG_DATABASE, MODIFY, MODIFY, DELETE],
    ends: ["legacy"],
    named: { before: true },
    set: () => rolledBack(NAMED),
  },
];
