import type { Conversation } from "../core/flow/conversation.ts";
import type { TrafficUpload, UploadFlow, UploadReceipt } from "../ports/traffic-upload.ts";
import { expectedProblem } from "./expected-problem.ts";

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

/**
 * The flows that a map of traffic should show: accepted conversations whose direction is certain and whose port is
 * known, each once. A refused attempt is no traffic, and a guess at the direction would draw the arrow the wrong way.
 */
export function uploadFlows(conversations: readonly Conversation[]): readonly UploadFlow[] {
  const flows = new Map<string, UploadFlow>();
  for (const conversation of conversations) {
    const { consumer, provider, port, action, orientedBy } = conversation;
    const protocol = protocolOf(conversation);
    if (action === "REJECT" || orientedBy === "unknown" || port === undefined || protocol === undefined)
      continue;
    flows.set(`${consumer} ${provider} ${port} ${protocol}`, { consumer, provider, port, protocol });
  }
  return [...flows.values()];
}

/** IANA's number. A log without the column still says it of databases: those speak TCP only. */
function protocolOf({ protocol, database }: Conversation): number | undefined {
  if (protocol === undefined) return database === undefined ? undefined : PROTOCOLS.tcp;
  const number = PROTOCOLS[protocol] ?? Number(protocol);
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined;
}

/** Flows of one call, so that the time can be looked at between calls. It is also what a PCE takes at once. */
const PART = 1000;

/**
 * Sends flows part by part. Once a part was sent its flows may count, so that from then on nothing is thrown: what the
 * PCE refused, or what `mayGoOn` left no time for, is in the receipt as failed, and is not to be sent again.
 *
 * @throws AwsFault, PolicyFault when the first part was refused, so that nothing was taken
 */
export async function sendFlows(
  upload: TrafficUpload,
  flows: readonly UploadFlow[],
  mayGoOn: () => boolean = () => true,
): Promise<UploadReceipt> {
  const receipts: UploadReceipt[] = [];
  for (let start = 0; start < flows.length; start += PART) {
    const left = flows.length - start;
    if (start > 0 && !mayGoOn()) return addReceipts([...receipts, unsent(left, "the time was over")]);
    try {
      receipts.push(await upload.upload(flows.slice(start, start + PART)));
    } catch (error) {
      const problem = expectedProblem(error);
      if (start === 0 || problem === undefined) throw error;
      return addReceipts([...receipts, unsent(left, problem.what)]);
    }
  }
  return addReceipts(receipts);
}

const unsent = (count: number, why: string): UploadReceipt => ({
  sent: count,
  received: 0,
  failed: count,
  failures: [`${count} flows were not sent: ${why}`],
});

/** Adds up what the PCE said of several uploads. */
export function addReceipts(receipts: readonly UploadReceipt[]): UploadReceipt {
  return {
    sent: receipts.reduce((n, r) => n + r.sent, 0),
    received: receipts.reduce((n, r) => n + r.received, 0),
    failed: receipts.reduce((n, r) => n + r.failed, 0),
    failures: receipts.flatMap((r) => r.failures),
  };
}
