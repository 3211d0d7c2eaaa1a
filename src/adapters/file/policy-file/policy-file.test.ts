import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { databaseIdentities } from "../../../core/inventory/database-identity.ts";
import { toCidrs } from "../../../core/net/address-set.ts";
import { withAwsWorkloads } from "../../../core/policy/mapping/with-aws-workloads.ts";
import { resolvePolicy } from "../../../core/policy/resolve-policy.ts";
import type { PolicyFault } from "../../../ports/policy-fault.ts";
import type { PolicySource } from "../../../ports/policy-source.ts";
import { inProcessRequestHandler } from "../../../sandbox/aws/in-process.ts";
import { sampleCompany } from "../../../sandbox/company/sample-company.ts";
import { SANDBOX_KEY, sandboxPceFetch } from "../../../sandbox/pce/index.ts";
import { awsClients } from "../../aws/aws-clients.ts";
import { awsInventorySource } from "../../aws/aws-inventory-source.ts";
import { createPcePolicySource } from "../../pce/pce-policy-source.ts";
import { createPolicyFile } from "./policy-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-policy-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<PolicySource> {
  const path = join(folder, "policy.yaml");
  await writeFile(path, text);
  return createPolicyFile(path);
}

const faultOf = (read: Promise<unknown>): Promise<PolicyFault> =>
  read.then(
    () => expect.unreachable(),
    (e: PolicyFault) => e,
  );

describe("createPolicyFile", () => {
  it("has a version that follows from the text", async () => {
    const version = async (text: string) => (await (await file(text)).read("active")).version;
    expect(await version("version: 1")).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(await version("version: 1")).toBe(await version("version: 1"));
    expect(await version("version: 1")).not.toBe(await version("version: 1 # edited"));
  });

  it("has no draft", async () => {
    const fault = await faultOf((await file("version: 1")).read("draft"));
    expect(fault).toMatchObject({ name: "PolicyFault", kind: "invalid" });
    expect(fault.message).toContain("has no draft");
  });

  it("is refused as a whole, with every problem and the path as it was named", async () => {
    const fault = await faultOf((await file("version: 1\nservices: { a: tcp/0 }\ntset: []")).read("active"));
    expect(fault.message).toContain("has 2 errors");
    expect(fault.diagnostics.map((d) => `${d.at?.file}:${d.at?.line} ${d.code}`)).toEqual([
      `${join(folder, "policy.yaml")}:2 POLICY_SERVICE_INVALID`,
      `${join(folder, "policy.yaml")}:3 POLICY_KEY_UNKNOWN`,
    ]);
  });

  it("is not found where it is not", async () => {
    const read = createPolicyFile(join(folder, "nowhere.yaml")).read("active");
    expect(await faultOf(read)).toMatchObject({ kind: "notFound" });
  });
});

describe("the sample company's policy", () => {
  it("means the same as a file and in the PCE", async () => {
    const sample = sampleCompany();
    const clients = awsClients({
      region: sample.company.region,
      credentials: { accessKeyId: "AKIAMOATSANDBOX00000", secretAccessKey: "sandbox" },
      requestHandler: inProcessRequestHandler(sample.aws.sandbox),
      env: {},
    });
    const pce = createPcePolicySource({
      url: "http://localhost",
      credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
      fetch: sandboxPceFetch(sample.pce.sandbox),
    });
    const inventory = await awsInventorySource(clients).read();
    const allowed = async (source: PolicySource) => {
      const { policy, findings } = withAwsWorkloads(await source.read("active"), inventory, "moat");
      expect(findings).toEqual([]);
      const { databases } = resolvePolicy(policy, databaseIdentities(inventory, "moat"));
      return [...databases.values()].map((d) => ({
        arn: d.arn,
        labels: d.labels,
        allowed: toCidrs(d.allowed),
      }));
    };
    const fromFile = await allowed(createPolicyFile("examples/orders/policy.yaml"));
    expect(fromFile).toEqual(await allowed(pce));
    expect(fromFile.flatMap((d) => d.allowed).length).toBeGreaterThan(5);
    clients.close();
  });
});
