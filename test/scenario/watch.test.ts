import { AuthorizeSecurityGroupIngressCommand, ModifySecurityGroupRulesCommand } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { allowInLab, buildLab, known, type Lab, labelled } from "./lab.ts";
import { RHYTHM, watchLab } from "./watch-lab.ts";

const lab = (): Lab => {
  const made = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: [{ id: "orders", groups: ["legacy"] }],
    consumers: [
      { name: "web-1", addresses: ["10.20.1.11"], labels: labelled("web") },
      { name: "web-2", addresses: ["10.20.1.21"], labels: labelled("web") },
      { name: "web-3", addresses: ["10.20.1.31"], labels: labelled("web") },
      { name: "web-4", addresses: ["10.20.1.41"], labels: labelled("web") },
      { name: "scanner", addresses: ["10.20.1.99"] },
    ],
  });
  allowInLab(made, "orders", ["role=web"]);
  return made;
};

const groupOf = (world: Lab): string => known(world.databases, "orders").groups()[0] ?? "";
const admits = (world: Lab, source: string): boolean => {
  const { port, interfaces } = known(world.databases, "orders");
  return interfaces().every(
    (destination) => world.sandbox.network.admits({ source, destination, port }).admitted,
  );
};

/** A stranger opens the managed group. */
async function open(world: Lab, cidr: string): Promise<void> {
  const { client } = await world.stranger.ec2();
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: groupOf(world),
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: cidr }] }],
    }),
  );
}

/** A stranger edits one of Moat's own rules, which keeps its tags. */
async function widen(world: Lab): Promise<void> {
  const { client } = await world.stranger.ec2();
  const rule = world.sandbox
    .ec2()
    .groups.get(groupOf(world))
    ?.rules.find((r) => !r.isEgress);
  await client.send(
    new ModifySecurityGroupRulesCommand({
      GroupId: groupOf(world),
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: rule?.securityGroupRuleId,
          SecurityGroupRule: { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, CidrIpv4: "0.0.0.0/0" },
        },
      ],
    }),
  );
}

/** RDS adds a rule to the managed group for its own needs, as for a replica in another region. */
async function openForRds(world: Lab, cidr: string): Promise<void> {
  await open(world, cidr);
  const { events } = world.sandbox.cloudTrail;
  const last = events.at(-1);
  if (last?.eventName !== "AuthorizeSecurityGroupIngress") throw new Error("The call is not on the trail");
  events[events.length - 1] = {
    ...last,
    userIdentity: { type: "AWSService", invokedBy: "rds.amazonaws.com" },
    sourceIPAddress: "rds.amazonaws.com",
    userAgent: "rds.amazonaws.com",
  };
}

describe("moat watch", () => {
  it("enforces, then makes no write call in a thousand idle cycles, and reads within bounds", async () => {
    const world = lab();
    const watching = watchLab(world);
    await watching.run(2);
    expect(watching.told()).toEqual([
      "started",
      expect.stringMatching(/^changed done createSecurityGroup authorize setDatabaseGroups/),
      "stopped",
    ]);
    world.settle();
    const calls = world.sandbox.calls.length;
    const writes = world.writes().length;
    const before = watching.events.length;
    const counts = await watching.run(500);
    expect(counts.policyChecks).toBeGreaterThanOrEqual(1_000);
    expect(world.writes().length - writes).toBe(0);
    const reads = world.sandbox.calls.length - calls;
    expect(counts.sweeps).toBeLessThanOrEqual(101);
    expect(reads / counts.sweeps).toBeLessThan(14);
    expect(watching.events.slice(before).map((e) => e.kind)).toEqual([
      "started",
      ...Array.from({ length: 8 }, () => "heartbeat"),
      "stopped",
    ]);
  }, 60_000);

  it("removes what somebody added, and says who", async () => {
    const world = lab();
    const watching = watchLab(world);
    await watching.run(2);
    await open(world, "0.0.0.0/0");
    expect(admits(world, "10.20.1.99")).toBe(true);
    await watching.run(6);
    expect(admits(world, "10.20.1.99")).toBe(false);
    expect(watching.told().slice(3)).toEqual([
      "started",
      expect.stringMatching(/^drift ruleAdded by .+/),
      "changed done revoke tag",
      "stopped",
    ]);
  });

  it("puts an edited rule right at once, as nobody's policy granted it", async () => {
    const world = lab();
    const watching = watchLab(world);
    await watching.run(2);
    await widen(world);
    await watching.run(6);
    expect([admits(world, "10.20.1.99"), admits(world, "10.20.1.11")]).toEqual([false, true]);
    expect(watching.told().slice(4, -1)).toEqual([
      expect.stringMatching(/^drift ruleEdited by .+/),
      "changed done authorize revoke tag",
    ]);
  });

  it("takes what policy withdraws away only when policy says so twice", async () => {
    const world = lab();
    const watching = watchLab(world);
    let whileHeld: boolean | undefined;
    await watching.run(
      6,
      (minute) => {
        if (minute === 2) world.pce.seed.relabel(known(world.workloads, "web-4"), labelled("retired"));
      },
      () => {
        if (watching.told().includes("finding REVOCATION_HELD")) whileHeld ??= admits(world, "10.20.1.41");
      },
    );
    expect([whileHeld, admits(world, "10.20.1.41")]).toEqual([true, false]);
    expect(watching.told().slice(2, -1)).toEqual([
      "policyChanged",
      "finding REVOCATION_HELD",
      "changed done revoke",
    ]);
  });

  it("forgives a policy answer that was wrong for a moment", async () => {
    const world = lab();
    const watching = watchLab(world, { ...RHYTHM, policyEveryMs: 20_000 });
    const web4 = known(world.workloads, "web-4");
    await watching.run(
      8,
      (minute) => {
        if (minute === 2) world.pce.seed.relabel(web4, labelled("retired"));
      },
      () => {
        if (watching.told().includes("finding REVOCATION_HELD"))
          world.pce.seed.relabel(web4, labelled("web"));
      },
    );
    expect(watching.told().filter((t) => t.startsWith("changed"))).toHaveLength(1);
    expect(admits(world, "10.20.1.41")).toBe(true);
  });

  it("writes nothing while policy cannot be had, waits longer each time, and goes on by itself", async () => {
    const world = lab();
    const watching = watchLab(world);
    const writes: number[] = [];
    let mend = (): void => {};
    const opened: Promise<void>[] = [];
    await watching.run(80, (minute) => {
      if (minute === 2) {
        mend = world.pce.faults.add({ when: () => true, answer: { kind: "status", status: 500 } });
        opened.push(open(world, "0.0.0.0/0"));
        writes.push(world.writes().length);
      }
      if (minute !== 60) return;
      writes.push(world.writes().length);
      mend();
    });
    await Promise.all(opened);
    expect(writes[1]).toBe(writes[0]);
    expect(admits(world, "10.20.1.99")).toBe(false);
    expect(watching.told().slice(2, -1)).toEqual([
      expect.stringMatching(/^problem policy /),
      "recovered policy",
      expect.stringMatching(/^drift ruleAdded/),
      "changed done revoke tag",
    ]);
  }, 60_000);

  it("survives an AWS that fails", async () => {
    const world = lab();
    const watching = watchLab(world);
    const mend = world.sandbox.faults.add({
      match: { operation: "DescribeDBInstances" },
      when: "before",
      error: { code: "AccessDenied", httpStatus: 403, message: "not allowed" },
    });
    await watching.run(10);
    mend();
    await watching.run(20);
    expect(watching.told().filter((t) => t.startsWith("problem"))).toEqual(["problem aws AWS_DENIED"]);
    expect(admits(world, "10.20.1.99")).toBe(false);
  }, 60_000);

  it("gives way to somebody who undoes its repairs, names them, and takes it up again later", async () => {
    const world = lab();
    // A second ends while a repair is made: it is one repair all the same.
    const watching = watchLab(world, RHYTHM, { audit: { record: async () => world.clock.advance(700) } });
    await watching.run(2);
    const opened: Promise<void>[] = [];
    await watching.run(58, (minute) => {
      if (minute % 6 === 5) opened.push(open(world, "0.0.0.0/0").catch(() => {}));
    });
    await Promise.all(opened);
    const told = watching.told();
    expect(told.filter((t) => t === "changed done revoke tag")).toHaveLength(6);
    expect(told.at(-2)).toBe("refused tugOfWar");
    const refused = watching.events.flatMap((e) => (e.kind === "refused" ? [e.refusal.what] : []));
    expect(refused[0]).toMatch(/has undone 6 repairs of database "orders" within an hour/);

    // Another process knows of it, too: the moments stand on the group.
    const second = watchLab(world);
    await second.run(2);
    expect(second.told()).toContain("refused tugOfWar");
    await second.run(61);
    expect(admits(world, "10.20.1.99")).toBe(false);
  }, 60_000);

  it("leaves RDS's own rule alone after the trail has forgotten it, until somebody edits it", async () => {
    const world = lab();
    const watching = watchLab(world);
    await watching.run(2);
    await openForRds(world, "10.20.1.99/32");
    await watching.run(6);
    expect(
      watching
        .told()
        .filter((t) => t.startsWith("changed"))
        .at(-1),
    ).toBe("changed done tag");
    const writes = world.writes().length;
    const settled = watching.events.length;

    world.clock.advance(100 * 86_400_000);
    // A second process, which has nothing but AWS to go by.
    const later = watchLab(world);
    await later.run(6);
    expect([admits(world, "10.20.1.99"), world.writes().length - writes]).toEqual([true, 0]);
    expect(later.told()).toEqual(["started", "drift ruleAdded", "finding LEFT_ALONE", "stopped"]);
    expect(watching.events).toHaveLength(settled);

    // It is the memory that holds it: what RDS's rule says now is no longer what was written down.
    const added = world.sandbox
      .ec2()
      .groups.get(groupOf(world))
      ?.rules.find((r) => r.peer.kind === "cidr" && r.peer.cidr === "10.20.1.99/32");
    const { client } = await world.stranger.ec2();
    await client.send(
      new ModifySecurityGroupRulesCommand({
        GroupId: groupOf(world),
        SecurityGroupRules: [
          {
            SecurityGroupRuleId: added?.securityGroupRuleId,
            SecurityGroupRule: { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, CidrIpv4: "10.20.1.96/28" },
          },
        ],
      }),
    );
    world.clock.advance(100 * 86_400_000);
    await later.run(6);
    expect([admits(world, "10.20.1.99"), admits(world, "10.20.1.11")]).toEqual([false, true]);
  }, 60_000);
});
