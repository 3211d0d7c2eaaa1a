import { globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { trailOf } from "../../src/sandbox/aws/model/cloud-trail.ts";
import { VPC_QUOTA, vpcQuotas } from "../../src/sandbox/aws/model/quotas.ts";
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
  readonly why?: string;
  readonly fix?: string;
}

const ROOT = join(import.meta.dirname, "../..");

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
    runCli([...argv, "--aws", "live", ...(argv.includes("--policy") ? [] : ["--policy", pce.url])], { env });
  const read = ({ code, out }: { readonly code: number; readonly out: string }) => {
    const { checks } = JSON.parse(out) as { checks: readonly Found[] };
    return { code, checks, codes: checks.flatMap((check) => check.code ?? []) };
  };
  const doctor = Object.assign(
    async (...argv: readonly string[]) => read(await cli("doctor", "--json", ...argv)),
    {
      /** With AWS at another address. */
      behind: async (awsUrl: string) =>
        read(
          await runCli(["doctor", "--json", "--aws", "live", "--policy", pce.url], {
            env: { ...env, AWS_ENDPOINT_URL: awsUrl },
          }),
        ),
    },
  );
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
  /** What ends a denial, by the action. */
  const denials = new Map<string, () => void>();
  return { ...sample, cli, doctor, deny, denials, theirs, awsUrl: aws.url, pceUrl: pce.url };
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

/** Stands before a server whose clock is off by so much. */
async function clockOff(url: string, byMs: number): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { host: _, ...headers } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    const kept = [...answer.headers].filter(([name]) => !/^(date|content-encoding|transfer-)/.test(name));
    response.writeHead(answer.status, {
      ...Object.fromEntries(kept),
      date: new Date(Date.now() + byMs).toUTCString(),
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

type Company = Awaited<ReturnType<typeof company>>;

/** Something to break, alone: what must be told of it then, and nothing else. */
interface Defect {
  readonly name: string;
  /** @returns what mends it again */
  readonly break: (company: Company) => (() => void) | Promise<() => unknown>;
  /** `status code`, one each. */
  readonly told: readonly string[];
  /** What one of them says. */
  readonly says: RegExp;
  /** More arguments of the command line. */
  readonly args?: (company: Company) => readonly string[];
}

const denied = { code: "UnauthorizedOperation", httpStatus: 403, message: "You are not authorized" };
const refuse =
  (operation: string, error = denied) =>
  ({ aws }: Company) =>
    aws.sandbox.faults.add({ match: { operation }, when: "before", error });
/** Refuses what a rehearsal on Moat's own group or VPC asks. */
const refuseOnOurs =
  (operation: string, error = denied) =>
  ({ aws, theirs }: Company) =>
    aws.sandbox.faults.add({
      match: { operation, predicate: ({ input }) => !JSON.stringify(input).includes(theirs) },
      when: "before",
      error,
    });
const pceAnswers =
  (path: RegExp, status: number) =>
  ({ pce }: Company) =>
    pce.sandbox.faults.add({
      when: (request) => path.test(request.path),
      answer: { kind: "status", status },
    });
const nothing = () => () => {};

const NEEDED = [
  "CreateSecurityGroup",
  "AuthorizeSecurityGroupIngress",
  "AuthorizeSecurityGroupEgress",
  "RevokeSecurityGroupIngress",
  "RevokeSecurityGroupEgress",
  "DeleteSecurityGroup",
  "CreateTags",
];

const DEFECTS: readonly Defect[] = [
  ...NEEDED.map(
    (operation): Defect => ({
      name: `${operation} is denied where Moat needs it`,
      break: refuseOnOurs(operation),
      told: ["failed DOCTOR_DENIED"],
      says: new RegExp(`ec2:${operation} is denied on (?:sg|vpc)-`),
    }),
  ),
  ...SURPLUS.map(
    (operation): Defect => ({
      name: `${operation} is allowed where Moat has nothing to do`,
      break: ({ denials, deny }) => {
        denials.get(operation)?.();
        return () => void denials.set(operation, deny(operation, "theirs"));
      },
      told: ["warning DOCTOR_SURPLUS"],
      says: new RegExp(`allowed on sg-\\w+, which is not Moat's: ec2:${operation}$`),
    }),
  ),
  {
    name: "EC2 refuses a rehearsal for a reason that says nothing of permissions",
    break: refuseOnOurs("CreateSecurityGroup", { ...denied, code: "InvalidParameterValue", httpStatus: 400 }),
    told: ["unknown DOCTOR_UNPROVEN"],
    says: /ec2:CreateSecurityGroup is allowed on vpc-\w+ could not be found out: InvalidParameterValue/,
  },
  {
    name: "quotas may not be read",
    break: refuse("GetServiceQuota"),
    told: ["warning DOCTOR_QUOTAS_ASSUMED"],
    says: /quotas are not known/,
  },
  {
    name: "a database has no free slot for a group",
    break: ({ aws }) => {
      const quotas = aws.sandbox.region().part(vpcQuotas);
      quotas.set(VPC_QUOTA.securityGroupsPerInterface, 1);
      return () => quotas.set(VPC_QUOTA.securityGroupsPerInterface, 5);
    },
    told: ["warning DOCTOR_NO_FREE_SLOT", "warning DOCTOR_NO_FREE_SLOT", "warning DOCTOR_NO_FREE_SLOT"],
    says: /"orders" has 1 of 1 groups/,
  },
  {
    name: "no trail records the region",
    break: ({ aws }) => {
      const trail = aws.sandbox.world.part(trailOf);
      trail.hasTrail = false;
      return () => {
        trail.hasTrail = true;
      };
    },
    told: ["warning DOCTOR_NO_TRAIL"],
    says: /no trail of CloudTrail records this region/,
  },
  {
    name: "trails may not be read",
    break: refuse("DescribeTrails", { ...denied, code: "AccessDeniedException", httpStatus: 400 }),
    told: ["warning AWS_DENIED"],
    says: /cloudtrail:DescribeTrails/,
  },
  {
    name: "flow logs may not be read",
    break: refuse("DescribeFlowLogs"),
    told: ["warning AWS_DENIED"],
    says: /ec2:DescribeFlowLogs/,
  },
  {
    name: "no flow log sees one of the databases",
    break: ({ aws }) => {
      const { flowLogs, interfaces } = aws.sandbox.ec2();
      const log = flowLogs
        .values()
        .find(
          ({ resourceId }) => interfaces.get(resourceId)?.networkInterfaceId === aws.interfaces.get("ledger"),
        );
      if (log === undefined) throw new Error("Nothing sees ledger");
      flowLogs.delete(log.flowLogId);
      return () => void flowLogs.set(log.flowLogId, log);
    },
    told: ["warning DOCTOR_NOT_SEEN"],
    says: /no flow log sees every interface of "ledger"/,
  },
  {
    name: "the databases cannot be read",
    break: refuse("DescribeDBInstances", { ...denied, code: "AccessDenied" }),
    told: ["failed AWS_DENIED"],
    says: /rds:DescribeDBInstances/,
  },
  {
    name: "AWS does not know the key",
    break: refuse("GetCallerIdentity", { ...denied, code: "InvalidClientTokenId" }),
    told: ["failed AWS_CREDENTIALS"],
    says: /sts:GetCallerIdentity/,
  },
  {
    name: "there is no database in the region",
    break: nothing,
    args: () => ["--region", "eu-north-1"],
    told: ["warning DOCTOR_NO_DATABASE"],
    says: /region eu-north-1/,
  },
  {
    name: "an observed database carries a group of Moat",
    break: async ({ cli }) => {
      await cli("mode", "observe", "orders", "--audit", "/dev/null");
      return () => cli("mode", "enforce", "orders", "--audit", "/dev/null");
    },
    told: ["warning DOCTOR_STILL_IN_FORCE"],
    says: /"orders" is only observed/,
  },
  {
    name: "a database is to be enforced and is not",
    break: async ({ cli }) => {
      await cli("mode", "enforce", "orders-dev", "--audit", "/dev/null");
      return () => cli("mode", "observe", "orders-dev", "--audit", "/dev/null");
    },
    told: ["warning DOCTOR_NOT_ENFORCED"],
    says: /"orders-dev" is to be enforced, but no group of Moat/,
  },
  {
    name: "another group is attached beside Moat's",
    break: (lab) => attach(lab, "orders", (groups) => [...groups, lab.theirs], { follows: true }),
    told: ["warning DOCTOR_OTHER_GROUPS"],
    says: /"orders" is enforced, but other groups are attached/,
  },
  {
    name: "an interface carries other groups than its database",
    break: (lab) => attach(lab, "orders", (groups) => [...groups, lab.theirs], { follows: "interface" }),
    told: ["warning DOCTOR_INTERFACE_ASTRAY"],
    says: /1 interfaces of "orders" carry other groups/,
  },
  {
    name: "the PCE is not there",
    break: nothing,
    // A port that fetch does not turn away by itself, as it does the well-known ones.
    args: () => ["--policy", "http://127.0.0.1:59999"],
    told: ["failed POLICY_UNREACHABLE"],
    says: /127\.0\.0\.1:59999/,
  },
  {
    name: "the PCE does not know the key",
    break: pceAnswers(/./, 401),
    told: ["failed POLICY_CREDENTIALS"],
    says: /./,
  },
  {
    name: "the key may not read policy",
    break: pceAnswers(/./, 403),
    told: ["failed POLICY_DENIED"],
    says: /./,
  },
  {
    name: "the key may not read events",
    break: pceAnswers(/events/, 403),
    told: ["warning DOCTOR_NO_EVENTS"],
    says: /may not read the PCE's events/,
  },
  {
    name: "the PCE is reached without TLS",
    break: nothing,
    args: ({ pceUrl }) => ["--policy", pceUrl.replace("127.0.0.1", "0.0.0.0")],
    told: ["failed POLICY_INVALID"],
    says: /is plain HTTP, which would show the API secret/,
  },
];

/** Sets the groups that RDS lists for a database, and those of its interface, apart from each other. */
function attach(
  { aws }: Company,
  id: string,
  change: (groups: readonly string[]) => readonly string[],
  { follows }: { readonly follows: true | "interface" },
): () => void {
  const rds = aws.sandbox.rds();
  const { interfaces } = aws.sandbox.ec2();
  const instance = rds.instance(id);
  const eni = interfaces.get(aws.interfaces.get(id) ?? "");
  if (eni === undefined) throw new Error(`${id} has no interface`);
  const groupIds = change(eni.groupIds);
  interfaces.set(eni.networkInterfaceId, { ...eni, groupIds });
  if (follows === true) rds.put({ ...instance, assignment: { ...instance.assignment, groups: groupIds } });
  return () => {
    interfaces.set(eni.networkInterfaceId, eni);
    rds.put(instance);
  };
}

describe("moat doctor, where all is well but one thing", () => {
  let lab: Company;
  beforeAll(async () => {
    lab = await company();
    stops.splice(0).forEach((stop) => void atEnd.push(stop));
    subscribeFlowLogs(lab.aws);
    expect((await lab.cli("apply", "--yes", "--audit", "/dev/null")).code).toBe(0);
    for (const action of SURPLUS) lab.denials.set(action, lab.deny(action, "theirs"));
  });
  const atEnd: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of atEnd) await stop();
  });

  const amiss = ({ checks }: { readonly checks: readonly Found[] }) =>
    checks.filter(({ status }) => status !== "ok");

  it.each(DEFECTS)("$name: $told", async (defect) => {
    expect(amiss(await lab.doctor())).toEqual([]);
    const mend = await defect.break(lab);
    const found = await lab.doctor(...(defect.args?.(lab) ?? [])).finally(mend);
    expect(amiss(found).map(({ status, code }) => `${status} ${code}`)).toEqual(defect.told);
    expect(amiss(found).some(({ what }) => defect.says.test(what))).toBe(true);
    for (const { what, why, fix } of amiss(found)) expect([what, why, fix].every(Boolean)).toBe(true);
    expect(found.code).toBe(defect.told.some((each) => each.startsWith("failed")) ? 1 : 0);
  });

  it.each([
    { of: "the PCE", byMs: 60_000, told: "warning DOCTOR_CLOCK", says: /60 seconds behind that of the PCE/ },
    {
      of: "the PCE",
      byMs: -600_000,
      told: "failed DOCTOR_CLOCK",
      says: /600 seconds ahead of that of the PCE/,
    },
    { of: "AWS", byMs: 600_000, told: "failed DOCTOR_CLOCK", says: /(?:599|600) seconds behind that of AWS/ },
  ])("the clock of $of is $byMs ms off: $told", async ({ of, byMs, told, says }) => {
    const proxy = await clockOff(of === "AWS" ? lab.awsUrl : lab.pceUrl, byMs);
    const found = await (of === "AWS"
      ? lab.doctor.behind(proxy.url)
      : lab.doctor("--policy", proxy.url)
    ).finally(proxy.close);
    expect(amiss(found).map(({ status, code }) => `${status} ${code}`)).toEqual([told]);
    expect(amiss(found)[0]?.what).toMatch(says);
  });

  it("has a test for every finding of its own, but for those that only unit tests can bring about", () => {
    const tested = new Set(
      [...DEFECTS.flatMap(({ told }) => told), "failed DOCTOR_CLOCK"].map((each) => each.split(" ")[1]),
    );
    const files = globSync("src/{core/doctor,entry/cli/actions}/*.ts", { cwd: ROOT }).filter(
      (file) => !file.endsWith(".test.ts"),
    );
    const known = new Set(
      files.flatMap((file) => readFileSync(join(ROOT, file), "utf8").match(/DOCTOR_[A-Z_]+/g) ?? []),
    );
    // An observer that may write: below, on a company that enforces nothing.
    expect([...known].filter((code) => !tested.has(code)).sort()).toEqual(["DOCTOR_OBSERVER_WRITES"]);
  });
});

it("moat doctor tells of a role that may write where no database is to be enforced", async () => {
  const lab = await company();
  subscribeFlowLogs(lab.aws);
  for (const action of SURPLUS) lab.deny(action, "theirs");
  for (const id of ["orders", "ledger"]) await lab.cli("mode", "observe", id, "--audit", "/dev/null");
  const { code, checks } = await lab.doctor();
  const [told, ...more] = checks.filter(({ status }) => status !== "ok");
  expect([code, told?.code, more]).toEqual([0, "DOCTOR_OBSERVER_WRITES", []]);
  expect(told?.what).toContain("ec2:CreateSecurityGroup");
});
