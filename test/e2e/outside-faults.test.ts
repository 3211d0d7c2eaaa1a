import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { sampleCompany } from "../../src/sandbox/company/sample-company.ts";
import { type FaultAnswer, SANDBOX_KEY, startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { moat } from "../support/moat-process.ts";

let aws: Awaited<ReturnType<typeof startSandboxAws>>;
let pce: Awaited<ReturnType<typeof startSandboxPce>>;

beforeAll(async () => {
  const sample = sampleCompany();
  aws = await startSandboxAws({ sandbox: sample.aws.sandbox });
  pce = await startSandboxPce({ sandbox: sample.pce.sandbox });
});
afterEach(() => pce.sandbox.faults.clear());
afterAll(async () => {
  await aws?.close();
  await pce?.close();
});

const environment = () => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "planted-aws-secret",
  AWS_REGION: "eu-west-1",
  MOAT_POLICY: pce.url,
  MOAT_PCE_KEY: SANDBOX_KEY.keyId,
  MOAT_PCE_SECRET: SANDBOX_KEY.secret,
  MOAT_PCE_TIMEOUT: "1",
});

/** Runs an apply that must fail: nothing on standard output, a problem told in full, and no write. */
async function failingApply(env: NodeJS.ProcessEnv): Promise<string> {
  const before = aws.sandbox.calls.length;
  const { code, out, err } = await moat(["apply", "--yes", "--json", "--audit", "/dev/null"], env);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(/✗ .+[\s\S]+why: .+[\s\S]+fix: /);
  expect(err).not.toMatch(/planted-aws-secret|sandbox-secret|\n {4}at /);
  expect(aws.sandbox.calls.slice(before).filter((c) => c.call.isWrite)).toEqual([]);
  return err;
}

describe("a PCE that gives no policy", () => {
  it.each<{ name: string; answer: FaultAnswer; says: RegExp }>([
    { name: "401", answer: { kind: "status", status: 401 }, says: /does not accept the API key/ },
    { name: "403", answer: { kind: "status", status: 403 }, says: /no right to this/ },
    { name: "429", answer: { kind: "status", status: 429, retryAfter: 0 }, says: /too many requests/ },
    { name: "500", answer: { kind: "status", status: 500, retryAfter: 0 }, says: /failed \(500\)/ },
    { name: "503", answer: { kind: "status", status: 503, retryAfter: 0 }, says: /failed \(503\)/ },
    { name: "an HTML page", answer: { kind: "html", status: 200 }, says: /HTML page/ },
    { name: "half a body", answer: { kind: "truncated" }, says: /PCE 127\.0\.0\.1/ },
    { name: "no answer in time", answer: { kind: "slow", delayMs: 3_000 }, says: /1 second|in time|within/ },
  ])("is a clear error, and nothing is written: $name", async ({ answer, says }) => {
    pce.sandbox.faults.add({ when: () => true, answer });
    expect(await failingApply(environment())).toMatch(says);
  });

  it("that is not there at all", async () => {
    expect(await failingApply({ ...environment(), MOAT_POLICY: "http://127.0.0.1:1" })).toContain(
      "127.0.0.1:1",
    );
  });

  it("leaves the other half of a snapshot to be saved", async () => {
    pce.sandbox.faults.add({ when: () => true, answer: { kind: "status", status: 403 } });
    const folder = mkdtempSync(join(tmpdir(), "moat-half-"));
    const { code, out, err } = await moat(["snapshot", folder, "--aws", "live"], environment());
    rmSync(folder, { recursive: true });
    expect(code).toBe(1);
    expect(out).toContain(`✓ ${folder}/aws: `);
    expect(err).toContain("✗ pce: ");
  });
});

describe("an AWS that gives no inventory", () => {
  it.each<{ name: string; without: string[]; env: NodeJS.ProcessEnv; says: RegExp }>([
    {
      name: "no credentials",
      without: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
      env: {},
      says: /AWS_PROFILE/,
    },
    { name: "no region", without: ["AWS_REGION"], env: {}, says: /Set AWS_REGION/ },
    {
      name: "an unknown key",
      without: [],
      env: { AWS_ACCESS_KEY_ID: "ASIAUNKNOWN000000000" },
      says: /InvalidClientTokenId/,
    },
    {
      name: "an unknown region",
      without: ["AWS_ENDPOINT_URL"],
      env: { AWS_REGION: "eu-moon-9" },
      says: /region exists|eu-moon-9/,
    },
    {
      name: "nobody at the endpoint",
      without: [],
      env: { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
      says: /AWS_ENDPOINT_URL/,
    },
  ])("is a clear error, and nothing is written: $name", async ({ without, env, says }) => {
    const kept = Object.entries(environment()).filter(([name]) => !without.includes(name));
    expect(await failingApply({ ...Object.fromEntries(kept), ...env })).toMatch(says);
  });
});

describe("what was asked for and is not there", () => {
  it.each([
    { args: ["rollback", "ordrs"], says: 'There is no database "ordrs"' },
    { args: ["mode", "enforce", "ordrs"], says: 'There is no database "ordrs"' },
    { args: ["flows", "/nonexistent.log"], says: "/nonexistent.log" },
    { args: ["flows", "s3://no-such-bucket/AWSLogs/"], says: "NoSuchBucket" },
    { args: ["flows"], says: "No flow logs were given" },
    { args: ["plan", "--policy", "/nonexistent"], says: "/nonexistent" },
    { args: ["apply", "/nonexistent.json"], says: "/nonexistent.json" },
  ])("moat $args", async ({ args, says }) => {
    const { code, out, err } = await moat(args, environment());
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(says);
    expect(err).toMatch(/why: .+[\s\S]+fix: /);
  });

  it("no policy source", async () => {
    const { code, err } = await moat(["plan"], { ...environment(), MOAT_POLICY: "" });
    expect(code).toBe(1);
    expect(err).toContain("No policy source was given");
  });
});
