import { createHash } from "node:crypto";
import { z } from "zod";
import type { FifoMessage } from "../../adapters/aws/send-to-queue.ts";
import type { Hint } from "./hints.ts";

const Message = z.object({ version: z.literal(1), canary: z.string() });

/** Whether an event is about the canary, which belongs to no database. */
export const isOfCanary = ({ change }: Hint, canary: string | undefined): boolean =>
  canary !== undefined && change?.resources.includes(canary) === true;

/** Whether it tells that somebody was let in; that a repair took a rule away is no news. */
export const opensCanary = (hint: Hint, canary: string | undefined): boolean =>
  isOfCanary(hint, canary) && hint.change?.operation === "AuthorizeSecurityGroupIngress";

/** Hands the canary over as if it were a database. */
export const canaryMessage = (requestId: string, canary: string): FifoMessage => ({
  group: "canary",
  deduplicationId: createHash("sha256").update(`${requestId} ${canary}`).digest("hex"),
  body: JSON.stringify({ version: 1, canary }),
});

/** @returns the group that a message is about; `undefined` when it is about a database */
export function parseCanaryMessage(body: string): string | undefined {
  const parsed = Message.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data.canary : undefined;
}
