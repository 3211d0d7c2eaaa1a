import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { type Followed, followTraffic } from "../../app/follow-traffic.ts";
import { newFlowLogs } from "../../app/new-flow-logs.ts";
import type { Traffic } from "../../app/read-traffic.ts";
import type { TimeWindow } from "../../core/flow/conversation.ts";
import type { CliContext } from "./context.ts";
import type { Settings } from "./settings.ts";
import { flowCrew } from "./wire/flow-crew.ts";
import { clientsFor, openFlows } from "./wire/flow-sources.ts";

/** Reads the flow logs that were named; `undefined` when none were. */
export async function readFlows(
  context: CliContext,
  settings: Settings,
  clients: AwsClients | undefined,
  window?: TimeWindow,
  workers?: number,
): Promise<Traffic | undefined> {
  return (await followFlows(context, settings, clients, window, workers)?.look())?.traffic;
}

/** The flow logs that were named. */
interface NamedFlows {
  /** All of them, however often it is called. */
  readonly look: () => Promise<Followed>;
  /** Those that came since either was called last. */
  readonly news: () => Promise<Traffic>;
}

/** Flow logs that may be looked at again; `undefined` when none were named. */
export function followFlows(
  context: CliContext,
  { flows, region: named, flowFormats }: Settings,
  clients: AwsClients | undefined,
  window?: TimeWindow,
  workers?: number,
): NamedFlows | undefined {
  if (flows === undefined) return undefined;
  let objects = 0;
  const list = () => openFlows(flows, context, clientsFor(context, named, clients), window, flowFormats);
  const told = (): void => {
    objects += 1;
    if (objects % 100 === 0) context.progress(context.progressStyle.dim(`… ${objects} flow-log objects`));
  };
  const read = new Set<string>();
  const crew = context.flowWorker === undefined ? undefined : flowCrew(context.flowWorker, workers);
  const look = followTraffic(list, window, read, crew);
  const news = newFlowLogs(list, read);
  return { look: () => look(told), news: () => news(told) };
}
