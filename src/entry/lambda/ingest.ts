import type { Context, SQSBatchResponse } from "aws-lambda";
import { ingestEvent } from "./ingest-event.ts";
import { wire } from "./wire.ts";

const { begin, redact } = wire(process.env);

/** Flow-log objects arrive: brings the databases concerned to what policy says and shows the flows to the PCE. */
export const handler = async (event: unknown, context: Context): Promise<SQSBatchResponse> => {
  try {
    return await ingestEvent(begin(event, context), event);
  } catch (error) {
    // Lambda logs what is thrown as it is.
    throw new Error(redact(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
};
