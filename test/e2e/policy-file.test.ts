// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file takes labels from tags
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");
const ARN = "arn:aws:rds:eu-west-1:111122223333";

const tags = (of: Readonly<Record<string, string>>) =>
  Object.entries(of).map(([Key, Value]) => ({ Key, Value }));

const database = (id: string, of: Readonly<Record<string, string>>) => ({
  DBInstanceIdentifier: id,
  DBInstanceArn: `${ARN}:db:${id}`,
  DbiResourceId: `db-${id.toUpperCase()}`,
  Engine: "postgres",
  DBInstanceStatus: "available",
  Endpoint: { Address: `${id}.abc.eu-west-1.rds.amazonaws.com`, Port: 5432 },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-0db", Status: "active" }],
  DBSubnetGroup: { VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "subnet-data" }] },
  TagList: tags(of),
});

const eni = (id: string, address: string, more: object = {}) => ({
  NetworkInterfaceId: id,
  VpcId: "vpc-1",
  SubnetId: "subnet-apps",
  Status: "in-use",
  PrivateIpAddress: address,
  Groups: [],
  ...more,
});

const group = (id: string, name: string) => ({
  GroupId: id,
  GroupName: name,
  VpcId: "vpc-1",
  OwnerId: "111122223333",
});

/** A shop with instances, an Auto Scaling group, a function, a task and a pod. */
const SNAPSHOT: Readonly<Record<string, object>> = {
  "describe-db-instances.json": {
    DBInstances: [database("shop", { Team: "shop" }), database("audit", {})],
  },
  "describe-security-groups.json": {
    SecurityGroups: [group("sg-0db", "databases"), group("sg-0fn", "report functions")],
  },
  "describe-subnets.json": {
    Subnets: [{ SubnetId: "subnet-pods", VpcId: "vpc-1", Tags: tags({ Name: "pods" }) }],
  },
  "describe-instances.json": {
    Reservations: [
      { Instances: [{ InstanceId: "i-web", Tags: tags({ Name: "web-1", Role: "web", Team: "shop" }) }] },
      { Instances: [{ InstanceId: "i-job", Tags: tags({ "aws:autoscaling:groupName": "jobs-blue" }) }] },
      { Instances: [{ InstanceId: "i-gone", State: { Name: "terminated" }, Tags: tags({ Role: "web" }) }] },
    ],
  },
  "describe-network-interfaces.json": {
    NetworkInterfaces: [
      eni("eni-1", "10.0.1.1", { Attachment: { InstanceId: "i-web" } }),
      eni("eni-2", "10.0.1.2", { Attachment: { InstanceId: "i-job" } }),
      eni("eni-3", "10.0.1.3", { InterfaceType: "lambda", Groups: [{ GroupId: "sg-0fn", GroupName: "x" }] }),
      eni("eni-4", "10.0.1.4", {
        Description: "arn:aws:ecs:eu-west-1:1:attachment/1",
        TagSet: tags({ Role: "task" }),
      }),
      eni("eni-5", "10.0.2.5", { Description: "aws-k8s-branch-eni", SubnetId: "subnet-pods" }),
      eni("eni-6", "10.0.1.6"),
    ],
  },
};

const POLICY = `version: 1
databases:
  - match: { tags: { Team: "*" } }
    labels: { role: database, app: "\${tag:Team}" }
  - match: { id: audit }
    labels: { role: database, app: audit }
mapping:
  - match: { kind: instance, tags: { Role: "*" } }
    labels:
      role: \${tag:Role}
      app: \${tag:Team}
  - match: { auto_scaling_group: jobs-* }
    labels: { role: job, app: shop }
  - match: { kind: lambda, security_group: report * }
    labels: { role: report, app: audit }
  - match: { kind: ecs, tags: { Role: task } }
    labels: { role: task, app: shop }
  - match: { kind: eks, subnet: pods }
    labels: { role: pod, app: shop }
rule_sets:
  - name: shop
    scope: [app=shop]
    rules:
      - { consumers: [role=web, role=job, role=task, role=pod], providers: role=database }
  - name: audit
    scope: { app: audit }
    rules:
      - { consumers: role=report, providers: role=database, services: tcp/5432 }
`;

describe("moat with a policy file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "moat-e2e-"));
    mkdirSync(join(folder, "aws"));
    for (const [name, json] of Object.entries(SNAPSHOT))
      writeFileSync(join(folder, "aws", name), JSON.stringify(json));
    writeFileSync(join(folder, "policy.yaml"), POLICY);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const moat = (...args: readonly string[]) =>
    run("sh", ["-c", 'cd "$0" && exec "$@"', folder, MOAT, ...args], {
      env: { ...process.env, NO_COLOR: "1" },
    });

  it("labels instances, Auto Scaling groups, functions, tasks and pods, and grants on the database's own port", async () => {
    const { code } = await moat("plan", "--aws", "aws", "--policy", "policy.yaml", "--out", "plan.json");
    expect(code).toBe(0);
    const plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8")) as {
      policy: { source: string };
      databases: {
        id: string;
        rules: { source: string; fromPort: number; because: { rule: string; workload: string }[] }[];
      }[];
    };
    const rules = plan.databases.map((d) => [d.id, ...d.rules.map((r) => `${r.source} ${r.fromPort}`)]);
    expect(plan.policy.source).toBe("file");
    expect(rules).toEqual([
      ["audit", "10.0.1.3/32 5432"],
      ["shop", "10.0.1.1/32 5432", "10.0.1.2/32 5432", "10.0.1.4/32 5432", "10.0.2.5/32 5432"],
    ]);
    expect(plan.databases[0]?.rules[0]?.because).toEqual([
      { rule: "policy.yaml#/rule_sets/audit/rules/1", workload: "policy.yaml#/aws/eni-3" },
    ]);
  });

  it("tells every error with its place, and plans nothing", async () => {
    writeFileSync(
      join(folder, "policy.yaml"),
      POLICY.replace("rule_sets:", "rulesets:").replace("role: job", "role: 7"),
    );
    const { code, output } = await moat("plan", "--aws", "aws", "--policy", "policy.yaml");
    expect(code).toBe(1);
    expect(output).toContain('policy.yaml:13:21: "role": "7": expected text');
    expect(output).toContain('policy.yaml:20:1: unknown key "rulesets"');
    expect(output).toContain('did you mean "rule_sets"?');
  });

  it("has no draft", async () => {
    const { code, output } = await moat("plan", "--aws", "aws", "--policy", "policy.yaml", "--draft");
    expect(code).toBe(1);
    expect(output).toContain('"policy.yaml" has no draft');
  });

  it("starts with one that init writes, and never overwrites it", async () => {
    const first = await moat("init", "--aws", "aws", "new");
    expect(first.output).toContain("role from the tag Role");
    expect(first.code).toBe(0);
    const written = readFileSync(join(folder, "new", "policy.yaml"), "utf8");
    expect(written).toContain("# 1 × lambda without tags:");
    expect(readFileSync(join(folder, "new", "moat.yaml"), "utf8")).toContain('aws: "../aws"\n');

    const second = await moat("init", "--aws", "aws", "new");
    expect(second.code).toBe(1);
    expect(second.output).toContain("--force");
    expect((await moat("init", "--aws", "aws", "new", "--force")).code).toBe(0);
    expect(readFileSync(join(folder, "new", "policy.yaml"), "utf8")).toBe(written);

    const plan = await run("sh", ["-c", `cd "$0/new" && exec "$1" plan`, folder, MOAT]);
    expect(plan.code).toBe(0);
  });
});
