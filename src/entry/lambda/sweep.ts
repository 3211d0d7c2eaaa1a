import type { Context, SQSBatchResponse } from "aws-lambda";
import { keeper } from "./keeper.ts";
import { redacted } from "./redacted.ts";
import { sweepEvent } from "./sweep-event.ts";

const wired = keeper("moat-sweep", process.env);

/** A schedule fires, or something changed in AWS: looks at all accounts, or at those concerned. */
export const handler = (event: unknown, context: Context): Promise<SQSBatchResponse> =>
  redacted(wired.redact, () => sweepEvent(wired, event, context));
