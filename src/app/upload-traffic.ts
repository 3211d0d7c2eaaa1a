import type { Conversation } from "../core/flow/conversation.ts";
import type { UploadFlow, UploadReceipt } from "../ports/traffic-upload.ts";

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

/**
 * The flows that a map of traffic should show: accepted conversations whose direction is certain and whose port is
 * known, each once. A refused attempt is no traffic, and a guess at the direction would draw the arrow the wrong way.
 */
export function uploadFlows(conversations: readonly Conversation[]): readonly UploadFlow[] {
  const flows = new Map<string, UploadFlow>();
  for (const { consumer, provider, port, protocol = "tcp", action, orientedBy } of conversations) {
    if (action === "REJECT" || orientedBy === "unknown" || port === undefined) continue;
    const flow = { consumer, provider, port, protocol: PROTOCOLS[protocol] ?? Number(protocol) };
    if (Number.isInteger(flow.protocol)) flows.set(`${consumer} ${provider} ${port} ${flow.protocol}`, flow);
  }
  return [...flows.values()];
}

/** Adds up what the PCE said of several uploads. */
export function addReceipts(receipts: readonly UploadReceipt[]): UploadReceipt {
  return {
    sent: receipts.reduce((n, r) => n + r.sent, 0),
    received: receipts.reduce((n, r) => n + r.received, 0),
    failed: receipts.reduce((n, r) => n + r.failed, 0),
    failures: receipts.flatMap((r) => r.failures),
  };
}
