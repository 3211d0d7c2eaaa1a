import type { Context, SQSBatchResponse } from "aws-lambda";
import { ingestEvent } from "./ingest-event.ts";
import { markAtOnce } from "./mark-at-once.ts";
import { redacted } from "./redacted.ts";
import { isScheduled } from "./scheduled-event.ts";
import { tendHistory } from "./tend-history.ts";
import { wire } from "./wire.ts";

markAtOnce();
const { begin, redact } = wire(process.env);

/**
 * Flow-log objects arrive: brings the databases concerned to what policy says and shows the flows to the PCE. A
 * schedule fires: tends the history of what they told.
 */
export const handler = (event: unknown, context: Context): Promise<SQSBatchResponse | undefined> =>
  redacted(redact, async () => {
    const deps = begin(event, context);
    if (!isScheduled(event)) return ingestEvent(deps, event);
    await tendHistory(deps);
    return undefined;
  });
