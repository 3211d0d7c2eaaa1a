import type { Context, SQSBatchResponse } from "aws-lambda";
import { ingestEvent } from "./ingest-event.ts";
import { redacted } from "./redacted.ts";
import { wire } from "./wire.ts";

const { begin, redact } = wire(process.env);

/** Flow-log objects arrive: brings the databases concerned to what policy says and shows the flows to the PCE. */
export const handler = (event: unknown, context: Context): Promise<SQSBatchResponse> =>
  redacted(redact, () => ingestEvent(begin(event, context), event));
