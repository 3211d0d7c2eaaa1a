import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, afterEach, expect, it } from "vitest";
import { type AwsClients, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import type { Inventory } from "../../src/core/inventory/model.ts";
import { AwsFault } from "../../src/ports/aws-fault.ts";
import { createSandboxPce, SANDBOX_KEY, sandboxPceFetch } from "../../src/sandbox/pce/index.ts";
import { type Moto, startMoto } from "../contract/moto.ts";
import { describeWith } from "../support/describe-with.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { findPython } from "../support/python.ts";
import { addressesOfCidrs, covers } from "./group-rules.ts";
import { install } from "./lab.ts";
import { type MotoKind, motoDatabase } from "./moto-database.ts";
import { originalPolicy, WEB } from "./original-scenario.ts";

// The waits between repetitions are the SDK's own and real: each seed takes twenty seconds or so.
const SWAPS: readonly { readonly kind: MotoKind; readonly seed: number }[] = [
  { kind: "instance", seed: 2 },
  { kind: "instance", seed: 5 },
  { kind: "cluster", seed: 3 },
];
const ADOPTIONS: readonly { readonly kind: MotoKind; readonly seed: number }[] = [
  { kind: "instance", seed: 4 },
  { kind: "cluster", seed: 6 },
];
/** One call in five comes to harm. */
const PERCENT = { throttled: 8, unavailable: 3, reset: 4, lostReply: 5 };
/** Runs after which everything must have got through; each is given up at the first fault that lasts. */
const MAX_RUNS = 12;

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "an emulator that others wrote, behind a proxy that does harm", (interpreter) => {
  let moto: Promise<Moto> | undefined;
  let world: Awaited<ReturnType<typeof behindProxy>> | undefined;
  afterAll(async () => (await moto)?.stop());
  afterEach(async () => world?.close());

  async function begin({ kind, seed }: { readonly kind: MotoKind; readonly seed: number }) {
    moto ??= startMoto(interpreter);
    const { url, reset } = await moto;
    await reset();
    world = await behindProxy(url, seed, kind);
    return world;
  }

  it.each(SWAPS)("enforces, follows policy, repairs and rolls back: $kind, seed $seed", async (swap) => {
    const { untilDone, admitted, memberships, database, proxy, ...at } = await begin(swap);
    await untilDone();
    expect(await admitted()).toEqual(WEB);
    expect(await memberships()).not.toContain(database.groupId);

    const now = at.policyMoves();
    await untilDone();
    expect(await admitted()).toEqual(now);

    await at.openToAll();
    expect(await admitted()).toContain("0.0.0.0");
    await untilDone();
    expect(await admitted()).toEqual(now);

    await at.rolledBack();
    expect(await memberships()).toEqual([database.groupId]);
    expectEveryHarm(proxy);
    expect(at.cut).toEqual([]);
    const changed = swap.kind === "cluster" ? "ModifyDBCluster" : "ModifyDBInstance";
    expect(modifications(proxy)).toEqual(new Set([changed]));
  });

  it.each(ADOPTIONS)(
    "keeps the rules of an adopted group, and only those: $kind, seed $seed",
    async (its) => {
      const { untilDone, admitted, memberships, database, proxy, ...at } = await begin(its);
      await at.giveGroup();
      at.acknowledge();
      await untilDone();
      expect(await admitted()).toEqual(WEB);

      const now = at.policyMoves();
      await untilDone();
      expect(await admitted()).toEqual(now);

      await at.openToAll();
      expect(await admitted()).toContain("0.0.0.0");
      await untilDone();
      expect(await admitted()).toEqual(now);

      // Whoever made the group keeps it; its rules stay until somebody changes them.
      await at.rolledBack();
      expect(await admitted()).toEqual(now);
      expect(await memberships()).toEqual([database.groupId]);
      expectEveryHarm(proxy);
      expect(at.cut).toEqual([]);
      expect(modifications(proxy)).toEqual(new Set());
      const actions = new Set(proxy.calls.map((call) => call.action));
      expect(actions.has("CreateSecurityGroup") || actions.has("DeleteSecurityGroup")).toBe(false);
    },
  );
});

/** Each kind of harm was done, or the test shows nothing. */
function expectEveryHarm({ calls }: FaultProxy): void {
  const kinds = ["none", "throttled", "unavailable", "reset", "lostReply"];
  expect(new Set(calls.map(({ mischief }) => mischief ?? "none"))).toEqual(new Set(kinds));
}

/** The calls by which Moat changed which groups are attached. */
const modifications = ({ calls }: FaultProxy): ReadonlySet<string> =>
  new Set(calls.map(({ action }) => action).filter((action) => action.startsWith("ModifyDB")));

/** moto with the original scenario in it; Moat sees it through the proxy, everybody else directly. */
async function behindProxy(upstream: string, seed: number, kind: MotoKind) {
  const common = { region: "eu-west-1", env: {} };
  const stranger = awsClients({
    ...common,
    endpoint: upstream,
    credentials: { accessKeyId: "other", secretAccessKey: "x" },
  });
  const database = await motoDatabase(stranger, stranger, kind);
  const allowed = new Set<string>(WEB);
  const cut: string[] = [];
  let agreed = false;
  const inventory = () => awsInventorySource(stranger).read();
  const proxy = await startFaultProxy({
    upstream,
    seed,
    percent: PERCENT,
    carriedOut: async ({ action }) => {
      if (/^(Describe|Get|List)/.test(action)) return;
      if (action.startsWith("ModifyDB")) await letInterfacesFollow(stranger, await inventory());
      cut.push(...cutClients(await inventory(), allowed).map((client) => `${client} by ${action}`));
    },
  });
  const clients = awsClients({
    ...common,
    endpoint: proxy.url,
    credentials: { accessKeyId: "moat", secretAccessKey: "x" },
  });
  const pce = createSandboxPce();
  const policy = originalPolicy(pce, database);
  const source = createPcePolicySource({
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    fetch: sandboxPceFetch(pce),
  });
  const moat = install(clients, source, { now: () => Date.now(), sleep: async () => undefined });
  return {
    database,
    proxy,
    cut,
    memberships: async () => (await inventory()).databases[0]?.memberships.map((m) => m.groupId),
    /** Policy takes one client away and lets another in. @returns who may connect now */
    policyMoves: () => {
      allowed.delete(WEB[1]);
      pce.seed.remove(policy.web[1] ?? "");
      pce.seed.workload({
        name: "web-5",
        labels: { role: "web", app: "orders", env: "prod", loc: "eu" },
        addresses: ["10.20.1.15"],
        managed: true,
      });
      return [WEB[0], WEB[2], WEB[3], "10.20.1.15"];
    },
    /** The owner of the group that the database carries gives its ingress into Moat's hands. */
    giveGroup: async () => {
      const marks = { "moat:owner": "moat", "moat:database": database.arn, "moat:adopt": "ingress" };
      const Tags = Object.entries(marks).map(([Key, Value]) => ({ Key, Value }));
      const { client } = await stranger.ec2();
      await client.send(new CreateTagsCommand({ Resources: [database.groupId], Tags }));
    },
    acknowledge: () => {
      agreed = true;
    },
    admitted: async () => admittedAddresses(await inventory()),
    untilDone: () =>
      untilDone(proxy, async () => {
        const report = await moat.run();
        // The group's own rule lets a whole network in: that so much goes is for a person to say.
        if (agreed) moat.acknowledge(report.plan);
        return isDone(report);
      }),
    rolledBack: () =>
      untilDone(proxy, async () => {
        const report = await moat.rollback("orders");
        return "outcome" in report && report.outcome.problem === undefined;
      }),
    openToAll: () => openToAll(stranger, inventory),
    close: async () => {
      clients.close();
      stranger.close();
      await proxy.stop();
    },
  };
}

const isDone = ({ plan }: Awaited<ReturnType<ReturnType<typeof install>["run"]>>): boolean =>
  plan.databases.every((d) => d.inSync);

/** Runs again while a run is given up: with a fault of a known kind, or with something left to do. */
async function untilDone(proxy: FaultProxy, run: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < MAX_RUNS; n += 1) {
    try {
      if (await run()) return;
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      expect(["throttled", "unreachable", "unavailable"]).toContain(error.kind);
    }
  }
  const harm = proxy.calls.flatMap(({ action, mischief }) => (mischief ? [`${action} ${mischief}`] : []));
  throw new Error(`Not done after ${MAX_RUNS} runs: ${harm.slice(-20).join(", ")}`);
}

/** CIDRs of the rules on the database's groups. */
function admittingCidrs({ databases, securityGroups }: Inventory): readonly string[] {
  const attached = new Set(databases[0]?.memberships.map((m) => m.groupId));
  return securityGroups
    .filter((g) => attached.has(g.groupId))
    .flatMap((g) => g.rules)
    .flatMap((r) => (r.direction === "ingress" && r.source.kind === "cidr" ? [r.source.cidr] : []));
}

const cutClients = (inventory: Inventory, allowed: ReadonlySet<string>): readonly string[] => {
  const cidrs = admittingCidrs(inventory);
  return [...allowed].filter((address) => !cidrs.some((cidr) => covers(cidr, address)));
};

const admittedAddresses = (inventory: Inventory): readonly string[] => {
  const cidrs = admittingCidrs(inventory);
  return cidrs.includes("0.0.0.0/0") ? ["0.0.0.0"] : addressesOfCidrs(cidrs);
};

/** As RDS does; moto makes no interface for a database and moves none. */
async function letInterfacesFollow(
  clients: AwsClients,
  { databases, networkInterfaces }: Inventory,
): Promise<void> {
  const Groups = databases[0]?.memberships.map((m) => m.groupId as string) ?? [];
  const { client } = await clients.ec2();
  for (const { networkInterfaceId, description } of networkInterfaces) {
    if (description !== "RDSNetworkInterface") continue;
    const input = { NetworkInterfaceId: networkInterfaceId, Groups };
    await client.send(new ModifyNetworkInterfaceAttributeCommand(input));
  }
}

async function openToAll(clients: AwsClients, inventory: () => Promise<Inventory>): Promise<void> {
  const [GroupId] = (await inventory()).databases[0]?.memberships.map((m) => m.groupId as string) ?? [];
  const { client } = await clients.ec2();
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
  ];
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}
