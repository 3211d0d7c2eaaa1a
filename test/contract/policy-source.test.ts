import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPolicyFolder } from "../../src/adapters/file/policy-folder.ts";
import { writePolicyFolder } from "../../src/adapters/file/policy-folder-writer.ts";
import { createPceClient } from "../../src/adapters/pce/pce-client.ts";
import { policySourceOf } from "../../src/adapters/pce/pce-policy-source.ts";
import { readPce } from "../../src/adapters/pce/pce-read.ts";
import {
  createSandboxPce,
  type RunningSandboxPce,
  SANDBOX_KEY,
  sandboxPceFetch,
  startSandboxPce,
} from "../../src/sandbox/pce/index.ts";
import { type SamplePce, seedSamplePce } from "../support/sample-pce.ts";
import { policySourceContract } from "./policy-source.contract.ts";

const credentials = async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret });
const sandbox = createSandboxPce({ bigIds: true });
const sample: SamplePce = seedSamplePce(sandbox.seed);
const version = `${sample.version}`;
const inProcess = createPceClient({ url: "https://pce.test", credentials, fetch: sandboxPceFetch(sandbox) });

let running: RunningSandboxPce;
let folder: string;
beforeAll(async () => {
  running = await startSandboxPce({ sandbox });
  folder = join(await mkdtemp(join(tmpdir(), "moat-contract-")), "pce");
  await writePolicyFolder(folder, await readPce(inProcess, "active", 60_000));
});
afterAll(() => running.close());

const overHttp = (org?: string) =>
  policySourceOf(createPceClient({ url: running.url, credentials, ...(org === undefined ? {} : { org }) }));

policySourceContract("PCE over HTTP", async () => ({ source: overHttp(), version, missing: overHttp("77") }));
policySourceContract("PCE in process", async () => ({
  source: policySourceOf(inProcess),
  version,
  missing: policySourceOf(
    createPceClient({ url: "https://pce.test", org: "77", credentials, fetch: sandboxPceFetch(sandbox) }),
  ),
}));
policySourceContract("folder", async () => ({
  source: createPolicyFolder(folder),
  version,
  missing: createPolicyFolder(join(folder, "nowhere")),
}));

describe("a folder written from a PCE", () => {
  it("is the same policy as the PCE's", async () => {
    expect(await createPolicyFolder(folder).read("active")).toEqual(await overHttp().read("active"));
  });
});
