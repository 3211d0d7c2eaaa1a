import { z } from "zod";

const Count = z.int().min(0).nullish();

const UploadAnswer = z.object({
  num_flows_received: Count,
  num_flows_failed: Count,
  failed_flows: z.array(z.unknown()).nullish(),
});

/** How many flows of one call the PCE took, and what it says of the others. */
export interface UploadCounts {
  readonly received: number;
  readonly failures: readonly string[];
}

/**
 * Reads the answer to an upload of `sent` flows. Whether the PCE counts failed flows among those received is nowhere
 * said, so a flow counts as received only when it is in the one number and not in the other.
 *
 * @returns undefined when the answer does not say how many flows count
 */
export function parseUploadAnswer(json: unknown, sent: number): UploadCounts | undefined {
  const answer = UploadAnswer.safeParse(json);
  if (!answer.success || typeof answer.data.num_flows_received !== "number") return undefined;
  const reported = (answer.data.failed_flows ?? []).map(failureText);
  const failed = Math.min(sent, Math.max(answer.data.num_flows_failed ?? 0, reported.length));
  const received = Math.min(answer.data.num_flows_received, sent - failed);
  const unnamed = sent - received - reported.length;
  return unnamed > 0
    ? { received, failures: [...reported, `${unnamed} flows: the PCE did not take them and gave no reason`] }
    : { received, failures: reported };
}

function failureText(json: unknown): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}
