import { processPartialResponse, SqsFifoPartialProcessorAsync } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { awsEnforcement } from "../../adapters/aws/aws-enforcement.ts";
import { awsLiveState } from "../../adapters/aws/aws-live-state.ts";
import { s3FlowLogObject } from "../../adapters/aws/s3-flow-logs.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { aboutToMend, runLook } from "../../app/incident/looks.ts";
import { readTraffic, type Traffic } from "../../app/read-traffic.ts";
import { noteNarrowed, withMemory } from "../../app/watch/keep-memory.ts";
import type { SweepSettings } from "../../app/watch/survey.ts";
import { type SweepPorts, type SweepReport, sweep } from "../../app/watch/sweep.ts";
import { waveGate } from "../../core/guard/wave-gate.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { FlowLogObject } from "../../ports/flow-log-objects.ts";
import { repairCanary } from "./beat.ts";
import { parseCanaryMessage } from "./canary-message.ts";
import { objectName } from "./event-messages.ts";
import type { Keeper } from "./keeper.ts";
import { lambdaAudit } from "./lambda-audit.ts";
import { countPlan, outcomeFields, planFields } from "./log-plan.ts";
import { memoryText } from "./memory-text.ts";
import { readRollout } from "./read-rollout.ts";
import { parseReconcileMessage, type ReconcileMessage } from "./reconcile-message.ts";
import type { Target, TargetName } from "./targets.ts";

/**
 * Brings the databases of an event's messages to what policy says, one after another. The message says which database;
 * whatever else it says is a hint, for each run reads the truth. A message that failed is delivered again, and so are
 * those of the same database that came after it.
 */
export async function reconcileEvent(
  keeper: Keeper,
  event: SQSEvent,
  context: Context,
): Promise<SQSBatchResponse> {
  const stopAt = keeper.begin(event, context);
  const answer = await processPartialResponse(
    event,
    async ({ body }: { readonly body: string }) => {
      try {
        const canary = parseCanaryMessage(body);
        if (canary === undefined) await reconcileDatabase(keeper, parseReconcileMessage(body), stopAt);
        else await repairOurCanary(keeper, canary);
      } catch (error) {
        keeper.count("RunsFailed", 1);
        const problem = expectedProblem(error) ?? { what: keeper.redact(String(error)) };
        keeper.logger.error("reconcile failed", { problem });
        throw error;
      }
    },
    new SqsFifoPartialProcessorAsync(),
    { context, throwOnFullBatchFailure: false, skipGroupOnError: true },
  );
  keeper.flush();
  return answer;
}

async function reconcileDatabase(keeper: Keeper, message: ReconcileMessage, stopAt: number): Promise<void> {
  const target = await keeper.targets.open(await targetOf(keeper, message));
  const traffic = await trafficOf(keeper, message);
  const inHand = await keeper.readPolicy(stopAt);
  const gated = await waveSettingsOf(keeper, target);
  let noted: ReadonlySet<string> = new Set();
  const ports = {
    ...gated.ports,
    beforeWriting: async (plan: Plan) => {
      noted = await keeper.incidents.note(target, aboutToMend(plan));
    },
    ...keeper.surveyPorts(target, message.changes),
    live: awsLiveState(target.clients),
    enforcement: awsEnforcement(target.clients),
    audit: lambdaAudit(keeper.settings, keeper.clients, keeper.audit),
  };
  const arns = new Set([message.database]);
  const settings = {
    ...keeper.sweeping,
    ...gated.settings,
    only: arns,
    ...(traffic === undefined ? {} : { traffic }),
  };
  const done = await withMemory(keeper.memoryOf(target), memoryText, async (memory) => {
    const value = await sweep(ports, settings, inHand, memory, () => Date.now() >= stopAt);
    return { value, memory: value.memory, arns };
  });
  await keeper.incidents.tell(target, { ...runLook(done), noted });
  report(keeper, message.database, done);
}

/** What narrows waits for its wave; where its state cannot be read, all of that waits. */
async function waveSettingsOf(
  { waves, memoryOf, logger }: Keeper,
  target: Target,
): Promise<{
  readonly settings: Pick<SweepSettings, "gate">;
  readonly ports: Pick<SweepPorts, "noteNarrowed">;
}> {
  if (waves === undefined) return { settings: {}, ports: {} };
  const { rollout, problem } = await readRollout(waves.book);
  if (problem !== undefined) logger.error("rollout not read", { problem });
  const memory = memoryOf(target);
  return {
    settings: { gate: waveGate(rollout, waves.settings.waves) },
    ports: { noteNarrowed: (arns) => noteNarrowed(memory, memoryText, arns, waves.now()) },
  };
}

/** Only the canary of this installation: a message does not say what to change. */
async function repairOurCanary({ settings, clients, audit, count }: Keeper, named: string): Promise<void> {
  if (named !== settings.MOAT_CANARY) throw new Error(`The group ${named} is no canary of this installation`);
  await repairCanary({ clients, groupId: named, logger: audit, count }, new Date());
}

/** Only accounts and regions of this installation: a message does not say whom to trust. */
async function targetOf({ targets }: Keeper, { database }: ReconcileMessage): Promise<TargetName> {
  const [, , , region = "", accountId = ""] = database.split(":");
  const known = (await targets.list()).find((t) => t.accountId === accountId && t.region === region);
  if (known === undefined) throw new Error(`Account ${accountId} in ${region} is not looked after`);
  return known;
}

/** The traffic of the objects that a message names; absent when it names none. */
async function trafficOf({ clients }: Keeper, { objects }: ReconcileMessage): Promise<Traffic | undefined> {
  if (objects.length === 0) return undefined;
  async function* list(): AsyncGenerator<FlowLogObject> {
    for (const object of objects) yield { ...s3FlowLogObject(clients, object), name: objectName(object) };
  }
  return readTraffic({ list });
}

function report(
  keeper: Keeper,
  database: string,
  { found, report: { plan, outcomes, writeCalls } }: SweepReport,
) {
  countPlan(keeper, found);
  keeper.count("WriteCalls", writeCalls);
  const fields = { database, ...planFields(found), ...outcomeFields(outcomes), writeCalls };
  const failed = outcomes.find(({ problem }) => problem !== undefined);
  if (failed === undefined) {
    keeper.logger.info("reconciled", {
      ...fields,
      done: plan.databases.every(({ steps }) => steps.length === 0),
    });
    return;
  }
  keeper.logger.error("reconciled with failures", fields);
  // What trying again may mend is tried again; the rest waits for the next sweep.
  if (failed.retryable) throw new Error(failed.problem?.what ?? "A step failed");
  keeper.count("RunsFailed", 1);
}
