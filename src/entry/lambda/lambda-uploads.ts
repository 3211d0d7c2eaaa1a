import { randomUUID } from "node:crypto";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { s3Texts } from "../../adapters/aws/s3-texts.ts";
import { parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import { objectDigest } from "../../adapters/history/object-digest.ts";
import { textsInMemory } from "../../adapters/notify/texts-in-memory.ts";
import { ledgerName, uploadLedger } from "../../adapters/pce/upload-ledger.ts";
import type { FlowUpload } from "../../app/ingest-flow-logs.ts";
import type { TrafficUpload } from "../../ports/traffic-upload.ts";
import type { VersionedTexts } from "../../ports/versioned-text.ts";
import type { LambdaEnvironment } from "./environment.ts";
import { systemClock } from "./system-clock.ts";

/**
 * Sends flows by a ledger: beside what else is remembered, for each PCE and organisation apart. Without such a place it
 * is remembered by this one function for as long as it lives.
 */
export function deployedUpload(
  to: TrafficUpload,
  clients: AwsClients,
  settings: LambdaEnvironment,
): FlowUpload {
  const ledger = uploadLedger(textsOf(clients, settings));
  const keepDays = settings.MOAT_HISTORY_DAYS;
  return { to, ledger, clock: systemClock, newId: randomUUID, digestOf: objectDigest, keepDays };
}

function textsOf(clients: AwsClients, settings: LambdaEnvironment): VersionedTexts {
  const state = settings.MOAT_STATE === undefined ? undefined : parseS3Uri(settings.MOAT_STATE);
  if (state?.ok !== true || settings.MOAT_PCE_URL === undefined)
    return textsInMemory(() => systemClock.now());
  const { bucket, prefix } = state.value;
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const name = ledgerName(settings.MOAT_PCE_URL, settings.MOAT_PCE_ORG);
  return s3Texts(clients, { bucket, prefix: `${folder}uploads/${name}` });
}
