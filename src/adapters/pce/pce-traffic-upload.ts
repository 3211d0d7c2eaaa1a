import type { UploadFlow } from "../../core/upload/upload-flow.ts";
import { PolicyFault, type PolicyFaultKind } from "../../ports/policy-fault.ts";
import { MAX_UPLOAD, type TrafficUpload, type UploadReceipt } from "../../ports/traffic-upload.ts";
import { parseUploadAnswer } from "./parse/upload-answer.ts";
import type { PceClient } from "./pce-client.ts";

const PATH = "agents/bulk_traffic_flows";

/** Refusals before anything is taken, which may pass. */
const TOOK_NOTHING: ReadonlySet<PolicyFaultKind> = new Set([
  "credentials",
  "denied",
  "notFound",
  "unreachable",
  "rateLimited",
]);

/** Sends oriented flows to a live PCE, so that its map shows them. The client may be shared with reads: one budget. */
export function trafficUploadOf(client: PceClient): TrafficUpload {
  return { upload: (flows) => uploadFlows(client, flows) };
}

/** One call. Without an answer, or after a server error, nobody knows whether the PCE counts the flows. */
async function uploadFlows(client: PceClient, flows: readonly UploadFlow[]): Promise<UploadReceipt> {
  const sent = flows.length;
  if (sent === 0) return { sent, received: 0, failed: 0, unsure: 0, failures: [] };
  if (sent > MAX_UPLOAD) throw new RangeError(`A PCE takes ${MAX_UPLOAD} flows in one call, not ${sent}`);
  try {
    const answer = await client.request({
      method: "POST",
      path: PATH,
      headers: { "content-type": "text/csv" },
      body: flows.map(csvLine).join("\n"),
    });
    const counts = parseUploadAnswer(answer.json, sent);
    return counts === undefined
      ? unsure(sent, "the PCE did not say how many it received")
      : {
          sent,
          received: counts.received,
          failed: sent - counts.received,
          unsure: 0,
          failures: counts.failures,
        };
  } catch (error) {
    if (!(error instanceof PolicyFault) || TOOK_NOTHING.has(error.kind)) throw error;
    if (error.kind !== "invalid") return unsure(sent, error.message);
    // It refuses the content, and would refuse it again.
    return { sent, received: 0, failed: sent, unsure: 0, failures: [`${sent} flows: ${error.message}`] };
  }
}

const unsure = (sent: number, why: string): UploadReceipt => ({
  sent,
  received: 0,
  failed: 0,
  unsure: sent,
  failures: [`${sent} flows: ${why}`],
});

function csvLine({ consumer, provider, port, protocol }: UploadFlow): string {
  return `${consumer},${provider},${port},${protocol}`;
}
