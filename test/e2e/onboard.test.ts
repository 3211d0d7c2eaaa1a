import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFlowLogs, type NewFlowLogs } from "../../src/sandbox/aws/model/ec2/flow-logs.ts";
import { rdsState } from "../../src/sandbox/aws/model/rds/state.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { sampleCompany } from "../../src/sandbox/company/sample-company.ts";
import { createSandboxPce, SANDBOX_KEY, startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { runCli, tooWide } from "../support/run-cli.ts";

const BUCKET = `arn:aws:s3:::${LOG_BUCKET}`;

interface Onboarded {
  readonly subscriptions: {
    readonly create: unknown[];
    readonly remove: unknown[];
    readonly kept: unknown[];
  };
  readonly pce: {
    readonly labels: unknown[];
    readonly workloads: {
      readonly create: unknown[];
      readonly update: unknown[];
      readonly remove: unknown[];
    };
    readonly bindings: { readonly create: unknown[]; readonly remove: unknown[] };
  };
}

/** What somebody asks EC2 for who wants a log of subnets. */
const logOfSubnets = (resourceIds: readonly string[]): NewFlowLogs => ({
  resourceType: "Subnet",
  resourceIds,
  trafficType: "ALL",
  logDestinationType: "s3",
  logDestination: BUCKET,
  logGroupName: undefined,
  deliverLogsPermissionArn: undefined,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of AWS
  logFormat: "${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${tcp-flags} ${action}",
  maxAggregationInterval: 60,
  fileFormat: "plain-text",
  hiveCompatiblePartitions: false,
  perHourPartition: false,
  tags: [],
});

/** A line of the audit file. */
interface Recorded {
  readonly run: string;
  readonly action: string;
  readonly mark: string;
  readonly items: readonly { readonly id: string; readonly mark?: string }[];
  readonly why: string;
}

/** The sample company's AWS, and a PCE that knows nothing of it. */
async function emptyPce() {
  const { aws } = sampleCompany({ startMs: Date.now() });
  const pce = createSandboxPce({ now: () => Date.now() });
  const servers = [await startSandboxAws({ sandbox: aws.sandbox }), await startSandboxPce({ sandbox: pce })];
  const env = {
    AWS_ENDPOINT_URL: servers[0]?.url,
    AWS_ACCESS_KEY_ID: "AKIAMOATSANDBOX00000",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: "eu-west-1",
    MOAT_PCE_KEY: SANDBOX_KEY.keyId,
    MOAT_PCE_SECRET: SANDBOX_KEY.secret,
  };
  const args = ["--aws", "live", "--policy", servers[1]?.url ?? ""];
  const folder = mkdtempSync(join(tmpdir(), "moat-onboard-"));
  const audit = join(folder, "audit.jsonl");
  const cli = (...argv: readonly string[]) =>
    runCli([...argv, ...args, ...(argv.includes("--audit") ? [] : ["--audit", audit])], { env });
  const records = (): readonly Recorded[] =>
    existsSync(audit)
      ? readFileSync(audit, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Recorded)
      : [];
  /** Every call that wrote, with the action on record when it came in. */
  const writes: { readonly call: string; readonly recorded: string | undefined }[] = [];
  const note = (call: string) => writes.push({ call, recorded: records().at(-1)?.action });
  aws.sandbox.onCall(({ phase, call }) => {
    if (phase === "before" && /^(?:Create|Delete)FlowLogs$/.test(call.operation)) note(call.operation);
  });
  pce.faults.add({
    when: ({ method, path }) => {
      if (method !== "GET" && !path.endsWith("/dependencies")) note(`${method} ${path}`);
      return false;
    },
    answer: { kind: "disconnect" },
  });
  const json = async (...argv: readonly string[]): Promise<Onboarded> =>
    JSON.parse((await cli(...argv, "--json")).out) as Onboarded;
  const live = (name: string): readonly Record<string, unknown>[] =>
    [...(pce.state.live.get(name)?.values() ?? [])].filter((each) => each.deleted !== true);
  const active = () => [...(pce.state.versions.at(-1)?.objects.get("virtual_services")?.values() ?? [])];
  const ec2 = aws.sandbox.ec2();
  return {
    aws,
    pce,
    cli,
    json,
    live,
    active,
    ec2,
    audit,
    records,
    writes,
    stop: async () => {
      rmSync(folder, { recursive: true, force: true });
      await Promise.all(servers.map((each) => each.close()));
    },
  };
}

describe("moat onboard and offboard", () => {
  let lab: Awaited<ReturnType<typeof emptyPce>>;
  beforeAll(async () => {
    lab = await emptyPce();
  });
  afterAll(async () => {
    await lab?.stop();
  });
  const on = ["onboard", "--bucket", BUCKET, "--scope", "interface"];

  it("says what it would write, and writes nothing: 2", async () => {
    const calls = lab.aws.sandbox.calls.length;
    const { code, out } = await lab.cli(...on, "--dry-run");
    expect(code).toBe(2);
    expect(out).toContain("Flow logs: 3 to make, 0 to delete, 0 as they are");
    expect(out).toContain("orders (instance, ");
    expect(out).toContain("USD a month");
    expect(tooWide(out)).toBeUndefined();
    expect(lab.live("workloads")).toEqual([]);
    const written = lab.aws.sandbox.calls
      .slice(calls)
      .filter(({ call }) => call.operation === "CreateFlowLogs");
    expect(written).toEqual([]);
  });

  it("writes nothing that it cannot put on record: 1", async () => {
    const { code, err } = await lab.cli(...on, "--yes", "--audit", "/nowhere/audit.jsonl");
    expect([code, lab.ec2.flowLogs.values().length, lab.live("workloads").length]).toEqual([1, 0, 0]);
    expect(err).toContain("/nowhere/audit.jsonl");
    expect(lab.writes).toEqual([]);
  });

  it("asks before it writes, and there is nobody to ask: 1", async () => {
    const { code, err } = await lab.cli(...on);
    expect([code, lab.live("workloads").length]).toEqual([1, 0]);
    expect(err).toContain("--dry-run");
  });

  it("makes flow logs, labels, workloads, services in force, and bindings: 0, and then there is nothing to do", async () => {
    const { code, err } = await lab.cli(...on, "--yes");
    expect([code, err]).toEqual([0, ""]);
    expect(lab.ec2.flowLogs.values()).toHaveLength(3);
    expect(lab.live("workloads").map((each) => each.external_data_set)).toEqual(Array(3).fill("moat-moat"));
    expect(lab.active()).toHaveLength(3);
    expect(lab.active().map((each) => each.service_ports)).toEqual(
      [5432, 3306, 3306].map((port) => [{ proto: 6, port }]),
    );
    expect(lab.live("service_bindings")).toHaveLength(3);
    const again = await lab.cli(...on, "--yes");
    expect(again.code).toBe(0);
    expect(again.out).toContain("nothing to write");
  });

  it("provisions its own drafts only", async () => {
    const { seed } = lab.pce;
    seed.ipList("somebody's draft", ["10.0.0.0/8"]);
    await lab.cli("offboard", "orders-dev", "--yes");
    await lab.cli(...on, "--yes");
    const lists = [...(lab.pce.state.versions.at(-1)?.objects.get("ip_lists")?.values() ?? [])];
    expect(lists.map((each) => each.name)).not.toContain("somebody's draft");
    expect(lab.active()).toHaveLength(3);
  });

  it("makes a new flow log for an interface that was replaced, and deletes the old one", async () => {
    const [log] = lab.ec2.flowLogs.values();
    if (log === undefined) throw new Error("no flow log");
    lab.ec2.flowLogs.set(log.flowLogId, { ...log, resourceId: "eni-0000000000000dead" });
    const { subscriptions } = await lab.json(...on, "--yes");
    expect(subscriptions).toMatchObject({
      create: [{ resourceId: log.resourceId }],
      remove: [{ flowLogId: log.flowLogId }],
    });
    const now = lab.ec2.flowLogs.values().map((each) => each.resourceId);
    expect([now.length, now.includes(log.resourceId)]).toEqual([3, true]);
  });

  it("goes on where a run stopped: a draft that was not provisioned, a binding that is missing", async () => {
    const table = lab.pce.state.live.get("service_bindings");
    const [binding] = table?.keys() ?? [];
    table?.delete(binding ?? "");
    const { pce } = await lab.json(...on, "--yes");
    expect(pce.bindings.create).toHaveLength(1);
    expect(lab.live("service_bindings")).toHaveLength(3);
  });

  it("keeps labels as the tags say", async () => {
    const rds = lab.aws.sandbox.region().part(rdsState);
    const [instance] = rds.instances.values();
    expect(instance).toBeDefined();
    const before = lab.live("workloads").flatMap((each) => each.labels);
    const { code } = await lab.cli(...on, "--label-tag", "env=App", "--yes");
    expect(code).toBe(0);
    expect(lab.live("workloads").flatMap((each) => each.labels)).not.toEqual(before);
    expect((await lab.cli(...on, "--yes")).code).toBe(0);
  });

  it("leaves a subscription that somebody else made alone, and counts it", async () => {
    expect((await lab.cli("offboard", "--yes")).code).toBe(0);
    const subnets = lab.ec2.subnets.values().map((each) => each.subnetId);
    createFlowLogs(lab.ec2, logOfSubnets(subnets));
    const { subscriptions } = await lab.json(...on, "--dry-run");
    expect([subscriptions.create.length, subscriptions.kept.length]).toEqual([0, 3]);
    expect((await lab.cli("offboard", "--yes")).code).toBe(0);
    expect(lab.ec2.flowLogs.values()).toHaveLength(subnets.length);
  });

  it("leaves no trace in the PCE", async () => {
    for (const name of ["workloads", "service_bindings"]) expect(lab.live(name)).toEqual([]);
    expect(lab.active()).toEqual([]);
    expect(lab.live("labels").filter((each) => each.external_data_set === "moat-moat")).toEqual([]);
  });

  it("makes workloads for labelled instances, when that is asked for", async () => {
    const { code } = await lab.cli("onboard", "--clients", "--yes");
    expect(code).toBe(0);
    const names = lab.live("workloads").map((each) => each.name);
    expect(names).toHaveLength(9);
    expect(names).toContainEqual(expect.stringMatching(/^web-1 \(i-/));
    expect(names).not.toContainEqual(expect.stringMatching(/^scanner/));
    expect((await lab.cli("offboard", "--yes")).code).toBe(0);
    expect(lab.live("workloads")).toEqual([]);
  });

  it("has put every call that wrote on record before it was made, and the record stands a check", async () => {
    const kinds = new Set(lab.writes.map(({ call }) => call.replace(/\/[-0-9a-f]{36}|\/\d+/g, "/ID")));
    // Both halves, making, changing and taking away: without them the test would prove little.
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        "CreateFlowLogs",
        "DeleteFlowLogs",
        "POST /orgs/ID/labels",
        "POST /orgs/ID/sec_policy",
        "POST /orgs/ID/service_bindings",
        "PUT /orgs/ID/workloads/bulk_create",
        "PUT /orgs/ID/workloads/bulk_delete",
        "PUT /orgs/ID/workloads/bulk_update",
      ]),
    );
    const sameCall = ({ call, recorded = "" }: (typeof lab.writes)[number]): boolean => {
      if (recorded === "DELETE") return call.startsWith("DELETE ");
      const [method = "", path] = recorded.split(" ");
      return path === undefined
        ? call.toLowerCase() === recorded.toLowerCase()
        : call.startsWith(method) && call.endsWith(`/${path}`);
    };
    expect(lab.writes.filter((each) => !sameCall(each))).toEqual([]);
    expect(lab.records()).toHaveLength(lab.writes.length);
    expect(new Set(lab.records().map(({ run }) => run))).toEqual(new Set(["onboard", "offboard"]));
    const { code, out } = await runCli(["audit", "verify", lab.audit]);
    expect([code, out]).toEqual([0, expect.stringContaining(`${lab.writes.length} writes of onboarding`)]);
    expect(tooWide(out)).toBeUndefined();
    const { violations } = JSON.parse((await runCli(["audit", "verify", lab.audit, "--json"])).out) as {
      violations: unknown[];
    };
    expect(violations).toEqual([]);
  });
});

it("makes flow logs of interfaces where the subnets are another account's, which EC2 refuses otherwise", async () => {
  const lab = await emptyPce();
  try {
    for (const subnet of lab.ec2.subnets.values())
      lab.ec2.subnets.set(subnet.subnetId, { ...subnet, ownerId: "999900001111" });
    const [subnet] = lab.ec2.subnets.values();
    const asked = createFlowLogs(lab.ec2, logOfSubnets([subnet?.subnetId ?? ""]));
    expect(asked.unsuccessful).toMatchObject([{ code: "OperationNotPermitted" }]);
    const on = ["onboard", "--bucket", BUCKET, "--scope", "subnet"];
    const dry = await lab.cli(...on, "--dry-run");
    expect(dry.out).toContain("is shared by account 999900001111");
    expect(tooWide(dry.out)).toBeUndefined();
    expect((await lab.cli(...on, "--yes")).code).toBe(0);
    const logged = lab.ec2.flowLogs.values().map((each) => each.resourceId);
    expect(logged).toHaveLength(3);
    expect(logged.every((id) => id.startsWith("eni-"))).toBe(true);
    expect((await lab.cli("offboard", "--yes")).code).toBe(0);
    expect(lab.ec2.flowLogs.values()).toEqual([]);
  } finally {
    await lab.stop();
  }
});

it("writes nothing where the PCE knows every database already", async () => {
  const { code, out } = await runCli(["onboard", "--aws", "sandbox", "--audit", "/dev/null"]);
  expect([code, out]).toEqual([0, expect.stringContaining("nothing to write")]);
});
