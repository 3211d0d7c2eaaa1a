import { createHash } from "node:crypto";
import type { FlowLogObject } from "../../ports/flow-log-objects.ts";
import { flowLogParts } from "./flow-log-parts.ts";

/**
 * What a subscription of CloudWatch Logs hands over in an event: gzip in base64. It has no name of its own, so it is
 * named by its content: delivered twice, it is one object.
 */
export function carriedLogEvents(base64: string): FlowLogObject {
  const bytes = Buffer.from(base64, "base64");
  const name = `cloudwatch-logs:${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}`;
  return { name, read: () => flowLogParts(once(bytes), name) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
