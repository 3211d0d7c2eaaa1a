import { takeMoment } from "./change-probe.ts";
import type { PceClient } from "./pce-client.ts";

/** What a PCE says of itself in three small answers. */
export interface PceProbe {
  /** The policy version in force. */
  readonly version: string;
  readonly seesEvents: boolean;
  /** Milliseconds of one small answer. */
  readonly answerMs: number;
  /** Milliseconds by which this machine's clock is ahead of the PCE's; absent when the PCE tells no time. */
  readonly aheadMs?: number;
}

/**
 * Asks a PCE little enough to do it at any time.
 *
 * @throws PolicyFault, `unreachable` for a certificate that is not trusted, too
 */
export async function probePce(client: PceClient): Promise<PceProbe> {
  const { token } = await takeMoment(client, "active");
  const asked = client.clock.now();
  const { headers } = await client.request({ method: "GET", path: "labels?max_results=1" });
  const answered = client.clock.now();
  const theirs = Date.parse(headers.get("date") ?? "");
  // The header has whole seconds, cut off.
  const aheadMs = (asked + answered) / 2 - (theirs + 500);
  return {
    version: token.version,
    seesEvents: token.seen !== undefined,
    answerMs: answered - asked,
    ...(Number.isNaN(theirs) ? {} : { aheadMs }),
  };
}
