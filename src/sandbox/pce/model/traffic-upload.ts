import { parseIp } from "../address/ip.ts";
import type { JsonObject } from "./json.ts";
import { done, type Outcome, refuse } from "./outcome.ts";
import type { PceState, ReceivedFlow } from "./state.ts";

const MAX_FLOWS = 1000;

/**
 * `POST agents/bulk_traffic_flows`: text, one `src_ip,dst_ip,dst_port,protocol` a line, no header row.
 *
 * @returns counts; a line that cannot be read counts as failed and comes back in `failed_flows`
 */
export function uploadFlows(state: PceState, text: string): Outcome<JsonObject> {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length > MAX_FLOWS) {
    return refuse("input_validation_error", `At most ${MAX_FLOWS} flows in one request, got ${lines.length}`);
  }
  const failed: string[] = [];
  for (const line of lines) {
    const flow = parseFlow(line, state.now());
    if (flow === undefined) failed.push(line);
    else state.receivedFlows.push(flow);
  }
  return done({ num_flows_received: lines.length, num_flows_failed: failed.length, failed_flows: failed });
}

function parseFlow(line: string, receivedAt: number): ReceivedFlow | undefined {
  const [srcIp = "", dstIp = "", dstPort = "", protocol = "", ...rest] = line.split(",");
  const numbers = /^\d{1,5}$/.test(dstPort) && /^\d{1,3}$/.test(protocol);
  if (rest.length > 0 || !numbers || Number(dstPort) > 65_535 || Number(protocol) > 255) return undefined;
  if (parseIp(srcIp) === undefined || parseIp(dstIp) === undefined) return undefined;
  return { srcIp, dstIp, dstPort: Number(dstPort), protocol: Number(protocol), receivedAt };
}
