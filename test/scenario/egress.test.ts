import { describe, expect, it } from "vitest";
import { verifyPlan } from "../../src/app/verify-plan.ts";
import type { AuditRecord } from "../../src/core/audit/audit-record.ts";
import { verifyAudit } from "../../src/core/audit/verify-audit.ts";
import type { DatabasePlan, Plan } from "../../src/core/plan/plan.ts";
import { authorize } from "../../src/sandbox/aws/model/ec2/authorize.ts";
import { buildLab, known, type Lab, type LabPlan, labelled } from "./lab.ts";

const WEB = { name: "web-1", addresses: ["10.20.1.10"], labels: labelled("web") };
const MAIL = { name: "mail", addresses: ["10.20.1.50"], labels: labelled("mail") };
const OUTSIDE = "198.51.100.9";

/** The rule that every PCE begins with lets every workload open connections everywhere. */
const DEFAULT_RULE = "/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/1";
const closeDefault = (world: Lab): void => {
  world.pce.seed.update(DEFAULT_RULE, { enabled: false });
};

/** "orders" is replicated to "replica", and mails; policy says the former, and the latter once `mails` is true. */
function lab(over: Partial<LabPlan> = {}, mails = false): Lab {
  const world = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: [
      { id: "orders", groups: ["legacy"], app: "orders" },
      { id: "replica", groups: ["legacy"], app: "replica", mode: "observe" },
    ],
    consumers: [WEB, MAIL],
    egress: "managed",
    ...over,
  });
  const { seed } = world.pce;
  closeDefault(world);
  const clients = seed.ruleSet("clients", [["env=prod"]]);
  seed.rule(clients, {
    providers: ["app=orders", "role=database"],
    consumers: ["role=web"],
    services: ["tcp/3306"],
  });
  seed.rule(clients, {
    providers: ["app=replica", "role=database"],
    consumers: ["app=orders", "role=database"],
    services: ["tcp/3306"],
  });
  if (mails)
    seed.rule(clients, {
      providers: ["role=mail"],
      consumers: ["role=database", "app=orders"],
      services: ["tcp/587"],
    });
  seed.provision();
  return world;
}

const of = (plan: Plan, id = "orders"): DatabasePlan => {
  const found = plan.databases.find((d) => d.id === id);
  if (found === undefined) throw new Error(`The plan lacks ${id}`);
  return found;
};

/** Whether the first interface of a database may open a connection. */
function opens(world: Lab, destination: string, port: number, id = "orders"): boolean {
  const [source = ""] = known(world.databases, id).interfaces();
  return world.sandbox.network.admits({ source, destination, port }).refusedBy !== "sourceEgress";
}

const addressOf = (world: Lab, id: string): string => {
  const [eni = ""] = known(world.databases, id).interfaces();
  return world.sandbox.ec2().interfaces.get(eni)?.privateIpAddress ?? "";
};

/** The egress rules in force at a database, as EC2 has them. */
const egress = (world: Lab): readonly string[] => {
  const ec2 = world.sandbox.ec2();
  const rules = known(world.databases, "orders")
    .groups()
    .flatMap((id) => ec2.groups.get(id)?.rules ?? []);
  return rules
    .filter((rule) => rule.isEgress)
    .map(({ protocol, fromPort, peer }) =>
      [protocol, fromPort ?? "", peer.kind === "cidr" ? peer.cidr : peer.kind].join(" "),
    )
    .sort();
};

const MARK = "icmp 252 255.255.255.255/32";
const OPEN = "-1  0.0.0.0/0";
const OPEN6 = "-1  ::/0";

/** Brings the egress of "orders" into policy's hands, with a person's word where that is needed. */
async function narrowed(world: Lab): Promise<void> {
  await world.run();
  world.settle();
  world.acknowledge(await world.plan());
  await world.run();
  world.settle();
}

function auditViolations(world: Lab): readonly unknown[] {
  const lines = world.audit.map((entry, i) => ({
    number: i + 1,
    text: JSON.stringify(entry),
    record: JSON.parse(JSON.stringify(entry)) as AuditRecord,
  }));
  return verifyAudit([{ lines }], () => "").violations.filter((v) => v.rule !== "chain");
}

describe("the egress of a database in policy's hands", () => {
  it("stays open until somebody knows or says what the database opens", async () => {
    const world = lab();
    await world.run();
    world.settle();
    const plan = of(await world.plan());
    expect(plan.inSync).toBe(true);
    expect(plan.egress?.state).toBe("held");
    expect(plan.egress?.held.map((r) => r.gate)).toEqual(["egressUnseen"]);
    expect(egress(world)).toEqual([OPEN, OPEN6]);
    expect((await world.run()).writeCalls).toBe(0);
  });

  it("comes to what policy allows, and is quiet then", async () => {
    const world = lab();
    await world.run();
    world.settle();
    world.acknowledge(await world.plan());
    const planned = await world.plan();
    expect(of(planned).egress?.state).toBe("narrows");
    expect(verifyPlan(planned, await world.inventory.read()).violations).toEqual([]);
    const replica = addressOf(world, "replica");
    const during: boolean[] = [];
    const end = world.sandbox.network.onChange(() => during.push(opens(world, replica, 3306)));
    await world.run();
    end();
    world.settle();
    expect(during.length).toBeGreaterThan(2);
    expect(during.every(Boolean)).toBe(true);
    expect(egress(world)).toEqual([MARK, `tcp 3306 ${replica}/32`]);
    expect(opens(world, OUTSIDE, 443)).toBe(false);
    expect(opens(world, "10.20.1.50", 587)).toBe(false);
    expect((await world.run()).writeCalls).toBe(0);
    expect(of(await world.plan()).egress?.state).toBe("managed");
    expect(auditViolations(world)).toEqual([]);
  });

  it("opens what policy comes to allow at once, and follows what it no longer does", async () => {
    const world = lab({}, true);
    await narrowed(world);
    expect(opens(world, "10.20.1.50", 587)).toBe(true);
    world.pce.seed.remove(known(world.workloads, "mail"));
    await world.run();
    expect(of(await world.plan()).egress?.held.map((r) => r.gate)).toEqual(["egressShrink"]);
    expect(opens(world, "10.20.1.50", 587)).toBe(true);
    world.acknowledge(await world.plan());
    await world.run();
    expect(opens(world, "10.20.1.50", 587)).toBe(false);
    expect((await world.run()).writeCalls).toBe(0);
    expect(auditViolations(world)).toEqual([]);
  });

  it("takes out at once what somebody opened by hand, and tells", async () => {
    const world = lab();
    await narrowed(world);
    const ec2 = world.sandbox.ec2();
    const [groupId = ""] = known(world.databases, "orders").groups();
    const group = ec2.groups.get(groupId);
    if (group === undefined) throw new Error("no group");
    const permission = {
      protocol: "-1",
      ipRanges: [{ cidr: "0.0.0.0/0" }],
      ipv6Ranges: [],
      groups: [],
      prefixListIds: [],
    };
    authorize(ec2, group, { isEgress: true, permissions: [permission], tags: [] } as never);
    expect(opens(world, OUTSIDE, 443)).toBe(true);
    const plan = of(await world.plan());
    expect(plan.drift.map((d) => d.what)).toEqual([`Rule to 0.0.0.0/0 all was added by hand in ${groupId}`]);
    await world.run();
    expect(opens(world, OUTSIDE, 443)).toBe(false);
    expect(egress(world)).toContain(MARK);
    expect(auditViolations(world)).toEqual([]);
  });

  it("goes back with a rollback, and is asked about again afterwards", async () => {
    const world = lab();
    await narrowed(world);
    await world.rollback("orders");
    world.settle();
    expect(egress(world)).toEqual([OPEN, OPEN6]);
  });

  it("is left as it is where nobody asked for it", async () => {
    const world = lab({ egress: "leave" });
    await narrowed(world);
    expect(egress(world)).toEqual([OPEN, OPEN6]);
    expect(of(await world.plan()).egress).toBeUndefined();
  });
});
