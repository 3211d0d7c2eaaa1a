import { z } from "zod";
import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { optional } from "./parse/shape.ts";

/** Who the credentials belong to. */
export interface CallerIdentity {
  readonly arn: string;
  readonly accountId: string;
}

/** Asks who is calling, which takes no permission. */
export async function callerIdentity(clients: AwsClients): Promise<CallerIdentity> {
  const { sdk, client } = await clients.sts();
  const answer = await callAws("sts:GetCallerIdentity", () =>
    client.send(new sdk.GetCallerIdentityCommand({})),
  );
  return { arn: answer.Arn ?? "unknown", accountId: answer.Account ?? "unknown" };
}

/**
 * Milliseconds by which this machine's clock is behind that of AWS, as far as the SDK had to correct it: it does so from
 * four minutes on, and AWS refuses from five.
 */
export async function awsClockOffset(clients: AwsClients): Promise<number> {
  const { client } = await clients.sts();
  return client.config.systemClockOffset;
}

const Trails = z.array(z.object({ Name: optional(z.string()), HomeRegion: optional(z.string()) }));

/**
 * Names of the trails that record what is done in this region. Without one no event of CloudTrail reaches EventBridge.
 *
 * @throws AwsFault
 */
export async function readTrails(clients: AwsClients): Promise<readonly string[]> {
  // Only the command line asks this, so that it is in no bundled handler.
  const sdk = await import("@aws-sdk/client-cloudtrail");
  const { client } = await clients.cloudTrail();
  const answer = await callAws("cloudtrail:DescribeTrails", () =>
    client.send(new sdk.DescribeTrailsCommand({ includeShadowTrails: true })),
  );
  const read = Trails.safeParse(answer.trailList ?? []);
  if (read.success) return read.data.map(({ Name, HomeRegion }) => Name ?? HomeRegion ?? "a trail");
  const fix = 'Compare with the answer of "aws cloudtrail describe-trails"';
  throw new AwsFault(
    "unknown",
    "UnreadableAnswer",
    "cloudtrail:DescribeTrails",
    "The trails cannot be read",
    fix,
  );
}
