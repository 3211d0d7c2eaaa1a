import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { EC2Client, EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import { assumeRole, type RoleCaller, type RoleToAssume } from "./assume-role.ts";
import { type CallMeter, type Meterable, meterClient } from "./call-meter.ts";
import { retryThrottledOnly } from "./retry-throttled-only.ts";

type CloudTrail = typeof import("./sdk/cloud-trail.ts");
type Organizations = typeof import("./sdk/organizations.ts");
type EventBridge = typeof import("./sdk/event-bridge.ts");
type Sqs = typeof import("./sdk/sqs.ts");
type Ec2 = typeof import("./sdk/ec2.ts");
type Rds = typeof import("./sdk/rds.ts");
type S3 = typeof import("./sdk/s3.ts");
type SecretsManager = typeof import("./sdk/secrets-manager.ts");
type ServiceQuotas = typeof import("./sdk/service-quotas.ts");
type Sts = typeof import("./sdk/sts.ts");

/** A client, and the module that has its commands and paginators. */
export interface Service<Sdk, Client> {
  readonly sdk: Sdk;
  readonly client: Client;
}

/** SDK clients of one account and region. Each is loaded and made on first use. */
export interface AwsClients {
  ec2(): Promise<Service<Ec2, EC2Client>>;
  /** For writes: repeats only calls that AWS turned away for their rate, because only those certainly had no effect. */
  ec2Writes(): Promise<Service<Ec2, EC2Client>>;
  rds(): Promise<Service<Rds, RDSClient>>;
  rdsWrites(): Promise<Service<Rds, RDSClient>>;
  s3(): Promise<Service<S3, S3Client>>;
  secretsManager(): Promise<Service<SecretsManager, SecretsManagerClient>>;
  serviceQuotas(): Promise<Service<ServiceQuotas, ServiceQuotasClient>>;
  sts(): Promise<Service<Sts, STSClient>>;
  cloudTrail(): Promise<Service<CloudTrail, CloudTrailClient>>;
  organizations(): Promise<Service<Organizations, OrganizationsClient>>;
  sqs(): Promise<Service<Sqs, SQSClient>>;
  eventBridge(): Promise<Service<EventBridge, EventBridgeClient>>;
  /**
   * A client of a service that few callers need: it is named there, so that bundles of the others leave it out.
   *
   * @param name prefix of the service's IAM actions, e.g. `athena`
   */
  other<Input extends object, Output extends object, Client extends MadeClient<Input, Output>>(
    name: string,
    make: (config: ReadConfig) => Client & MadeClient<Input, Output>,
  ): Promise<Client>;
  /** Closes the connections of every client made. */
  close(): void;
}

/** A client as it is made: it can be metered, and closed. */
type MadeClient<Input extends object, Output extends object> = Meterable<Input, Output> & { destroy(): void };

/** What clients that read are made with. */
export type ReadConfig = RoleCaller & { readonly maxAttempts: number; readonly retryMode: string };

/** What is not given is found as every AWS tool finds it: environment, profile, container or instance role. */
export interface AwsClientsOptions {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: NonNullable<EC2ClientConfig["credentials"]>;
  /** A role to take with those credentials; the clients then act in its account. */
  readonly role?: RoleToAssume;
  /** Used instead of HTTP connections, e.g. to talk to the sandbox in this process. */
  readonly requestHandler?: NonNullable<EC2ClientConfig["requestHandler"]>;
  /** Of one call, the first included. 6 by default. */
  readonly maxAttempts?: number;
  /** Holds calls back so that they stay within a budget; without one they go as they come. */
  readonly meter?: CallMeter;
  /** The account of the credentials, where it is known: meters count accounts apart. */
  readonly accountId?: string;
  /** The process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
}

const MAX_ATTEMPTS = 6;
// Quotas have a default to fall back on, and from within a VPC their endpoint is often out of reach.
const OPTIONAL_ATTEMPTS = 2;

/** Makes the clients of one account and region. Nothing is loaded, asked or resolved before the first use. */
export function awsClients(options: AwsClientsOptions = {}): AwsClients {
  const env = options.env ?? process.env;
  const made: { destroy(): void }[] = [];
  const accountId = options.accountId ?? options.role?.roleArn.split(":")[4] ?? "";
  const { meter } = options;
  const keep = <Input extends object, Output extends object, T extends MadeClient<Input, Output>>(
    name: string,
    client: T & MadeClient<Input, Output>,
  ): T => {
    made.push(client);
    if (meter !== undefined) meterClient(client, name, accountId, meter);
    return client;
  };
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  const common = once(() => commonConfig(options, env));
  const reads = async (attempts = maxAttempts) => ({
    ...(await common()),
    maxAttempts: attempts,
    retryMode: "adaptive",
  });
  const writes = async () => ({
    ...(await common()),
    maxAttempts,
    retryStrategy: retryThrottledOnly(maxAttempts),
  });
  const ec2 = once(() => import("./sdk/ec2.ts"));
  const rds = once(() => import("./sdk/rds.ts"));
  const ec2Client = (config: () => Promise<RoleCaller>) =>
    once(async () => {
      const client = keep("ec2", new (await ec2()).EC2Client(await config()));
      return service(await ec2(), client);
    });
  const rdsClient = (config: () => Promise<RoleCaller>) =>
    once(async () => {
      const client = keep("rds", new (await rds()).RDSClient(await config()));
      return service(await rds(), client);
    });
  return {
    ec2: ec2Client(reads),
    ec2Writes: ec2Client(writes),
    rds: rdsClient(reads),
    rdsWrites: rdsClient(writes),
    s3: once(async () => {
      const sdk = await import("./sdk/s3.ts");
      const config = {
        ...(await reads()),
        forcePathStyle: hasOwnEndpoint(options, env),
        followRegionRedirects: true,
      };
      return service(sdk, keep("s3", new sdk.S3Client(config)));
    }),
    secretsManager: once(async () => {
      const sdk = await import("./sdk/secrets-manager.ts");
      return service(sdk, keep("secretsmanager", new sdk.SecretsManagerClient(await reads())));
    }),
    serviceQuotas: once(async () => {
      const sdk = await import("./sdk/service-quotas.ts");
      return service(sdk, keep("servicequotas", new sdk.ServiceQuotasClient(await reads(OPTIONAL_ATTEMPTS))));
    }),
    sts: once(async () => {
      const sdk = await import("./sdk/sts.ts");
      return service(sdk, keep("sts", new sdk.STSClient(await reads())));
    }),
    cloudTrail: once(async () => {
      const sdk = await import("./sdk/cloud-trail.ts");
      return service(sdk, keep("cloudtrail", new sdk.CloudTrailClient(await reads())));
    }),
    organizations: once(async () => {
      const sdk = await import("./sdk/organizations.ts");
      return service(sdk, keep("organizations", new sdk.OrganizationsClient(await reads())));
    }),
    eventBridge: once(async () => {
      const sdk = await import("./sdk/event-bridge.ts");
      return service(sdk, keep("events", new sdk.EventBridgeClient(await reads())));
    }),
    sqs: once(async () => {
      const sdk = await import("./sdk/sqs.ts");
      return service(sdk, keep("sqs", new sdk.SQSClient(await reads())));
    }),
    other: async (name, make) => keep(name, make(await reads())),
    close: () => {
      for (const client of made.splice(0)) client.destroy();
    },
  };
}

const service = <Sdk, Client>(sdk: Sdk, client: Client): Service<Sdk, Client> => ({ sdk, client });

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function commonConfig(options: AwsClientsOptions, env: NodeJS.ProcessEnv): Promise<RoleCaller> {
  const region = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION);
  const found = env === process.env ? {} : foundIn(env);
  const caller = {
    ...found,
    // The SDK for JavaScript reads AWS_REGION and the profile; every other AWS tool reads AWS_DEFAULT_REGION too.
    ...(region ? { region } : {}),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    requestHandler: options.requestHandler ?? (await httpHandler()),
  };
  return options.role === undefined
    ? caller
    : { ...caller, credentials: await assumeRole(options.role, caller, options.meter) };
}

/** What the SDK would find in its process's own environment, in another one. */
function foundIn(env: NodeJS.ProcessEnv): Pick<RoleCaller, "endpoint" | "credentials"> {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = env;
  const ignoresEndpoint = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true";
  const sessionToken = AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {};
  return {
    ...(AWS_ENDPOINT_URL && !ignoresEndpoint ? { endpoint: AWS_ENDPOINT_URL } : {}),
    ...(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && !AWS_PROFILE
      ? {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...sessionToken,
          },
        }
      : {}),
  };
}

/** One pool of connections for all clients. */
async function httpHandler(): Promise<NonNullable<EC2ClientConfig["requestHandler"]>> {
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  return new NodeHttpHandler({
    connectionTimeout: 5_000,
    requestTimeout: 60_000,
    throwOnRequestTimeout: true,
    socketTimeout: 60_000,
  });
}

/** Bucket names cannot be part of the host name of an endpoint of one's own. */
function hasOwnEndpoint(options: AwsClientsOptions, env: NodeJS.ProcessEnv): boolean {
  if (options.endpoint !== undefined) return true;
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === "true") return false;
  return Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
}
