import { RDSClient } from "@aws-sdk/client-rds";
import { inProcessRequestHandler } from "../in-process.ts";
import { rdsOf } from "../model/rds/state.ts";
import { createSandboxAws, type SandboxAws } from "../sandbox-aws.ts";

/** What an SDK client needs to talk to a sandbox in this process. */
export function clientConfig(sandbox: SandboxAws, region = "us-east-1") {
  return {
    region,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    requestHandler: inProcessRequestHandler(sandbox),
    maxAttempts: 1,
  };
}

/** Two VPCs of two subnets each with RDS in them, and the real SDK client in front. */
export function rdsWorld() {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const home = twoZones(sandbox, "10.0");
  const far = twoZones(sandbox, "10.1");
  const group = (groupName: string, vpcId = home.vpcId): string =>
    sandbox.seed.securityGroup({ groupName, vpcId }).groupId;
  const region = sandbox.region();
  return {
    sandbox,
    world: sandbox.world,
    region,
    ec2: sandbox.ec2(),
    rds: rdsOf(region),
    client: new RDSClient(clientConfig(sandbox)),
    group,
    vpcId: home.vpcId,
    subnets: home.subnets,
    far,
  };
}

function twoZones(sandbox: SandboxAws, prefix: string) {
  const { vpcId } = sandbox.seed.vpc({ cidrBlock: `${prefix}.0.0/16`, ipv6CidrBlock: "2001:db8::/56" });
  const subnets = ["a", "b"].map((zone, index) => {
    const cidrBlock = `${prefix}.${index}.0/24`;
    const ipv6CidrBlock = `2001:db8:0:${index}::/64`;
    const availabilityZone = `us-east-1${zone}`;
    return sandbox.seed.subnet({ vpcId, cidrBlock, ipv6CidrBlock, availabilityZone }).subnetId;
  });
  return { vpcId, subnets };
}
