import { seedInstance } from "../../src/sandbox/aws/model/rds/seed-instance.ts";
import { rdsOf } from "../../src/sandbox/aws/model/rds/state.ts";
import { type RunningSandbox, startSandboxAws } from "../../src/sandbox/aws/server.ts";

/** An AWS on loopback in eu-west-1: one VPC, two subnets, and a MySQL instance `orders` with the default group. */
export async function startSampleAws(): Promise<RunningSandbox & { readonly vpcId: string }> {
  const running = await startSandboxAws({ region: "eu-west-1" });
  const { seed } = running.sandbox;
  const { vpcId } = seed.vpc();
  const subnets = [
    seed.subnet({ vpcId, cidrBlock: "10.0.0.0/24", availabilityZone: "eu-west-1a" }).subnetId,
    seed.subnet({ vpcId, cidrBlock: "10.0.1.0/24", availabilityZone: "eu-west-1b" }).subnetId,
  ];
  seedInstance(rdsOf(running.sandbox.region()), { identifier: "orders", engine: "mysql", subnets });
  return { ...running, vpcId };
}

/** All that a program needs to reach it, and nothing else of this machine: no profile, no credentials of its own. */
export const sampleAwsEnvironment = (url: string, home: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: home,
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_DEFAULT_REGION: "eu-west-1",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_MAX_ATTEMPTS: "1",
});
