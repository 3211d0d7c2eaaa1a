import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { awsClients } from "../../adapters/aws/aws-clients.ts";
import { callMeter } from "../../adapters/aws/call-meter.ts";
import { drawMaps } from "./draw-maps.ts";
import { parseEnvironment } from "./environment.ts";
import { lambdaLoggers } from "./lambda-logger.ts";
import { lambdaPolicy } from "./lambda-policy.ts";
import { redacted } from "./redacted.ts";
import { systemClock } from "./system-clock.ts";
import { targets } from "./targets.ts";
import { telemetry } from "./telemetry.ts";
import { parseUi } from "./ui-inside.ts";

const SERVICE = "moat-map";
const settings = parseEnvironment(process.env);
const { logger, redact } = lambdaLoggers(process.env, SERVICE);
const { count, flush } = telemetry(SERVICE, process.env);
const meter = callMeter({ percent: settings.MOAT_CALL_PERCENT, clock: systemClock });
const clients = awsClients({ env: process.env, meter });
// Made by the build, beside this file.
const ui = parseUi(readFileSync(new URL("./ui.json", import.meta.url), "utf8"));
const deps = {
  settings,
  clients,
  targets: targets(settings, process.env, clients, meter),
  policy: lambdaPolicy(settings, clients),
  logger,
  count,
  ui,
};

/** A schedule fires: draws the map of each account and region anew. */
export const handler = (_event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  return redacted(redact, () => drawMaps(deps, context)).finally(flush);
};
