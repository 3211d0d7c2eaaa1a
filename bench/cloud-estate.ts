import { createSandboxAws, type SandboxAws } from "../src/sandbox/aws/sandbox-aws.ts";

const DATABASES_OF_AN_APPLICATION = 10;

/** One rule set for each application: its two web servers use its ten databases. */
function policyOf(applications: number): string {
  const sets = Array.from(
    { length: applications },
    (_, i) => `  - name: web servers of app-${i} use its databases
    scope: [app=app-${i}]
    rules: [{ consumers: role=web, providers: role=database }]
`,
  );
  return `version: 1
databases:
  - match: { tags: { App: "*" } }
    labels: { role: database, app: "\${tag:App}" }
mapping:
  - match: { kind: instance, tags: { Role: "*" } }
    labels: { role: "\${tag:Role}", app: "\${tag:App}" }
rule_sets:
${sets.join("")}`;
}

/**
 * An account with so many databases in one region, one application to ten of them, each with two web servers; the
 * buckets that the functions need, and the policy in `s3://moat/policy.yaml`.
 */
export function cloudEstate(databases: number): SandboxAws {
  const sandbox = createSandboxAws({ region: "eu-west-1" });
  const { vpcId } = sandbox.seed.vpc({ cidrBlock: "10.0.0.0/8" });
  const subnets = ["a", "b"].map(
    (zone, i) =>
      sandbox.seed.subnet({ vpcId, cidrBlock: `10.${i}.0.0/16`, availabilityZone: `eu-west-1${zone}` })
        .subnetId,
  );
  const { groupId } = sandbox.seed.securityGroup({
    groupName: "databases",
    vpcId,
    rules: [{ port: 3306, cidr: "10.0.0.0/8" }],
  });
  for (let i = 0; i < databases; i += 1) {
    const App = `app-${Math.floor(i / DATABASES_OF_AN_APPLICATION)}`;
    sandbox.seed.dbInstance({
      identifier: `db-${i}`,
      engine: "mysql",
      port: 3306,
      subnets,
      groups: [groupId],
      tags: { App, "moat:mode": "observe" },
    });
    if (i % 5 === 0)
      sandbox.seed.instance({ subnetId: subnets[0] ?? "", groupIds: [groupId], tags: { App, Role: "web" } });
  }
  for (const bucket of ["moat", "logs"]) sandbox.seed.bucket(bucket);
  const policy = policyOf(Math.ceil(databases / DATABASES_OF_AN_APPLICATION));
  sandbox.s3.putObject("moat", "policy.yaml", Buffer.from(policy));
  return sandbox;
}
