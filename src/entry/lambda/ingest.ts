import { type BatchAnswer, ingestEvent } from "./ingest-event.ts";
import { wire } from "./wire.ts";

const deps = wire(process.env);

/** Flow-log objects arrive: shows their flows to the PCE and brings the databases concerned to what policy says. */
export const handler = async (event: unknown): Promise<BatchAnswer> => ingestEvent(deps, event);
