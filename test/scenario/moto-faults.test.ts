import {
  AuthorizeSecurityGroupIngressCommand,
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
import { motoDatabase } from "./moto-database.ts";
import { originalPolicy, WEB } from "./original-scenario.ts";

// The waits between repetitions are the SDK's own and real: each seed takes twenty seconds or so.
const SEEDS = [2, 5];
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

  it.each(SEEDS)("enforces, follows policy, repairs and rolls back, seed %i", async (seed) => {
    moto ??= startMoto(interpreter);
    const { url, reset } = await moto;
    await reset();
    world = await behindProxy(url, seed);
    const { database, pce, policy, proxy } = world;

    await world.untilDone();
    expect(await world.admitted()).toEqual(WEB);

    // Policy takes one client away and lets another in.
    world.allowed.delete(WEB[1]);
    pce.seed.remove(policy.web[1] ?? "");
    pce.seed.workload({
      name: "web-5",
      labels: { role: "web", app: "orders", env: "prod", loc: "eu" },
      addresses: ["10.20.1.15"],
      managed: true,
    });
    await world.untilDone();
    const now = [WEB[0], WEB[2], WEB[3], "10.20.1.15"];
    expect(await world.admitted()).toEqual(now);

    await world.openToAll();
    expect(await world.admitted()).toContain("0.0.0.0");
    await world.untilDone();
    expect(await world.admitted()).toEqual(now);

    await world.rolledBack();
    expect((await world.inventory()).databases[0]?.memberships.map((m) => m.groupId)).toEqual([
      database.groupId,
    ]);
    // Each kind of harm was done, or the test shows nothing.
    expect(new Set(proxy.calls.map(({ mischief }) => mischief ?? "none"))).toEqual(
      new Set(["none", "throttled", "unavailable", "reset", "lostReply"]),
    );
    expect(world.cut).toEqual([]);
  });
});

/** moto with the original scenario in it; Moat sees it through the proxy, everybody else directly. */
async function behindProxy(upstream: string, seed: number) {
  const common = { region: "eu-west-1", env: {} };
  const stranger = awsClients({
    ...common,
    endpoint: upstream,
    credentials: { accessKeyId: "other", secretAccessKey: "x" },
  });
  const database = await motoDatabase(stranger, stranger);
  const allowed = new Set<string>(WEB);
  const cut: string[] = [];
  const inventory = () => awsInventorySource(stranger).read();
  const proxy = await startFaultProxy({
    upstream,
    seed,
    percent: PERCENT,
    carriedOut: async ({ action }) => {
      if (/^(Describe|Get|List)/.test(action)) return;
      if (action === "ModifyDBInstance") await letInterfaceFollow(stranger, await inventory());
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
    pce,
    policy,
    proxy,
    allowed,
    cut,
    inventory,
    admitted: async () => admittedAddresses(await inventory()),
    untilDone: () => untilDone(proxy, async () => isDone(await moat.run())),
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
async function letInterfaceFollow(
  clients: AwsClients,
  { databases, networkInterfaces }: Inventory,
): Promise<void> {
  const NetworkInterfaceId = networkInterfaces.find(
    (i) => i.description === "RDSNetworkInterface",
  )?.networkInterfaceId;
  const Groups = databases[0]?.memberships.map((m) => m.groupId as string) ?? [];
  const { client } = await clients.ec2();
  await client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
}

async function openToAll(clients: AwsClients, inventory: () => Promise<Inventory>): Promise<void> {
  const [GroupId] = (await inventory()).databases[0]?.memberships.map((m) => m.groupId as string) ?? [];
  const { client } = await clients.ec2();
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
  ];
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}
