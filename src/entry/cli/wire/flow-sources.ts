import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { parseS3Uri } from "../../../adapters/aws/s3-uri.ts";
import { fileFlowLogs } from "../../../adapters/file/file-flow-logs.ts";
import type { TimeWindow } from "../../../core/flow/conversation.ts";
import type { LogFormats } from "../../../core/flow/timed-text.ts";
import type { FlowLogObject, FlowLogObjects } from "../../../ports/flow-log-objects.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";

/**
 * The clients that were opened, else some of this process's own, made when they are first asked for: the SDK is not
 * even loaded where all flow logs are files.
 */
export function clientsFor(
  { env }: CliContext,
  region: string | undefined,
  clients: AwsClients | undefined,
): () => Promise<AwsClients> {
  let made: Promise<AwsClients> | undefined;
  return () => {
    made ??= clients === undefined ? ownClients(env, region) : Promise.resolve(clients);
    return made;
  };
}

async function ownClients(env: NodeJS.ProcessEnv, region: string | undefined): Promise<AwsClients> {
  const { awsClients } = await import("../../../adapters/aws/aws-clients.ts");
  return awsClients({ env, ...(region === undefined ? {} : { region }) });
}

/** Everything that `--flows` names, in the order given: `s3://` prefixes, files, folders, standard input. */
export function openFlows(
  flows: readonly string[],
  context: CliContext,
  clients: () => Promise<AwsClients>,
  window?: TimeWindow,
  formats?: LogFormats,
): FlowLogObjects {
  const parts = flows.map((flow) =>
    flow.startsWith("s3://") ? s3Part(flow, clients, window) : fileFlowLogs([flow], { stdin: context.stdin }),
  );
  return {
    async *list(): AsyncGenerator<FlowLogObject> {
      for (const part of parts)
        for await (const object of part.list()) yield formats === undefined ? object : { ...object, formats };
    },
  };
}

function s3Part(
  flow: string,
  clients: () => Promise<AwsClients>,
  window: TimeWindow | undefined,
): FlowLogObjects {
  const uri = parseS3Uri(flow);
  if (!uri.ok) throw new CliProblem(uri.error);
  const { value } = uri;
  return {
    async *list(): AsyncGenerator<FlowLogObject> {
      const { s3FlowLogs } = await import("../../../adapters/aws/s3-flow-logs.ts");
      yield* s3FlowLogs(await clients(), value, window === undefined ? {} : { window }).list();
    },
  };
}
