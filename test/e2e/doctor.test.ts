import { afterEach, describe, expect, it } from "vitest";
import { trailOf } from "../../src/sandbox/aws/model/cloud-trail.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { sampleCompany } from "../../src/sandbox/company/sample-company.ts";
import { subscribeFlowLogs } from "../../src/sandbox/company/subscribe-flow-logs.ts";
import { SANDBOX_KEY, startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { runCli, tooWide } from "../support/run-cli.ts";

interface Found {
  readonly area: string;
  readonly status: string;
  readonly code?: string;
  readonly what: string;
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function company() {
  const sample = sampleCompany({ startMs: Date.now() });
  const aws = await startSandboxAws({ sandbox: sample.aws.sandbox, wallClock: true });
  const rds = sample.aws.sandbox.rds();
  rds.timing = { ...rds.timing, effectiveAfterMs: 100, settledAfterMs: 300 };
  const pce = await startSandboxPce({ sandbox: sample.pce.sandbox });
  stops.push(
    () => aws.close(),
    () => pce.close(),
  );
  const env = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "AKIAMOATSANDBOX00000",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: "eu-west-1",
    MOAT_PCE_KEY: SANDBOX_KEY.keyId,
    MOAT_PCE_SECRET: SANDBOX_KEY.secret,
    MOAT_PCE_TIMEOUT: "5",
  };
  const cli = (...argv: readonly string[]) =>
    runCli([...argv, "--aws", "live", "--policy", pce.url], { env });
  const doctor = async (): Promise<{ code: number; checks: readonly Found[]; codes: readonly string[] }> => {
    const { code, out } = await cli("doctor", "--json");
    const { checks } = JSON.parse(out) as { checks: Found[] };
    return { code, checks, codes: checks.flatMap((check) => check.code ?? []) };
  };
  const theirs =
    sample.aws.sandbox
      .ec2()
      .groups.values()
      .find((g) => g.groupName === "legacy-databases")?.groupId ?? "none";
  /** Denies an action on groups that have no mark of ours, or everywhere. */
  const deny = (operation: string, where: "theirs" | "everywhere") =>
    sample.aws.sandbox.faults.add({
      match: {
        operation,
        predicate: (call) => where === "everywhere" || JSON.stringify(call.input).includes(theirs),
      },
      when: "before",
      error: { code: "UnauthorizedOperation", httpStatus: 403, message: "You are not authorized" },
    });
  return { ...sample, cli, doctor, deny };
}

const SURPLUS = [
  "AuthorizeSecurityGroupIngress",
  "RevokeSecurityGroupIngress",
  "DeleteSecurityGroup",
  "CreateTags",
];

describe("moat doctor", () => {
  it("finds what is missing and what is too much, within 80 columns, and writes nothing", async () => {
    const { aws, cli, doctor } = await company();
    const groups = aws.sandbox.ec2().groups.values().length;
    const { code, codes } = await doctor();
    expect(code).toBe(0);
    expect(new Set(codes)).toEqual(new Set(["DOCTOR_SURPLUS", "DOCTOR_NOT_SEEN", "DOCTOR_NOT_ENFORCED"]));
    const { out } = await cli("doctor");
    expect(tooWide(out)).toBeUndefined();
    expect(aws.sandbox.ec2().groups.values()).toHaveLength(groups);
  });

  it("is content when flow logs see the databases, modes are in force and the role may do no more than it needs", async () => {
    const { aws, cli, doctor, deny } = await company();
    subscribeFlowLogs(aws);
    expect((await cli("apply", "--yes", "--audit", "/dev/null")).code).toBe(0);
    for (const action of SURPLUS) deny(action, "theirs");
    const { code, checks } = await doctor();
    expect([code, checks.filter(({ status }) => status !== "ok")]).toEqual([0, []]);
  });

  it("sees that what is in force is not what is reported", async () => {
    const { cli, doctor } = await company();
    expect((await cli("apply", "--yes", "--audit", "/dev/null")).code).toBe(0);
    expect((await cli("mode", "observe", "orders", "--audit", "/dev/null")).code).toBe(0);
    const { checks } = await doctor();
    expect(checks.filter(({ area }) => area === "mode")).toEqual([
      expect.objectContaining({ status: "ok", what: expect.stringContaining("2 databases") }),
      expect.objectContaining({ code: "DOCTOR_STILL_IN_FORCE" }),
    ]);
  });

  it("fails when a write is denied that enforcement needs: 1", async () => {
    const { doctor, deny } = await company();
    deny("CreateSecurityGroup", "everywhere");
    const { code, checks } = await doctor();
    expect(code).toBe(1);
    expect(checks).toContainEqual(expect.objectContaining({ status: "failed", code: "DOCTOR_DENIED" }));
  });

  it("tells of a missing trail, and of quotas that are not known", async () => {
    const { aws, doctor, deny } = await company();
    aws.sandbox.world.part(trailOf).hasTrail = false;
    deny("GetServiceQuota", "everywhere");
    const { codes } = await doctor();
    expect(codes).toEqual(expect.arrayContaining(["DOCTOR_NO_TRAIL", "DOCTOR_QUOTAS_ASSUMED"]));
  });

  it("fails without a PCE, and looks at AWS all the same: 1", async () => {
    const { pce: _, aws: __ } = await company();
    const { code, out } = await runCli(
      ["doctor", "--json", "--aws", "sandbox", "--policy", "http://127.0.0.1:1"],
      {
        env: { MOAT_PCE_KEY: "k", MOAT_PCE_SECRET: "s" },
      },
    );
    const { checks } = JSON.parse(out) as { checks: Found[] };
    expect(code).toBe(1);
    expect(checks.filter(({ area }) => area === "policy").map(({ status }) => status)).toEqual(["failed"]);
    expect(checks.some(({ area, status }) => area === "quotas" && status === "ok")).toBe(true);
  });
});
