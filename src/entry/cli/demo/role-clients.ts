import { callAws } from "../../../adapters/aws/aws-call.ts";
import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import { inProcessRequestHandler } from "../../../sandbox/aws/in-process.ts";
import type { OpenSandbox } from "../wire/sandbox.ts";

/** Somebody who calls the embedded AWS under a role. */
export interface RoleClients {
  readonly clients: AwsClients;
  /** ARN of the session, as CloudTrail will name it. */
  readonly arn: string;
}

const HALF_A_DAY_SECONDS = 43_200;

/** Takes a role in the sandbox, by a real AssumeRole, and makes clients that act under it. */
export async function clientsUnderRole(
  { sample, clients }: OpenSandbox,
  role: string,
  session: string,
): Promise<RoleClients> {
  const { sandbox } = sample.aws;
  const sts = await clients.sts();
  const { Credentials, AssumedRoleUser } = await callAws("sts:AssumeRole", () =>
    sts.client.send(
      new sts.sdk.AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${sandbox.world.defaultAccountId}:role/${role}`,
        RoleSessionName: session,
        DurationSeconds: HALF_A_DAY_SECONDS,
      }),
    ),
  );
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
  return {
    arn: AssumedRoleUser?.Arn ?? "",
    clients: awsClients({
      region: sample.company.region,
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      },
      requestHandler: inProcessRequestHandler(sandbox),
      env: {},
    }),
  };
}
