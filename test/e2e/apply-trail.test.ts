import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { authorize } from "../../src/sandbox/aws/model/ec2/authorize.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { sampleCompany } from "../../src/sandbox/company/sample-company.ts";
import { SANDBOX_KEY, startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { runCli } from "../support/run-cli.ts";

const sample = sampleCompany({ startMs: Date.now() - 3_600_000 });
const { sandbox } = sample.aws;
let aws: Awaited<ReturnType<typeof startSandboxAws>>;
let pce: Awaited<ReturnType<typeof startSandboxPce>>;
let folder: string;

beforeAll(async () => {
  const rds = sandbox.rds();
  rds.timing = { ...rds.timing, effectiveAfterMs: 100, settledAfterMs: 300 };
  aws = await startSandboxAws({ sandbox, wallClock: true });
  pce = await startSandboxPce({ sandbox: sample.pce.sandbox });
  folder = mkdtempSync(join(tmpdir(), "moat-trail-"));
  // The SDK reads the variables of the process itself.
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value);
  await moat("apply", "--yes");
});
beforeEach(() => sandbox.faults.clear());
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.close();
  await pce?.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = () => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ACCESS_KEY_ID: "AKIAMOATSANDBOX00000",
  AWS_SECRET_ACCESS_KEY: "sandbox",
  AWS_REGION: "eu-west-1",
  MOAT_POLICY: pce.url,
  MOAT_PCE_KEY: SANDBOX_KEY.keyId,
  MOAT_PCE_SECRET: SANDBOX_KEY.secret,
});

const moat = (command: string, ...options: readonly string[]) =>
  runCli([command, ...(command === "apply" ? ["--audit", join(folder, "audit.jsonl")] : []), ...options], {
    env: environment(),
  });

const managed = () => {
  const ec2 = sandbox.ec2();
  const group = ec2.groups.values().find((g) => g.groupName === "moat-orders");
  if (group === undefined) throw new Error("Nothing is enforced");
  return { ec2, group };
};

/** Adds a rule for one address, as a service of AWS or nobody on the trail. */
function addRule(cidr: string): string {
  const { ec2, group } = managed();
  const permission = {
    protocol: "tcp",
    fromPort: 3306,
    toPort: 3306,
    ipRanges: [{ cidr }],
    ipv6Ranges: [],
    groups: [],
    prefixListIds: [],
  };
  const [made] = authorize(ec2, group, { isEgress: false, permissions: [permission], tags: [] });
  return made?.securityGroupRuleId ?? "";
}

/** The trail tells that RDS made a rule, a while ago. */
function tellOfRds(ruleId: string, cidr: string): void {
  const { events } = sandbox.cloudTrail;
  const like = events.find(({ eventName }) => eventName === "AuthorizeSecurityGroupIngress");
  if (like === undefined) throw new Error("There is no call like it on the trail");
  const { groupId } = managed().group;
  events.push({
    ...like,
    // Event history is some minutes behind.
    eventTime: `${new Date(Date.now() - 900_000).toISOString().slice(0, 19)}Z`,
    userIdentity: { type: "AWSService", invokedBy: "rds.amazonaws.com" },
    sourceIPAddress: "rds.amazonaws.com",
    userAgent: "rds.amazonaws.com",
    requestParameters: { groupId },
    responseElements: {
      securityGroupRuleSet: { items: [{ securityGroupRuleId: ruleId, groupId, cidrIpv4: cidr }] },
    },
  });
}

const stands = (ruleId: string): boolean =>
  managed().group.rules.some((rule) => rule.securityGroupRuleId === ruleId);

describe("moat apply and a rule that nobody explains", () => {
  it("takes it away where the trail says nothing", async () => {
    const rule = addRule("203.0.113.7/32");
    expect((await moat("apply", "--yes")).code).toBe(0);
    expect(stands(rule)).toBe(false);
  });

  it("leaves it where RDS made it, and writes that down", async () => {
    const rule = addRule("203.0.113.8/32");
    tellOfRds(rule, "203.0.113.8/32");
    const plan = await moat("plan");
    expect(plan.out).not.toContain("revoke");
    expect(plan.out).toContain("it is left alone");
    expect((await moat("apply", "--yes")).code).toBe(0);
    expect(stands(rule)).toBe(true);
    const { ec2, group } = managed();
    expect(ec2.tags.of(group.groupId).get("moat:left-rules")).toContain(rule);
  });

  it("leaves it where the trail may not be asked, loudly, until a person says that it is nobody's", async () => {
    const rule = addRule("203.0.113.9/32");
    sandbox.faults.add({
      match: { operation: "LookupEvents" },
      when: "before",
      error: { code: "AccessDeniedException", httpStatus: 400, message: "You may not" },
    });
    const held = await moat("apply", "--yes");
    expect(held.code).toBe(3);
    expect(held.err).toContain("CloudTrail was not asked");
    expect(held.out).toContain(rule);
    expect(stands(rule)).toBe(true);
    const token = /--acknowledge\s+(unknownMaker:orders:[0-9a-f]{8})/.exec(held.out)?.[1] ?? "";
    expect(token, held.out).not.toBe("");
    const agreed = await moat("apply", "--yes", "--acknowledge", token);
    expect([agreed.code, agreed.err], agreed.out).toEqual([0, expect.anything()]);
    expect(stands(rule)).toBe(false);
  });
});
