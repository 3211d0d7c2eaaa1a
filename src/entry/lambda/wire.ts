import { Logger } from "@aws-lambda-powertools/logger";
import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../adapters/aws/aws-live-state.ts";
import { readSecret } from "../../adapters/aws/secrets.ts";
import { secretStoreCredentials } from "../../adapters/pce/credentials-providers.ts";
import { createPceClient } from "../../adapters/pce/pce-client.ts";
import { policySourceOf } from "../../adapters/pce/pce-policy-source.ts";
import { trafficUploadOf } from "../../adapters/pce/pce-traffic-upload.ts";
import type { IngestPorts, IngestSettings } from "../../app/ingest-flow-logs.ts";
import { parseEnvironment } from "./environment.ts";
import { logAudit } from "./log-audit.ts";

/** Everything a handler needs, made once at cold start. */
export interface LambdaDeps {
  readonly ports: IngestPorts;
  readonly settings: IngestSettings;
  readonly clients: AwsClients;
  readonly logger: Logger;
}

/** Wires the adapters by the function's environment. */
export function wire(env: NodeJS.ProcessEnv): LambdaDeps {
  const settings = parseEnvironment(env);
  const logger = new Logger({ serviceName: "moat-ingest" });
  const clients = awsClients({ env });
  const pce = createPceClient({
    url: settings.MOAT_PCE_URL,
    credentials: secretStoreCredentials(settings.MOAT_PCE_SECRET_ID, (id) => readSecret(clients, id)),
    ...(settings.MOAT_PCE_ORG === undefined ? {} : { org: settings.MOAT_PCE_ORG }),
  });
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  return {
    clients,
    logger,
    ports: {
      inventory: awsInventorySource(clients, `live ${settings.AWS_REGION}`),
      policy: policySourceOf(pce),
      upload: trafficUploadOf(pce),
      apply: {
        live: awsLiveState(clients),
        enforcement: awsEnforcement(clients),
        audit: logAudit(logger),
        clock,
      },
    },
    settings: {
      plan: {
        owner: settings.MOAT_OWNER,
        modes: { default: settings.MOAT_MODE, databases: {} },
        acknowledged: new Set(settings.MOAT_ACKNOWLEDGE.split(/\s+/).filter((token) => token !== "")),
        shrinkPercent: settings.MOAT_SHRINK_PERCENT,
      },
    },
  };
}
