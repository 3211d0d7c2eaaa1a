import type { RetryErrorType, RetryStrategyV2 } from "@smithy/types";
import type { AwsClients } from "../../src/adapters/aws/aws-clients.ts";
import { directCall, type SdkCommand } from "../../src/sandbox/aws/direct/direct-call.ts";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";

/** How clients of one process reach the sandbox. */
export interface DirectOptions {
  readonly sandbox: SandboxAws;
  readonly accessKeyId: string;
  readonly region: string;
  readonly reads: RetryStrategyV2;
  readonly writes: RetryStrategyV2;
  /** Lets a call happen when its turn has come. `what` tells calls apart, whatever order they arrive in. */
  readonly enqueue: <T>(what: string, call: () => Promise<T>) => Promise<T>;
}

const SERVICES = [
  ["ec2", "ec2", "EC2Client", "reads"],
  ["ec2Writes", "ec2", "EC2Client", "writes"],
  ["rds", "rds", "RDSClient", "reads"],
  ["rdsWrites", "rds", "RDSClient", "writes"],
  ["serviceQuotas", "servicequotas", "ServiceQuotasClient", "reads"],
  ["sts", "sts", "STSClient", "reads"],
] as const;

const SDKS: Readonly<Record<string, () => Promise<object>>> = {
  ec2: () => import("@aws-sdk/client-ec2"),
  rds: () => import("@aws-sdk/client-rds"),
  servicequotas: () => import("@aws-sdk/client-service-quotas"),
  sts: () => import("@aws-sdk/client-sts"),
};

/**
 * Clients whose commands, paginators and answers are the SDK's, and whose calls go straight to the models of a sandbox.
 * Nothing of the adapters is replaced. The simulation plays a part of its seeds over the wire as well and compares.
 */
export function directClients(options: DirectOptions): AwsClients {
  const made = SERVICES.map(([name, service, type, retries]) => {
    const client = SDKS[service]?.().then((sdk) => {
      const { prototype } = (sdk as Readonly<Record<string, { readonly prototype: object }>>)[type] ?? {
        prototype: {},
      };
      const members = {
        config: { value: { region: async () => options.region } },
        send: { value: (command: SdkCommand) => send(options, service, options[retries], command) },
      };
      return { sdk, client: Object.create(prototype, members) as object };
    });
    return [name, () => client] as const;
  });
  return { ...Object.fromEntries(made), close: () => undefined } as unknown as AwsClients;
}

async function send(
  { sandbox, region, accessKeyId, enqueue }: DirectOptions,
  service: string,
  retries: RetryStrategyV2,
  command: SdkCommand,
): Promise<object> {
  const call = directCall(sandbox, { service, region, accessKeyId }, command);
  const what = whatIsAsked(service, call.operation, call.input);
  let token = await retries.acquireInitialRetryToken("");
  for (;;) {
    try {
      return await enqueue(what, call.make);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      token = await retries.refreshRetryTokenForRetry(token, {
        error: failure as never,
        errorType: typeOf(failure),
      });
    }
  }
}

/** The same text for the same call, whichever way it goes. */
export const whatIsAsked = (service: string, operation: string, input: object): string =>
  `${service} ${operation} ${JSON.stringify(input)}`;

/** As the SDK sorts errors; of its lists of codes, those that the sandbox answers. */
function typeOf(
  error: Error & { readonly code?: string; readonly $metadata?: { readonly httpStatusCode?: number } },
): RetryErrorType {
  if (["RequestLimitExceeded", "Throttling", "ThrottlingException"].includes(error.name)) return "THROTTLING";
  const { code, $metadata } = error;
  const broken = code === "ECONNRESET" || code === "ETIMEDOUT" || error.name === "TimeoutError";
  return broken || ($metadata?.httpStatusCode ?? 0) >= 500 ? "TRANSIENT" : "CLIENT_ERROR";
}
