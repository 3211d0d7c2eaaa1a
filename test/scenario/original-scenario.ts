import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  ModifySecurityGroupRulesCommand,
} from "@aws-sdk/client-ec2";
import { ModifyDBInstanceCommand } from "@aws-sdk/client-rds";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AwsClients } from "../../src/adapters/aws/aws-clients.ts";
import type { SandboxPce } from "../../src/sandbox/pce/index.ts";
import type { Meant } from "./continuous-connections.ts";
import { addressesOfCidrs, covers } from "./group-rules.ts";
import { type Installation, labelled } from "./lab.ts";

export const WEB = ["10.20.1.11", "10.20.1.12", "10.20.1.13", "10.20.1.14"] as const;
export const DATABASE = { role: "database", app: "orders", env: "prod", loc: "eu" } as const;

/** One MySQL instance in group `legacy`, somewhere, with Moat installed and the embedded PCE as its policy. */
export interface OriginalWorld extends Installation {
  readonly pce: SandboxPce;
  /** Clients of somebody else in the account. */
  readonly stranger: AwsClients;
  readonly legacyGroup: string;
  /** Operations of the write calls that reached AWS so far. */
  writes(): readonly string[];
  /** Comes back when nothing is in transition any more. */
  settle(): Promise<void>;
  /** Watches all connections while `work` runs, where that is possible. */
  watching(meant: Meant, work: () => Promise<unknown>): Promise<void>;
  /** Group ids on the database's interface. */
  interfaceGroups(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The objects that the original project told its user to make by hand. */
export interface OriginalPolicy {
  readonly web: readonly string[];
  readonly ruleSet: string;
}

/**
 * Builds the policy of the original project: a rule set with scope app, env and loc; provider role Database, by virtual
 * services only; the service derived from the virtual service; consumer role Web.
 */
export function originalPolicy(
  pce: SandboxPce,
  database: { readonly arn: string; readonly endpoint: string; readonly address: string },
): OriginalPolicy {
  const { seed } = pce;
  const web = WEB.map((address, i) =>
    seed.workload({ name: `web-${i + 1}`, labels: labelled("web"), addresses: [address], managed: true }),
  );
  seed.workload({ name: "batch-1", labels: labelled("batch"), addresses: ["10.20.1.21"], managed: true });
  seed.workload({
    name: "web-dev",
    labels: { ...labelled("web"), env: "dev" },
    addresses: ["10.20.1.41"],
    managed: true,
  });
  const workload = seed.workload({
    name: "orders",
    labels: DATABASE,
    addresses: [database.address],
    fields: { external_data_set: "aws-rds", external_data_reference: database.arn },
  });
  const virtualService = seed.virtualService("orders database", {
    labels: DATABASE,
    ports: ["tcp/3306"],
    fields: { service_addresses: [{ fqdn: database.endpoint, port: 3306 }] },
  });
  const ruleSet = seed.ruleSet("orders", [["app=orders", "env=prod", "loc=eu"]]);
  seed.rule(ruleSet, {
    providers: ["role=database"],
    consumers: ["role=web"],
    fields: { resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] } },
  });
  seed.provision();
  seed.bind(virtualService, workload);
  return { web, ruleSet };
}

/** The suite: the same sentences hold on every AWS. */
export function originalScenario(
  name: string,
  make: () => Promise<{ readonly world: OriginalWorld; readonly policy: OriginalPolicy }>,
): void {
  describe(`the original scenario on ${name}`, () => {
    let world: OriginalWorld;
    let policy: OriginalPolicy;
    beforeEach(async () => {
      ({ world, policy } = await make());
    });
    afterEach(() => world.close());

    const onlyWeb: Meant = (_, address) => (WEB as readonly string[]).includes(address);
    const run = (meant: Meant = onlyWeb) => world.watching(meant, () => world.run());
    const enforced = async () => {
      await run();
      await world.settle();
    };

    it("puts the database behind its managed group, with exactly the web workloads' addresses on the virtual service's port", async () => {
      await run();
      const state = await liveState(world);
      expect(state.attached).toEqual(state.managed);
      expect(await world.interfaceGroups()).toEqual(state.managed);
      expect(state.ports).toEqual(["tcp 3306-3306"]);
      expect(state.addresses).toEqual(WEB);
    });

    it("makes no write call in a second run", async () => {
      await enforced();
      const before = world.writes().length;
      expect(before).toBeGreaterThan(0);
      const report = await world.run();
      expect(report.writeCalls).toBe(0);
      expect(world.writes().slice(before)).toEqual([]);
    });

    it("revokes the rule of a workload that is removed", async () => {
      await enforced();
      world.pce.seed.remove(policy.web[1] ?? "");
      await run((_, address) => address !== WEB[1] && onlyWeb("", address));
      expect((await liveState(world)).addresses).toEqual([WEB[0], WEB[2], WEB[3]]);
    });

    it("leaves everything as it is when half of the workloads vanish, until a person agrees", async () => {
      await enforced();
      const before = world.writes().length;
      for (const web of policy.web.slice(2)) world.pce.seed.remove(web);
      const left: Meant = (_, address) => WEB.slice(0, 2).some((a) => a === address);
      await world.watching(onlyWeb, () => world.run());
      const refused = await world.plan();
      expect(refused.databases.flatMap((d) => d.refused).map((r) => r.gate)).toEqual(["shrink"]);
      expect(world.writes().slice(before)).toEqual([]);
      expect((await liveState(world)).addresses).toEqual(WEB);
      world.acknowledge(refused);
      await run(left);
      expect((await liveState(world)).addresses).toEqual(WEB.slice(0, 2));
    });

    it("removes a rule that was added by hand", async () => {
      await enforced();
      const [GroupId = ""] = (await liveState(world)).managed;
      const { client } = await world.stranger.ec2();
      const byHand = {
        IpProtocol: "tcp",
        FromPort: 3306,
        ToPort: 3306,
        IpRanges: [{ CidrIp: "10.20.1.99/32" }],
      };
      await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [byHand] }));
      expect((await liveState(world)).addresses).toContain("10.20.1.99");
      await run();
      expect((await liveState(world)).addresses).toEqual(WEB);
    });

    it("lets in a consumer that policy comes to allow, with one authorize call", async () => {
      await enforced();
      const before = world.writes().length;
      const labels = labelled("web");
      world.pce.seed.workload({ name: "web-5", labels, addresses: ["10.20.1.99"], managed: true });
      await run((_, address) => address === "10.20.1.99" || onlyWeb("", address));
      expect((await liveState(world)).addresses).toEqual([...WEB, "10.20.1.99"]);
      expect(operations(world.writes().slice(before))).toEqual(["AuthorizeSecurityGroupIngress"]);
    });

    it("puts a rule right that was edited by hand", async () => {
      await enforced();
      const { managed, rules } = await liveState(world);
      const [GroupId = ""] = managed;
      const edited = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, CidrIpv4: "0.0.0.0/0" };
      const { client } = await world.stranger.ec2();
      await client.send(
        new ModifySecurityGroupRulesCommand({
          GroupId,
          SecurityGroupRules: [{ SecurityGroupRuleId: rules[0], SecurityGroupRule: edited }],
        }),
      );
      await world.run();
      expect((await liveState(world)).addresses).toEqual(WEB);
    });

    it("keeps the rules of a group that its owner lets it adopt, and leaves the attachment alone", async () => {
      const [database] = (await world.inventory.read()).databases;
      const marks = { "moat:owner": "moat", "moat:database": database?.arn ?? "", "moat:adopt": "ingress" };
      const { client } = await world.stranger.ec2();
      const Tags = Object.entries(marks).map(([Key, Value]) => ({ Key, Value }));
      await client.send(new CreateTagsCommand({ Resources: [world.legacyGroup], Tags }));
      // The group's own rule lets a whole network in: that so much goes is for a person to say.
      const refused = await world.plan();
      expect(refused.databases.flatMap((d) => d.refused).map((r) => r.gate)).toEqual(["shrink"]);
      world.acknowledge(refused);
      await run();
      const state = await liveState(world);
      expect(state).toMatchObject({ attached: [world.legacyGroup], managed: [world.legacyGroup] });
      expect(state.addresses).toEqual(WEB);
      expect(operations(world.writes())).not.toContain("ModifyDBInstance");
    });

    it("attaches the managed group again after it was detached by hand", async () => {
      await enforced();
      const { managed } = await liveState(world);
      const { client } = await world.stranger.rds();
      const VpcSecurityGroupIds = [world.legacyGroup];
      await client.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", VpcSecurityGroupIds }));
      await world.settle();
      expect((await liveState(world)).attached).toEqual([world.legacyGroup]);
      await run();
      expect((await liveState(world)).attached).toEqual(managed);
      expect(await world.interfaceGroups()).toEqual(managed);
    });

    it("gives the original groups back on rollback, and stays away", async () => {
      await enforced();
      await world.watching(
        (_, address) => covers("10.20.0.0/16", address),
        () => world.rollback("orders"),
      );
      await world.settle();
      const state = await liveState(world);
      expect(state.attached).toEqual([world.legacyGroup]);
      expect(state.managed).toEqual([]);
      const before = world.writes().length;
      await world.run();
      expect(world.writes().slice(before)).toEqual([]);
    });
  });
}

interface Live {
  readonly attached: readonly string[];
  readonly managed: readonly string[];
  readonly addresses: readonly string[];
  readonly ports: readonly string[];
  /** Ids of the ingress rules. */
  readonly rules: readonly string[];
}

/** moto counts commands of the SDK, the sandbox operations. */
const operations = (names: readonly string[]): readonly string[] =>
  names.map((name) => name.replace(/Command$/, ""));

async function liveState(world: OriginalWorld): Promise<Live> {
  const inventory = await world.inventory.read();
  const attached =
    inventory.databases.find((d) => d.id === "orders")?.memberships.map((m) => m.groupId) ?? [];
  const managed = inventory.securityGroups.filter((g) => g.tags["moat:database"] !== undefined);
  const ingress = managed.flatMap((g) => g.rules).filter((r) => r.direction === "ingress");
  return {
    attached,
    managed: managed.map((g) => g.groupId),
    addresses: addressesOfCidrs(ingress.flatMap((r) => (r.source.kind === "cidr" ? [r.source.cidr] : []))),
    rules: ingress.flatMap((r) => r.securityGroupRuleId ?? []),
    ports: [...new Set(ingress.map((r) => `${r.protocol} ${r.fromPort}-${r.toPort}`))],
  };
}
