import type { Context } from "aws-lambda";
import { awsClients } from "../../adapters/aws/aws-clients.ts";
import { beat } from "./beat.ts";
import { lambdaLoggers } from "./lambda-logger.ts";
import { redacted } from "./redacted.ts";
import { telemetry } from "./telemetry.ts";

const SERVICE = "moat-heartbeat";
const groupId = process.env.MOAT_CANARY ?? "";
if (!/^sg-[0-9a-f]+$/.test(groupId))
  throw new Error(
    `The function's environment is not complete: MOAT_CANARY is "${groupId}", not a group's id`,
  );
const { logger, redact } = lambdaLoggers(process.env, SERVICE);
const { count, flush } = telemetry(SERVICE, process.env);
const clients = awsClients();

/** A schedule fires: tampers with the canary, for the other functions to notice and to undo. */
export const handler = (_event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  return redacted(redact, () => beat({ clients, groupId, logger, count }, new Date())).finally(flush);
};
