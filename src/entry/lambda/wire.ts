import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../adapters/aws/aws-live-state.ts";
import { readSecret } from "../../adapters/aws/secrets.ts";
import { secretStoreCredentials } from "../../adapters/pce/credentials-providers.ts";
import { createPceClient, type PceClient } from "../../adapters/pce/pce-client.ts";
import { policySourceOf } from "../../adapters/pce/pce-policy-source.ts";
import { trafficUploadOf } from "../../adapters/pce/pce-traffic-upload.ts";
import type { ApplyPorts } from "../../app/apply-run.ts";
import type { IngestPorts, IngestSettings } from "../../app/ingest-flow-logs.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PolicySource } from "../../ports/policy-source.ts";
import { correlationId } from "./correlation-id.ts";
import { stopMoment } from "./deadline.ts";
import { type LambdaEnvironment, parseEnvironment } from "./environment.ts";
import { lambdaLoggers, type Redact } from "./lambda-logger.ts";
import { logAudit } from "./log-audit.ts";

/** What one request works with. */
export interface LambdaDeps {
  readonly ports: IngestPorts;
  readonly settings: IngestSettings;
  readonly clients: AwsClients;
  readonly logger: Logger;
}

/** What is made once, at cold start. */
export interface LambdaWiring {
  /** Begins a request: every log line from now on has its ids, and nothing new is begun when its time is over. */
  readonly begin: (event: unknown, context: Context) => LambdaDeps;
  readonly redact: Redact;
}

/** Wires the adapters by the function's environment. Loads and asks nothing that the first event may not need. */
export function wire(env: NodeJS.ProcessEnv): LambdaWiring {
  const settings = parseEnvironment(env);
  const { logger, audit, redact } = lambdaLoggers(env);
  const clients = awsClients({ env });
  const pce = createPceClient({
    url: settings.MOAT_PCE_URL,
    credentials: secretStoreCredentials(settings.MOAT_PCE_SECRET_ID, (id) => readSecret(clients, id)),
    timeoutMs: Math.round(settings.MOAT_PCE_TIMEOUT_SECONDS * 1000),
    ...(settings.MOAT_PCE_ORG === undefined ? {} : { org: settings.MOAT_PCE_ORG }),
  });
  const apply: ApplyPorts = {
    live: awsLiveState(clients),
    enforcement: awsEnforcement(clients),
    audit: logAudit(audit),
    clock: systemClock,
  };
  const inventory = awsInventorySource(clients, `live ${settings.AWS_REGION}`);
  const upload = trafficUploadOf(pce);
  const plan = planSettings(settings);
  return {
    redact,
    begin: (event, context) => {
      for (const each of [logger, audit]) {
        each.addContext(context);
        each.setCorrelationId(correlationId(event) ?? context.awsRequestId);
      }
      const stopAt = stopMoment(Date.now(), context);
      const policy = policyUntil(pce, stopAt);
      return { clients, logger, ports: { inventory, policy, upload, apply }, settings: { plan, stopAt } };
    },
  };
}

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/** Each read may take what is left of the time. */
function policyUntil(pce: PceClient, stopAt: number): PolicySource {
  const { name } = policySourceOf(pce);
  return { name, read: (version) => policySourceOf(pce, Math.max(1, stopAt - Date.now())).read(version) };
}

const planSettings = (env: LambdaEnvironment): IngestSettings["plan"] => ({
  owner: env.MOAT_OWNER,
  modes: { default: env.MOAT_MODE, databases: {} },
  acknowledged: new Set(env.MOAT_ACKNOWLEDGE.split(/\s+/).filter((token) => token !== "")),
  shrinkPercent: env.MOAT_SHRINK_PERCENT,
});
