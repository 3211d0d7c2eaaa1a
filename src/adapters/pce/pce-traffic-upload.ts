import { PolicyFault, type PolicyFaultKind } from "../../ports/policy-fault.ts";
import type { TrafficUpload, UploadFlow, UploadReceipt } from "../../ports/traffic-upload.ts";
import { parseUploadAnswer } from "./parse/upload-answer.ts";
import type { PceClient } from "./pce-client.ts";

/** The PCE takes at most this many flows in one call. */
const CHUNK = 1000;
const PATH = "agents/bulk_traffic_flows";

/** Refusals that would meet every further chunk too. */
const FINAL: ReadonlySet<PolicyFaultKind> = new Set([
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

/**
 * Sends the flows chunk by chunk. A chunk whose fate is unknown (no answer, a server error) counts as failed and is
 * not sent again, because the PCE counts a flow each time that it gets it.
 *
 * @throws PolicyFault when the PCE refuses before it has taken anything
 */
async function uploadFlows(client: PceClient, flows: readonly UploadFlow[]): Promise<UploadReceipt> {
  let received = 0;
  const failures: string[] = [];
  for (let start = 0; start < flows.length; start += CHUNK) {
    const chunk = flows.slice(start, start + CHUNK);
    const outcome = await uploadChunk(client, chunk);
    received += outcome.received;
    failures.push(...outcome.failures);
    if (outcome.fault === undefined || !FINAL.has(outcome.fault.kind)) continue;
    if (start === 0) throw outcome.fault;
    const rest = flows.length - start - chunk.length;
    if (rest > 0) failures.push(`${rest} flows were not sent after that`);
    break;
  }
  return { sent: flows.length, received, failed: flows.length - received, failures };
}

interface ChunkOutcome {
  readonly received: number;
  readonly failures: readonly string[];
  readonly fault?: PolicyFault;
}

async function uploadChunk(client: PceClient, chunk: readonly UploadFlow[]): Promise<ChunkOutcome> {
  try {
    const answer = await client.request({
      method: "POST",
      path: PATH,
      headers: { "content-type": "text/csv" },
      body: chunk.map(csvLine).join("\n"),
    });
    return parseUploadAnswer(answer.json, chunk.length);
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    return { received: 0, failures: [`${chunk.length} flows: ${error.message}`], fault: error };
  }
}

function csvLine({ consumer, provider, port, protocol }: UploadFlow): string {
  return `${consumer},${provider},${port},${protocol}`;
}
