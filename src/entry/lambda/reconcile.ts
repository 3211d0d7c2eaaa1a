import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { keeper } from "./keeper.ts";
import { reconcileEvent } from "./reconcile-event.ts";
import { redacted } from "./redacted.ts";

const wired = keeper("moat-reconcile", process.env);

/** A database may be other than policy says: brings it there. */
export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  redacted(wired.redact, () => reconcileEvent(wired, event, context));
