import { createHash } from "node:crypto";
import { z } from "zod";
import type { FifoMessage } from "../../adapters/aws/send-to-queue.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import type { AnnouncedObject } from "./announced-objects.ts";

const Change = z.object({
  at: z.string(),
  operation: z.string(),
  actor: z.object({ arn: z.string(), name: z.string(), isService: z.boolean() }),
  userAgent: z.string(),
  sourceAddress: z.string(),
  accountId: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
});
const Message = z.object({
  version: z.literal(1),
  database: z.string().regex(/^arn:[^:]+:rds:[a-z0-9-]+:[0-9]{12}:/),
  changes: z.array(Change),
  objects: z.array(z.object({ bucket: z.string(), key: z.string(), versionId: z.string().exactOptional() })),
});

/** A database to look after, and why: the rest is a hint, and may be empty. */
export type ReconcileMessage = z.infer<typeof Message>;

/** What a message may bring along. */
export interface ReconcileHints {
  readonly changes?: readonly ResourceChange[];
  /** Flow-log objects in which the database was seen. */
  readonly objects?: readonly AnnouncedObject[];
}

/** More than these do not fit into the time of one run; the newest say most. */
const MAX_OBJECTS = 50;
const MAX_CHANGES = 100;

/**
 * One message for each database, in this order. Messages of one database are worked on one after another. Two requests
 * never make the same message: somebody may have done the same thing again since.
 */
export function reconcileMessages(
  requestId: string,
  arns: readonly string[],
  { changes = [], objects = [] }: ReconcileHints = {},
): readonly FifoMessage[] {
  return arns.map((database) => ({
    group: digest(database),
    deduplicationId: digest(`${requestId} ${database}`),
    body: JSON.stringify({
      version: 1,
      database,
      changes: changes.slice(-MAX_CHANGES),
      objects: objects.slice(-MAX_OBJECTS),
    }),
  }));
}

/** @throws Error when the text is no such message */
export function parseReconcileMessage(body: string): ReconcileMessage {
  return Message.parse(JSON.parse(body));
}

/** ARNs are longer than the ids of a queue may be. */
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
