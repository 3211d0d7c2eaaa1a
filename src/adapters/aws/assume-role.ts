import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { MiddlewareStack } from "@smithy/types";
import { type CallMeter, meterStack } from "./call-meter.ts";

/** A role, usually of another account, that the caller may take. */
export interface RoleToAssume {
  readonly roleArn: string;
  readonly externalId?: string;
  /** Shows up in CloudTrail; `moat` by default. */
  readonly sessionName?: string;
}

/** How STS is reached, and as whom. */
export type RoleCaller = Pick<EC2ClientConfig, "region" | "endpoint" | "credentials" | "requestHandler">;

type Credentials = NonNullable<EC2ClientConfig["credentials"]>;

// A role taken by a role, as a Lambda function does, lasts one hour at most:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
const DURATION_SECONDS = 3600;

/** So long before they run out, credentials are taken anew. */
const EARLY_MS = 300_000;

/** Credentials of a role, taken on first use, shared by all clients that get them, and renewed before they run out. */
export async function assumeRole(
  role: RoleToAssume,
  caller: RoleCaller,
  meter?: CallMeter,
): Promise<Credentials> {
  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const { credentials, ...clientConfig } = caller;
  const take = fromTemporaryCredentials({
    params: {
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName ?? "moat",
      DurationSeconds: DURATION_SECONDS,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    ...(credentials === undefined ? {} : { masterCredentials: credentials }),
    clientConfig,
    ...(meter === undefined ? {} : { clientPlugins: [meteredBy(meter, caller)] }),
  });
  let taken: ReturnType<typeof take> | undefined;
  let goodUntil = 0;
  // Each client keeps credentials for itself; without this, every one of them would take the role on its own.
  return async () => {
    if (taken === undefined || Date.now() >= goodUntil) {
      goodUntil = Number.POSITIVE_INFINITY;
      taken = take();
      taken.then(
        ({ expiration }) => {
          goodUntil = (expiration?.getTime() ?? 0) - EARLY_MS;
        },
        () => {
          taken = undefined;
        },
      );
    }
    return taken;
  };
}

/** Taking a role counts in the account of whoever takes it, which is the process's own. */
const meteredBy = (meter: CallMeter, { region }: RoleCaller) => ({
  applyToStack: (stack: MiddlewareStack<object, object>) =>
    meterStack(
      stack,
      {
        service: "sts",
        accountId: "",
        region: async () => (typeof region === "function" ? region() : (region ?? "")),
      },
      meter,
    ),
});
