import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { callMeter } from "../../adapters/aws/call-meter.ts";
import { lookUpChanges } from "../../adapters/aws/lookup-changes.ts";
import { s3VersionedText } from "../../adapters/aws/s3-text.ts";
import { folderOf, parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import type { PolicyInHand } from "../../app/watch/keep-policy.ts";
import type { SurveyPorts, SweepSettings } from "../../app/watch/survey.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { VersionedText } from "../../ports/versioned-text.ts";
import { acknowledgedTokens } from "./acknowledged.ts";
import { correlationId } from "./correlation-id.ts";
import { stopMoment } from "./deadline.ts";
import { type LambdaEnvironment, needed, parseEnvironment } from "./environment.ts";
import { type KeeperWaves, keeperWaves } from "./keeper-waves.ts";
import { askHistory, deployedHistory, logPorts } from "./lambda-history.ts";
import { type LambdaIncidents, lambdaIncidents } from "./lambda-incidents.ts";
import { lambdaLoggers, type Redact } from "./lambda-logger.ts";
import { lambdaPolicy } from "./lambda-policy.ts";
import { planSettings } from "./plan-settings.ts";
import { systemClock } from "./system-clock.ts";
import { type Target, type Targets, targets } from "./targets.ts";
import { type Telemetry, telemetry } from "./telemetry.ts";

/** What `sweep` and `reconcile` have in common, made once, at cold start. */
export interface Keeper extends Telemetry {
  readonly settings: LambdaEnvironment;
  readonly clients: AwsClients;
  readonly targets: Targets;
  readonly logger: Logger;
  readonly audit: Logger;
  readonly redact: Redact;
  readonly sweeping: SweepSettings;
  /** Begins a request: log lines have its ids from now on. @returns the moment after which nothing new is begun */
  readonly begin: (event: unknown, context: Context) => number;
  readonly readPolicy: (stopAt: number) => Promise<PolicyInHand>;
  /** Tells people and programs what began and what ended. */
  readonly incidents: LambdaIncidents;
  /** What is remembered of a target. */
  readonly memoryOf: (target: Target) => VersionedText;
  /** Absent where databases are narrowed as soon as policy says so. */
  readonly waves?: KeeperWaves;
  /** What a survey of a target reads; `hints` are changes that an event told of. */
  readonly surveyPorts: (target: Target, hints: readonly ResourceChange[]) => SurveyPorts;
}

/** Wires a function by its environment. Loads and asks nothing that the first event may not need. */
export function keeper(serviceName: string, env: NodeJS.ProcessEnv): Keeper {
  const settings = parseEnvironment(env);
  const state = parseS3Uri(needed(settings, "MOAT_STATE"));
  if (!state.ok) throw new Error(state.error.what);
  const { logger, audit, redact } = lambdaLoggers(env, serviceName);
  const meter = callMeter({ percent: settings.MOAT_CALL_PERCENT, clock: systemClock });
  const clients = awsClients({ env, meter });
  const policy = lambdaPolicy(settings, clients);
  const measuring = telemetry(serviceName, env);
  const history = deployedHistory(clients, settings);
  const waves = keeperWaves(settings, clients, state.value);
  return {
    ...measuring,
    settings,
    clients,
    targets: targets(settings, env, clients, meter),
    logger,
    audit,
    redact,
    sweeping: {
      plan: planSettings(settings),
      apartMs: 1000 * settings.MOAT_TWICE_APART_SECONDS,
      firstSwapNeedsTraffic: settings.MOAT_FIRST_SWAP === "with-flows",
    },
    begin: (event, context) => {
      for (const each of [logger, audit]) {
        each.addContext(context);
        each.setCorrelationId(correlationId(event) ?? context.awsRequestId);
      }
      return stopMoment(Date.now(), context);
    },
    readPolicy: (stopAt) =>
      measuring.traced("policy", async () => {
        const readAt = Date.now();
        return { policy: await policy.until(stopAt).read("active"), readAt, why: [] };
      }),
    incidents: lambdaIncidents(settings, clients, state.value, { logger, count: measuring.count }),
    ...(waves === undefined ? {} : { waves }),
    memoryOf: ({ accountId, region }) => {
      const { bucket, prefix } = state.value;
      return s3VersionedText(clients, { bucket, key: `${folderOf(prefix)}${accountId}/${region}.json` });
    },
    surveyPorts: (target, hints) => {
      const { read, name } = awsInventorySource(target.clients, `live ${target.accountId} ${target.region}`);
      return {
        clock: systemClock,
        self: target.self,
        inventory: { name, read: () => measuring.traced("inventory", read) },
        trail: (resources) => trail(target, hints, resources, logger),
        acknowledged: () => acknowledgedTokens(clients, state.value, logger),
        logs: logPorts(target.clients, history),
        ...(history === undefined
          ? {}
          : { history: askHistory(history, settings.MOAT_HISTORY_SEEN_DAYS, logger) }),
      };
    },
  };
}

/** What events told already need not be asked. A history that cannot be had leaves a difference without a name. */
async function trail(
  { clients }: Target,
  hints: readonly ResourceChange[],
  resources: readonly string[],
  logger: Logger,
): Promise<readonly ResourceChange[]> {
  const told = hints.filter((change) => change.resources.some((name) => resources.includes(name)));
  const named = new Set(told.flatMap((change) => change.resources));
  // Of a group with several strange rules an event may tell who made one, and not that RDS made the other.
  if (told.length > 0 && resources.every((name) => named.has(name) || !name.startsWith("sgr-"))) return told;
  try {
    return [...told, ...(await lookUpChanges(clients, resources))];
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    logger.warn("trail not read", { code: error.code, operation: error.operation, fix: error.fix });
    return told;
  }
}
