import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createPceClient, type PceClientOptions } from "../../src/adapters/pce/pce-client.ts";
import {
  bindWorkload,
  createRule,
  createRuleSet,
  createVirtualService,
  createWorkload,
  ensureLabel,
} from "../../src/adapters/pce/pce-objects.ts";
import { policySourceOf } from "../../src/adapters/pce/pce-policy-source.ts";
import { trafficUploadOf } from "../../src/adapters/pce/pce-traffic-upload.ts";
import { provision } from "../../src/adapters/pce/provision.ts";
import { readCollection } from "../../src/adapters/pce/read-collection.ts";
import {
  type FaultAnswer,
  type RunningSandboxPce,
  SANDBOX_KEY,
  startSandboxPce,
} from "../../src/sandbox/pce/index.ts";
import { describeWith } from "../support/describe-with.ts";
import { seedSamplePce } from "../support/sample-pce.ts";
import { jumpingClock } from "../support/scripted-pce.ts";

const open: RunningSandboxPce[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
});

const credentials = async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret });

/** A sandbox PCE over HTTP with the sample in it, and a client that waits in no time. */
async function start(options: Partial<PceClientOptions> = {}) {
  const running = await startSandboxPce({
    bigIds: true,
    switches: { requestsPerMinute: Number.POSITIVE_INFINITY },
  });
  open.push(running);
  const sample = seedSamplePce(running.sandbox.seed);
  const client = createPceClient({
    url: running.url,
    credentials,
    clock: jumpingClock(Date.now()),
    ...options,
  });
  return { pce: running.sandbox, sample, client, source: policySourceOf(client), running };
}

const workloads = { method: "GET" as const, path: "workloads" };

describe("faults of a real server", () => {
  it.each<[FaultAnswer, string]>([
    [{ kind: "truncated" }, "badAnswer"],
    [{ kind: "disconnect" }, "badAnswer"],
    [{ kind: "html", status: 404 }, "notFound"],
    [{ kind: "html", status: 200 }, "badAnswer"],
    [{ kind: "status", status: 503 }, "serverError"],
    [{ kind: "status", status: 403 }, "denied"],
    [{ kind: "status", status: 429, retryAfter: 2 }, "rateLimited"],
    [{ kind: "slow", delayMs: 400 }, "timedOut"],
  ])("%j is %s", async (answer, kind) => {
    const { pce, client } = await start({ timeoutMs: 100 });
    pce.faults.add({ when: ({ path }) => path.endsWith("/workloads"), answer });
    const fault = await client.request(workloads).catch((error: unknown) => error);
    expect(fault).toMatchObject({ name: "PolicyFault", kind });
    expect(String(fault)).not.toContain(SANDBOX_KEY.secret);
  });

  it.each<FaultAnswer>([{ kind: "truncated" }, { kind: "disconnect" }, { kind: "status", status: 502 }])(
    "%j that passes is not seen in the policy",
    async (answer) => {
      const { pce, source } = await start();
      const calm = await source.read("active");
      pce.faults.add({ when: ({ method }) => method === "GET", answer, times: 3 });
      expect(await source.read("active")).toEqual(calm);
    },
  );

  it("names a wrong secret", async () => {
    const { source } = await start({
      credentials: async () => ({ user: "sandbox", secret: "wrong-secret" }),
    });
    const fault = await source.read("active").catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind: "credentials" });
    expect(String(fault)).not.toContain("wrong-secret");
  });

  it("names an address where nobody listens", async () => {
    const { running, client } = await start();
    await running.close();
    open.length = 0;
    await expect(client.request(workloads)).rejects.toMatchObject({ kind: "unreachable" });
  });
});

describe("whole collections", () => {
  it.each([
    {},
    { absoluteJobLocation: true },
    { jobPolls: 3 },
    { failJobs: 1 },
    { totalCountIsFiltered: true },
  ])("of 1,203 labels come whole: %j", async (switches) => {
    const { pce, client } = await start();
    Object.assign(pce.switches, switches);
    for (let i = 0; i < 1200 - 5; i++) pce.seed.label("app", `app-${i}`);
    const total = (await client.request({ method: "GET", path: "labels?max_results=1" })).headers.get(
      "x-total-count",
    );
    const read = await readCollection(client, "labels");
    expect(read).toMatchObject({ rows: { length: Number(total) } });
    expect(read.cutShort).toBeUndefined();
  });
});

describe("reading while the PCE changes", () => {
  it("gives the state after a change in the middle of the read", async () => {
    const { pce, source, sample } = await start();
    pce.faults.add({
      when: ({ path }) => {
        if (!path.endsWith("/service_bindings")) return false;
        pce.seed.workload({ name: "late", labels: { role: "web" }, addresses: ["10.0.1.99"] });
        pce.seed.rule(sample.ruleSet, {
          providers: ["role=database"],
          consumers: ["ams"],
          services: ["tcp/1"],
        });
        pce.seed.provision([sample.ruleSet]);
        return true;
      },
      answer: { kind: "slow", delayMs: 1 },
      times: 1,
    });
    const policy = await source.read("active");
    expect(policy).toMatchObject({ complete: true, version: `${sample.version + 1}` });
    expect(policy.workloads.map((workload) => workload.name)).toContain("late");
    expect(policy.ruleSets.find((ruleSet) => ruleSet.name === "orders prod")?.rules).toHaveLength(2);
  });

  it("notices relabelling, binding and provisioning, and not an edit of the draft", async () => {
    const { pce, client, source, sample } = await start();
    const token = await source.changeToken("active");
    expect(await source.changedSince(token)).toMatchObject({ changed: false });
    const rule = { providers: ["role=database"], consumers: ["ams"], services: ["tcp/1"] };
    pce.seed.rule(sample.ruleSet, rule);
    expect(await source.changedSince(token)).toMatchObject({ changed: false });
    expect(await source.changedSince(await source.changeToken("draft"))).toMatchObject({ changed: false });
    await client.request({ method: "PUT", path: sample.database, body: { labels: [] } });
    expect(await source.changedSince(token)).toMatchObject({ changed: true, why: ["workload.update"] });
    const later = await source.changeToken("active");
    pce.seed.provision([sample.ruleSet]);
    expect(await source.changedSince(later)).toMatchObject({ changed: true });
  });

  it("shows in the draft what is not provisioned yet", async () => {
    const { client, source, sample } = await start();
    await client.request({ method: "DELETE", path: sample.ruleSet });
    const names = async (version: "active" | "draft") =>
      (await source.read(version)).ruleSets.map((ruleSet) => ruleSet.name);
    expect(await names("active")).toContain("orders prod");
    expect(await names("draft")).not.toContain("orders prod");
  });
});

describe("writing", () => {
  it("creates what a database needs, in force at the end", async () => {
    const { client, source, pce } = await start();
    const labels = await Promise.all(
      [
        ["role", "database"],
        ["app", "shop"],
        ["env", "prod"],
      ].map(([key = "", value = ""]) => ensureLabel(client, key, value)),
    );
    expect(await ensureLabel(client, "app", "shop")).toBe(labels[1]);
    const refs = labels.map((href) => ({ href }));
    const database = await createWorkload(client, {
      name: "rds-shop",
      external_data_set: "aws-rds",
      external_data_reference: "arn:aws:rds:us-east-1:111122223333:db:shop",
      interfaces: [{ name: "umw0", address: "10.0.9.77" }],
      labels: refs,
    });
    const service = await createVirtualService(client, {
      name: "shopdb",
      service_ports: [{ proto: 6, port: 5432 }],
      service_addresses: [{ fqdn: "shop.rds.example.com" }],
      labels: refs,
    });
    const ruleSet = await createRuleSet(client, { name: "shop", scopes: [[{ label: refs[1] }]] });
    await createRule(client, ruleSet, {
      enabled: true,
      providers: [{ label: refs[0] }],
      consumers: [{ actors: "ams" }],
      ingress_services: [{ proto: 6, port: 5432 }],
      resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
    });
    const bystander = pce.seed.ipList("of somebody else", ["10.9.9.9"]);
    const version = await provision(client, [service, ruleSet], "shop database");
    await bindWorkload(client, service, database);
    const policy = await source.read("active");
    expect(policy.version).toBe(version);
    expect(policy.serviceBindings.map((binding) => binding.workload)).toContain(database);
    expect(policy.ruleSets.find((each) => each.name === "shop")?.rules).toHaveLength(1);
    expect(policy.ipLists.map((list) => list.href)).not.toContain(bystander.replace("/draft/", "/active/"));
  });

  it("uploads flows, and names those that the PCE refuses", async () => {
    const { client, pce } = await start();
    const flow = { consumer: "10.0.1.10", provider: "10.0.9.20", port: 3306, protocol: 6 };
    const flows = Array.from({ length: 1500 }, (_, i) =>
      i === 1200 ? { ...flow, consumer: "nobody" } : flow,
    );
    const { upload } = trafficUploadOf(client);
    expect(await upload(flows.slice(0, 1000))).toMatchObject({ sent: 1000, received: 1000, failed: 0 });
    const receipt = await upload(flows.slice(1000));
    const failures = ["nobody,10.0.9.20,3306,6"];
    expect(receipt).toEqual({ sent: 500, received: 499, failed: 1, unsure: 0, failures });
    expect(pce.receivedFlows).toHaveLength(1499);
  });

  it("does not send flows again when the answer is lost", async () => {
    const { client, pce } = await start();
    const lost = { kind: "disconnect" } as const;
    pce.faults.add({ when: ({ method }) => method === "POST", answer: lost, times: 1, afterwards: true });
    const flow = { consumer: "10.0.1.10", provider: "10.0.9.20", port: 3306, protocol: 6 };
    expect(await trafficUploadOf(client).upload([flow])).toMatchObject({ sent: 1, received: 0, unsure: 1 });
    expect(pce.receivedFlows).toHaveLength(1);
  });
});

const openssl = {
  name: "openssl",
  found: spawnSync("openssl", ["version"]).status === 0 ? "openssl" : undefined,
  fix: "apt-get install openssl",
};

describeWith(openssl, "HTTPS", (program) => {
  it("trusts the authority that it is given, and no other", async () => {
    const folder = await mkdtemp(join(tmpdir(), "moat-tls-"));
    const [keyPath, certPath] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    await promisify(execFile)(program, [
      ...[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        keyPath,
        "-out",
        certPath,
      ],
      ...subject,
    ]);
    const [key, cert] = await Promise.all([readFile(keyPath, "utf8"), readFile(certPath, "utf8")]);
    const running = await startSandboxPce({ tls: { key, cert } });
    open.push(running);
    const sample = seedSamplePce(running.sandbox.seed);
    const options = { url: running.url, credentials, clock: jumpingClock(Date.now()) };
    const trusting = createPceClient({ ...options, ca: cert });
    expect((await policySourceOf(trusting).read("active")).version).toBe(`${sample.version}`);
    const fault = createPceClient(options).request(workloads);
    await expect(fault).rejects.toMatchObject({
      kind: "unreachable",
      fix: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
    running.sandbox.faults.add({ when: () => true, answer: { kind: "truncated" } });
    await expect(trusting.request(workloads)).rejects.toMatchObject({ name: "PolicyFault" });
    running.sandbox.faults.clear();
    running.sandbox.faults.add({ when: () => true, answer: { kind: "slow", delayMs: 500 } });
    await expect(trusting.request({ ...workloads, timeoutMs: 50 })).rejects.toMatchObject({
      kind: "timedOut",
    });
  });
});
