import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../adapters/aws/aws-live-state.ts";
import { callMeter } from "../../adapters/aws/call-meter.ts";
import { type FormatsOf, logGroupFormats } from "../../adapters/aws/log-group-formats.ts";
import { sendToQueue } from "../../adapters/aws/send-to-queue.ts";
import { historyWriter } from "../../adapters/history/history-writer.ts";
import { objectDigest } from "../../adapters/history/object-digest.ts";
import type { ApplyPorts } from "../../app/apply-run.ts";
import type { IngestPorts, IngestSettings } from "../../app/ingest-flow-logs.ts";
import { type KeepInventory, keptInventories } from "../../app/kept-inventory.ts";
import type { HistoryRecorder } from "../../app/record-object.ts";
import { correlationId } from "./correlation-id.ts";
import { stopMoment } from "./deadline.ts";
import { type LambdaEnvironment, parseEnvironment } from "./environment.ts";
import { eventMessages } from "./event-messages.ts";
import { lambdaAudit } from "./lambda-audit.ts";
import { askHistory, type DeployedHistory, deployedHistory } from "./lambda-history.ts";
import { lambdaLoggers, type Redact } from "./lambda-logger.ts";
import { lambdaPolicy } from "./lambda-policy.ts";
import { deployedUpload } from "./lambda-uploads.ts";
import { portsOf } from "./places.ts";
import { planSettings } from "./plan-settings.ts";
import { reconcileMessages } from "./reconcile-message.ts";
import { systemClock } from "./system-clock.ts";
import { type TargetName, targets } from "./targets.ts";

/** What one request works with. */
export interface LambdaDeps {
  /** Those of the function's own account and region. */
  readonly ports: IngestPorts;
  /** What is another in the account and region that wrote a flow log. @throws AwsFault when it cannot be reached */
  readonly portsOf: (name: TargetName | undefined) => Promise<Pick<IngestPorts, "inventory" | "apply">>;
  readonly settings: IngestSettings;
  readonly clients: AwsClients;
  /** What flow logs in CloudWatch Logs are written in. */
  readonly formatsOf: FormatsOf;
  readonly logger: Logger;
  /** Absent where no history is kept. */
  readonly history?: DeployedHistory;
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
  const meter = callMeter({ percent: settings.MOAT_CALL_PERCENT, clock: systemClock });
  const clients = awsClients({ env, meter });
  const policySource = lambdaPolicy(settings, clients);
  const apply: ApplyPorts = {
    live: awsLiveState(clients),
    enforcement: awsEnforcement(clients),
    audit: lambdaAudit(settings, clients, audit),
    clock: systemClock,
  };
  const keep = keepInventory(settings);
  const inventory = keep("home", awsInventorySource(clients, `live ${settings.AWS_REGION}`));
  const plan = planSettings(settings);
  const history = deployedHistory(clients, settings);
  const to = policySource.upload;
  const upload = to === undefined ? undefined : deployedUpload(to, clients, settings);
  const formatsOf = logGroupFormats(clients, systemClock.now, ({ code, operation, fix }) =>
    logger.warn("formats of flow logs not read", { code, operation, fix }),
  );
  const reach = targets(settings, env, clients, meter);
  return {
    redact,
    begin: (event, context) => {
      for (const each of [logger, audit]) {
        each.addContext(context);
        each.setCorrelationId(correlationId(event) ?? context.awsRequestId);
      }
      const stopAt = stopMoment(Date.now(), context);
      const ports = {
        inventory,
        policy: policySource.until(stopAt),
        apply,
        ...(upload === undefined ? {} : { upload }),
        ...(history === undefined
          ? {}
          : {
              history: recorderOf(history),
              seen: askHistory(history, settings.MOAT_HISTORY_SEEN_DAYS, logger),
            }),
        ...(settings.MOAT_QUEUE_URL === undefined
          ? {}
          : { handOver: handOver(clients, settings.MOAT_QUEUE_URL, event, context) }),
      };
      return {
        clients,
        formatsOf,
        logger,
        ports,
        portsOf: (name) => portsOf(ports, name, { settings, context, targets: reach, logger, keep }),
        settings: { plan, stopAt },
        ...(history === undefined ? {} : { history }),
      };
    },
  };
}

/** For so long a warm function knows what there is. AWS delivers flow logs minutes after what they tell of. */
const INVENTORY_KEPT_MS = 60_000;

/** A function that changes databases itself must not work from what it knew a minute ago. */
const keepInventory = ({ MOAT_QUEUE_URL: queue }: LambdaEnvironment): KeepInventory =>
  queue === undefined ? (_, source) => source : keptInventories(systemClock, INVENTORY_KEPT_MS);

const recorderOf = ({ store }: DeployedHistory): HistoryRecorder => ({
  writer: historyWriter(store),
  digestOf: objectDigest,
});

/** Gives the databases of an event to the queue of `reconcile`, with the objects in which they were seen. */
const handOver =
  (clients: AwsClients, queueUrl: string, event: unknown, { awsRequestId }: Context) =>
  async (arns: readonly string[]): Promise<void> => {
    const objects = eventMessages(event).messages.flatMap((message) => message.objects);
    await sendToQueue(clients, queueUrl, reconcileMessages(awsRequestId, arns, { objects }));
  };
