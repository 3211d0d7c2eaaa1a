import type { Conversation } from "../core/flow/conversation.ts";
import { parseFlowLogKey } from "../core/flow/flow-log-key.ts";
import { knownDatabases } from "../core/flow/known-databases.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import { flowKey, type UploadFlow } from "../core/upload/upload-flow.ts";
import { windowName } from "../core/upload/window-name.ts";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import type { ReadObject } from "./read-batches.ts";
import type { WindowFlows } from "./upload-traffic.ts";

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

/** What of the conversations is sent. */
export interface FlowChoice {
  /** Refused attempts, too: a map would show them as traffic. */
  readonly rejected?: boolean;
}

/**
 * The flows that a map of traffic should show: accepted conversations whose direction is certain and whose port is
 * known, each once. A refused attempt is no traffic, and a guess at the direction would draw the arrow the wrong way.
 */
export function uploadFlows(
  conversations: readonly Conversation[],
  choice: FlowChoice = {},
): readonly UploadFlow[] {
  const flows = new Map<string, UploadFlow>();
  for (const conversation of conversations) {
    const flow = flowOf(conversation, choice);
    if (flow !== undefined) flows.set(flowKey(flow), flow);
  }
  return [...flows.values()];
}

function flowOf(conversation: Conversation, { rejected = false }: FlowChoice): UploadFlow | undefined {
  const { consumer, provider, port, action, orientedBy } = conversation;
  const protocol = protocolOf(conversation);
  if (orientedBy === "unknown" || port === undefined || protocol === undefined) return undefined;
  if (action === "REJECT" && !rejected) return undefined;
  return { consumer, provider, port, protocol };
}

/** IANA's number. A log without the column still says it of databases: those speak TCP only. */
function protocolOf({ protocol, database }: Conversation): number | undefined {
  if (protocol === undefined) return database === undefined ? undefined : PROTOCOLS.tcp;
  const number = PROTOCOLS[protocol] ?? Number(protocol);
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined;
}

/**
 * The flows of some objects by the hour that they were seen in: that of an object's five minutes, else of a
 * conversation's first record. Each object is taken by itself, so that however often and beside whatever others it
 * comes, its flows are of the same hour. An object without any time is a window of its own.
 *
 * @param digestOf an object's name for all time; asked only where there is no time
 */
export async function windowFlows(
  objects: readonly ReadObject[],
  addresses: readonly DatabaseAddress[],
  digestOf: (object: FlowLogObject) => Promise<string>,
  choice: FlowChoice = {},
): Promise<readonly WindowFlows[]> {
  const known = knownDatabases(addresses.map((a) => ({ ...a, database: a.id })));
  const windows = new Map<string, Map<string, UploadFlow>>();
  for (const { object, traffic } of objects) {
    const slot = object.key === undefined ? undefined : parseFlowLogKey(object.key)?.slot;
    const always = slot === undefined ? undefined : windowName(slot.start);
    for (const conversation of traffic.table.conversations(known)) {
      const flow = flowOf(conversation, choice);
      if (flow === undefined) continue;
      const name = always ?? conversation.firstSeen?.slice(0, 13) ?? `object-${await digestOf(object)}`;
      const window = windows.get(name) ?? new Map<string, UploadFlow>();
      windows.set(name, window.set(flowKey(flow), flow));
    }
  }
  return [...windows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([window, flows]) => ({ window, flows: [...flows.values()] }));
}
