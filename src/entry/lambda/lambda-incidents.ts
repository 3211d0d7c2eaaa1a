import type { Logger } from "@aws-lambda-powertools/logger";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { s3VersionedText } from "../../adapters/aws/s3-text.ts";
import { folderOf, type S3Uri } from "../../adapters/aws/s3-uri.ts";
import { readSecret } from "../../adapters/aws/secrets.ts";
import { bookText } from "../../adapters/notify/book-text.ts";
import { eventBridgeNotifier } from "../../adapters/notify/event-bridge-notifier.ts";
import { webhookNotifier } from "../../adapters/notify/webhook-notifier.ts";
import {
  noteIncidents,
  type Seen,
  type TellPorts,
  tellIncidents,
} from "../../app/incident/tell-incidents.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { Notifier } from "../../ports/notifier.ts";
import type { LambdaEnvironment } from "./environment.ts";
import { systemClock } from "./system-clock.ts";
import type { TargetName } from "./targets.ts";
import type { Telemetry } from "./telemetry.ts";

/** Incidents of a target, or of the installation as a whole. Nothing of it throws. */
export interface LambdaIncidents {
  /** Writes down what is about to be mended. @returns what `tell` has to know of it */
  readonly note: (of: TargetName, found: Seen["found"]) => Promise<ReadonlySet<string>>;
  readonly tell: (
    of: TargetName | "hub",
    seen: Pick<Seen, "covers" | "found" | "left" | "noted">,
  ) => Promise<void>;
}

/** Wires the channels that the environment names. Without any, nothing is asked and nothing remembered. */
export function lambdaIncidents(
  settings: LambdaEnvironment,
  clients: AwsClients,
  state: S3Uri,
  { logger, count }: Pick<Telemetry, "count"> & { readonly logger: Logger },
): LambdaIncidents {
  const notifiers = notifiersOf(settings, clients);
  const folder = folderOf(state.prefix);
  const ports: TellPorts = {
    owner: settings.MOAT_OWNER,
    clock: systemClock,
    notifiers,
    failed: ({ channel, key, error }) =>
      logger.error("notification failed", { channel, key, ...problemOf(error) }),
  };
  const bookOf = (of: TargetName | "hub") => {
    const name = of === "hub" ? "hub" : `${of.accountId}/${of.region}`;
    const place = { bucket: state.bucket, key: `${folder}incidents/${name}.json` };
    return { format: bookText, book: s3VersionedText(clients, place) };
  };
  return {
    note: (of, found) => noteIncidents(ports, { found, ...bookOf(of) }),
    tell: async (of, seen) => {
      if (notifiers.length === 0) return;
      const missed = await tellIncidents(ports, { ...seen, ...bookOf(of) });
      if (missed > 0) count("NotificationsMissed", missed);
    },
  };
}

/** A topic is not among them: a rule of the bus feeds it, and the functions need no client of SNS. */
function notifiersOf(
  { MOAT_NOTIFY_BUS, MOAT_NOTIFY_WEBHOOK_SECRET }: LambdaEnvironment,
  clients: AwsClients,
): readonly Notifier[] {
  return [
    ...(MOAT_NOTIFY_BUS === undefined ? [] : [eventBridgeNotifier(clients, MOAT_NOTIFY_BUS)]),
    ...(MOAT_NOTIFY_WEBHOOK_SECRET === undefined
      ? []
      : [
          webhookNotifier({
            clock: systemClock,
            url: () => readSecret(clients, MOAT_NOTIFY_WEBHOOK_SECRET),
          }),
        ]),
  ];
}

const problemOf = (error: unknown): object =>
  error instanceof AwsFault
    ? { code: error.code, operation: error.operation, fix: error.fix }
    : { problem: error instanceof Error ? error.message : String(error) };
