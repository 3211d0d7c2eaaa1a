import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { s3FlowLogs } from "../../../adapters/aws/s3-flow-logs.ts";
import { parseS3Uri } from "../../../adapters/aws/s3-uri.ts";
import { fileFlowLogs } from "../../../adapters/file/file-flow-logs.ts";
import type { TimeWindow } from "../../../core/flow/conversation.ts";
import type { FlowLogObject, FlowLogObjects } from "../../../ports/flow-log-objects.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";

/** Everything that `--flows` names, in the order given: `s3://` prefixes, files, folders, standard input. */
export function openFlows(
  flows: readonly string[],
  context: CliContext,
  clients: () => AwsClients,
  window?: TimeWindow,
): FlowLogObjects {
  const parts = flows.map((flow) =>
    flow.startsWith("s3://")
      ? s3Part(flow, clients(), window)
      : fileFlowLogs([flow], { stdin: context.stdin }),
  );
  return {
    async *list(): AsyncGenerator<FlowLogObject> {
      for (const part of parts) yield* part.list();
    },
  };
}

function s3Part(flow: string, clients: AwsClients, window: TimeWindow | undefined): FlowLogObjects {
  const uri = parseS3Uri(flow);
  if (!uri.ok) throw new CliProblem(uri.error);
  return s3FlowLogs(clients, uri.value, window === undefined ? {} : { window });
}
