import { afterAll, expect } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import {
  createSandboxPce,
  SANDBOX_KEY,
  type SandboxPce,
  sandboxPceFetch,
} from "../../src/sandbox/pce/index.ts";
import { type Moto, startMoto } from "../contract/moto.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { buildLab, install, known } from "./lab.ts";
import { motoDatabase } from "./moto-database.ts";
import { type OriginalWorld, originalPolicy, originalScenario, WEB } from "./original-scenario.ts";

const BYSTANDERS = ["10.20.1.21", "10.20.1.41", "10.20.1.99"];

async function onSandbox() {
  const lab = buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: [{ id: "orders", groups: ["legacy"], app: "unused" }],
    consumers: [...WEB, ...BYSTANDERS].map((address) => ({ name: address, addresses: [address] })),
  });
  const database = known(lab.databases, "orders");
  // The lab makes policy objects of its own; this scenario tells the whole policy itself.
  lab.pce.seed.remove(database.workload);
  const instance = lab.sandbox.rds().instance("orders");
  const policy = originalPolicy(lab.pce, {
    arn: instance.arn,
    endpoint: instance.endpointAddress ?? "",
    address: instance.interfaces[0]?.privateIpAddress ?? "",
  });
  const world: OriginalWorld = {
    ...lab,
    legacyGroup: known(lab.groups, "legacy"),
    settle: async () => lab.settle(),
    watching: async (meant, work) => {
      const { violations, probes } = await lab.connections.during(meant, work);
      expect(violations).toEqual([]);
      expect(probes).toBeGreaterThan(100);
    },
    interfaceGroups: async () => database.groups(),
    close: async () => lab.clients.close(),
  };
  return { world, policy };
}

originalScenario("the embedded sandbox", onSandbox);

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "an emulator that others wrote", (interpreter) => {
  let moto: Promise<Moto> | undefined;
  afterAll(async () => (await moto)?.stop());
  originalScenario("moto", async () => {
    moto ??= startMoto(interpreter);
    const { url, reset } = await moto;
    await reset();
    return onMoto(url);
  });
});

async function onMoto(endpoint: string) {
  const options = { endpoint, region: "eu-west-1", env: {} };
  const clients = awsClients({ ...options, credentials: { accessKeyId: "moat", secretAccessKey: "x" } });
  const stranger = awsClients({ ...options, credentials: { accessKeyId: "other", secretAccessKey: "x" } });
  const database = await motoDatabase(clients, stranger);
  const pce = createSandboxPce();
  const policy = originalPolicy(pce, database);
  const clock = { now: () => Date.now(), sleep: async () => undefined };
  const world: OriginalWorld = {
    ...install(clients, sandboxPolicy(pce), clock),
    pce,
    stranger,
    legacyGroup: database.groupId,
    writes: database.writes,
    settle: async () => undefined,
    watching: async (_, work) => void (await work()),
    interfaceGroups: database.interfaceGroups,
    close: async () => {
      clients.close();
      stranger.close();
    },
  };
  return { world, policy };
}

const sandboxPolicy = (pce: SandboxPce) =>
  createPcePolicySource({
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    fetch: sandboxPceFetch(pce),
  });
