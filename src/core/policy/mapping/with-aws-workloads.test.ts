// biome-ignore-all lint/suspicious/noTemplateCurlyInString: labels take values from tags
import { describe, expect, it } from "vitest";
import { arnOf, database, group, inventory, networkInterface } from "../../../../test/fixtures/inventory.ts";
import { policy } from "../../../../test/fixtures/policy.ts";
import type { Inventory } from "../../inventory/model.ts";
import type { Cidr } from "../../net/cidr.ts";
import type { MappingRule, ObjectMatch, PolicyMapping } from "./model.ts";
import { withAwsWorkloads } from "./with-aws-workloads.ts";

const SHOP: Inventory = inventory({
  databases: [
    database("orders", ["sg-db"], { tags: { App: "orders" } }),
    database("front", ["sg-db"], { kind: "proxy", engine: "POSTGRESQL", tags: {} }),
  ],
  securityGroups: [group("sg-web", [], { groupName: "web servers" }), group("sg-db")],
  instances: [
    { instanceId: "i-1", tags: { Name: "web-1", Role: "web", App: "orders" } },
    { instanceId: "i-2", tags: { Role: "batch", "aws:autoscaling:groupName": "batch-fleet", App: "" } },
    { instanceId: "i-3", tags: {} },
  ],
  subnets: [{ subnetId: "subnet-apps", vpcId: "vpc-1", tags: { Name: "apps" } }],
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.1.1", "2001:db8::1"], ["sg-web"], {
      instanceId: "i-1",
      subnetId: "subnet-apps",
    }),
    networkInterface("eni-2", ["10.0.1.2"], [], { instanceId: "i-1", vpcId: "vpc-2" }),
    networkInterface("eni-3", ["10.0.2.1"], ["sg-web"], {
      instanceId: "i-2",
      prefixes: ["10.0.2.16/30" as Cidr],
    }),
    networkInterface("eni-4", ["10.0.3.1"], [], { instanceId: "i-3" }),
    networkInterface("eni-5", ["10.0.4.1"], ["sg-web"], {
      description: "AWS Lambda VPC ENI-report-3f",
      interfaceType: "lambda",
    }),
    networkInterface("eni-6", ["10.0.5.1"], [], {
      description: "arn:aws:ecs:eu-west-1:111122223333:attachment/0f",
      tags: { "aws:ecs:serviceName": "shop" },
    }),
    networkInterface("eni-7", ["10.0.6.1"], [], {
      description: "aws-k8s-branch-eni",
      interfaceType: "branch",
    }),
    networkInterface("eni-8", ["10.0.9.1"], ["sg-db"], { requesterId: "amazon-rds" }),
    networkInterface("eni-9", ["10.0.9.9"], [], {
      description: "Network interface for DBProxy front",
      requesterManaged: true,
    }),
    networkInterface("eni-a", ["10.0.7.1"], [], { description: "ELB app/front/1" }),
  ],
});

/** `role=web app=${tag:App}` */
function rule(match: ObjectMatch, labels: string, line = 1): MappingRule {
  return {
    href: `policy.yaml#/mapping/${line}`,
    line,
    match,
    labels: labels.split(" ").map((text) => {
      const [key = "", value = ""] = text.split("=");
      const tag = /^\$\{tag:(.+)\}$/.exec(value)?.[1];
      return { key, parts: [tag === undefined ? value : { tag }] };
    }),
  };
}

const mapping = (more: Partial<PolicyMapping>): PolicyMapping => ({
  databases: [],
  rules: [],
  declared: new Map(),
  root: "policy.yaml#",
  ...more,
});

const mapped = (more: Partial<PolicyMapping>, shop = SHOP) =>
  withAwsWorkloads(
    policy({ source: "file", workloads: [], labels: [], mapping: mapping(more) }),
    shop,
    "moat",
  );

/** `web-1 role=web`, one object a text. */
const labelled = (more: Partial<PolicyMapping>): readonly string[] =>
  mapped(more).policy.workloads.map((w) =>
    [w.name, ...w.labels.map((l) => l.replace("policy.yaml#/labels/", ""))].join(" "),
  );

describe("a mapping rule", () => {
  it.each<{ match: ObjectMatch; want: string }>([
    { match: { kinds: ["instance"] }, want: "web-1 i-2 i-3" },
    { match: { kinds: ["lambda", "ecs"] }, want: "eni-5 eni-6" },
    { match: { kinds: ["eks"] }, want: "eni-7" },
    { match: { kinds: ["load_balancer"] }, want: "eni-a" },
    { match: { kinds: ["database"] }, want: "orders" },
    { match: { kinds: ["proxy"] }, want: "front" },
    { match: { tags: { Role: ["web"] } }, want: "web-1" },
    { match: { tags: { Role: ["*"] } }, want: "web-1 i-2" },
    { match: { tags: { Role: ["*"], App: ["orders"] } }, want: "web-1" },
    { match: { tags: { Role: ["b?tch", "x"] } }, want: "i-2" },
    { match: { tags: { role: ["*"] } }, want: "" },
    { match: { subnets: ["apps"] }, want: "web-1" },
    { match: { subnets: ["subnet-apps"] }, want: "web-1" },
    { match: { securityGroups: ["web *"] }, want: "web-1 i-2 eni-5" },
    { match: { securityGroups: ["sg-db"] }, want: "orders front" },
    { match: { vpcs: ["vpc-2"] }, want: "web-1" },
    { match: { cidrs: ["10.0.4.0/23" as Cidr] }, want: "eni-5 eni-6" },
    { match: { cidrs: ["2001:db8::/32" as Cidr] }, want: "web-1" },
    { match: { descriptions: ["AWS Lambda VPC ENI-report-*"] }, want: "eni-5" },
    { match: { autoScalingGroups: ["batch-*"] }, want: "i-2" },
    { match: { names: ["web-*", "i-3"] }, want: "web-1 i-3" },
    { match: { names: [arnOf("orders")] }, want: "orders" },
    { match: { engines: ["my*"] }, want: "orders" },
    {
      match: { kinds: ["instance"], securityGroups: ["web servers"], tags: { Role: ["batch"] } },
      want: "i-2",
    },
  ])("with $match labels $want", ({ match, want }) => {
    const names = mapped({ rules: [rule(match, "role=x")] }).policy.workloads.map((w) => w.name);
    expect(names.join(" ")).toBe(want);
  });

  it("takes values from tags, and leaves out a label whose tag is missing or empty", () => {
    expect(labelled({ rules: [rule({ tags: { Role: ["*"] } }, "role=${tag:Role} app=${tag:App}")] })).toEqual(
      ["web-1 role=web app=orders", "i-2 role=batch"],
    );
  });

  it("yields to an earlier one, key by key", () => {
    const rules = [
      rule({ names: ["web-1"] }, "role=frontend"),
      rule({ kinds: ["instance"] }, "role=${tag:Role} env=prod"),
    ];
    expect(labelled({ rules })).toEqual([
      "web-1 role=frontend env=prod",
      "i-2 role=batch env=prod",
      "i-3 env=prod",
    ]);
  });

  it("yields to those of databases where databases are concerned", () => {
    const rules = [rule({ kinds: ["database", "instance"] }, "role=anything")];
    const databases = [rule({}, "role=database app=${tag:App}")];
    expect(labelled({ rules, databases })).toEqual([
      "orders role=database app=orders",
      "front role=database",
      "web-1 role=anything",
      "i-2 role=anything",
      "i-3 role=anything",
    ]);
  });

  it("does not give a value that is not declared, and says so", () => {
    const answer = mapped({
      rules: [rule({ tags: { Role: ["*"] } }, "role=${tag:Role}")],
      declared: new Map([["role", ["webs"]]]),
    });
    expect(answer.policy.workloads).toEqual([]);
    expect(answer.findings.map((f) => f.code)).toEqual([
      "MAPPED_LABEL_UNDECLARED",
      "MAPPED_LABEL_UNDECLARED",
    ]);
    expect(answer.findings[0]?.what).toContain('did its owner mean "webs"?');
  });

  it("that fits nothing is reported, with the nearest name", () => {
    expect(mapped({ databases: [rule({ names: ["ordrs"] }, "role=database", 7)] }).findings).toMatchObject([
      { code: "MAPPING_FITS_NOTHING", fix: 'did you mean "orders"?' },
    ]);
  });
});

describe("a mapped workload", () => {
  it("has every address of the object, and an href that stays", () => {
    const { policy: made } = mapped({ rules: [rule({ names: ["web-1"] }, "role=web")] });
    expect(made.workloads).toMatchObject([
      { href: "policy.yaml#/aws/i-1", managed: false, labels: ["policy.yaml#/labels/role=web"] },
    ]);
    expect(made.workloads[0]?.interfaces.map((i) => i.address)).toEqual([
      "10.0.1.1",
      "2001:db8::1",
      "10.0.1.2",
    ]);
    expect(made.labels).toEqual([{ href: "policy.yaml#/labels/role=web", key: "role", value: "web" }]);
  });

  it("has every address of the blocks that are delegated to it, as nodes of EKS have", () => {
    const [worker] = mapped({ rules: [rule({ names: ["i-2"] }, "role=node")] }).policy.workloads;
    expect(worker?.interfaces.map((i) => i.address)).toEqual([
      "10.0.2.1",
      "10.0.2.16",
      "10.0.2.17",
      "10.0.2.18",
      "10.0.2.19",
    ]);
  });

  it("names its database by ARN, and has the addresses that are surely the database's", () => {
    const { workloads } = mapped({ databases: [rule({}, "role=database")] }).policy;
    expect(workloads.map((w) => [w.externalDataReference, w.interfaces.map((i) => i.address)])).toEqual([
      [arnOf("orders"), []],
      [arnOf("front"), ["10.0.9.9"]],
    ]);
  });

  it("of a database has the addresses that its rule names", () => {
    const named = { ...rule({ names: ["orders"] }, "role=database"), addresses: ["10.0.9.1"] };
    const { workloads } = mapped({ databases: [named] }).policy;
    expect(workloads.map((w) => w.interfaces.map((i) => i.address))).toEqual([["10.0.9.1"]]);
  });

  it("gives way to a workload by hand that names the same database", () => {
    const byHand = { ...policy().workloads[4], externalDataReference: arnOf("orders") } as const;
    const of = policy({ mapping: mapping({ databases: [rule({}, "role=database")] }) });
    const { workloads } = withAwsWorkloads({ ...of, workloads: [byHand as never] }, SHOP, "moat").policy;
    expect(workloads.map((w) => w.externalDataReference)).toEqual([arnOf("orders"), arnOf("front")]);
  });
});

describe("a policy", () => {
  it("without mapping rules is left as it is", () => {
    const ofPce = policy();
    expect(withAwsWorkloads(ofPce, SHOP, "moat")).toEqual({ policy: ofPce, findings: [] });
  });

  it.each([
    { rules: [rule({ kinds: ["instance"] }, "role=x")], complete: false },
    { rules: [], complete: true },
  ])("is incomplete when objects it maps could not be read: $complete", ({ rules, complete }) => {
    const problem = { code: "INSTANCES_NOT_READ", what: "w", why: "y", fix: "f" };
    const answer = mapped({ rules }, { ...SHOP, consumersUnread: [problem] });
    expect(answer.policy.complete).toBe(complete);
    expect(answer.findings.includes(problem)).toBe(!complete);
  });
});
