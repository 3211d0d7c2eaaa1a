import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { z } from "zod";
import { sendToQueue } from "../../adapters/aws/send-to-queue.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { policyLook, surveyLook, targetsLook } from "../../app/incident/looks.ts";
import { withMemory } from "../../app/watch/keep-memory.ts";
import type { PolicyInHand } from "../../app/watch/keep-policy.ts";
import { survey } from "../../app/watch/survey.ts";
import { rememberStanding } from "../../app/watch/sweep.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { DatabasePlan } from "../../core/plan/plan.ts";
import type { ResourceChange } from "../../core/trail/resource-change.ts";
import { sameActor } from "../../core/trail/who-changed.ts";
import { canaryMessage, isOfCanary, opensCanary } from "./canary-message.ts";
import { needed } from "./environment.ts";
import { type Hint, parseHint } from "./hints.ts";
import type { Keeper } from "./keeper.ts";
import { countPlan, planFields } from "./log-plan.ts";
import { memoryText } from "./memory-text.ts";
import { reconcileMessages } from "./reconcile-message.ts";
import { beginRollout, type RolloutRun } from "./sweep-rollout.ts";
import type { TargetName } from "./targets.ts";

const QueueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })).min(1),
});
/** Targets that are looked at side by side. */
const AT_ONCE = 4;

interface Visit {
  readonly name: TargetName;
  readonly changes: readonly ResourceChange[];
}

/**
 * Looks at targets and gives each database where something is to be done to the queue of `reconcile`, the most
 * dangerous first. An event from a queue is a hint about the targets that it names; anything else, such as a schedule,
 * means all of them. A target that cannot be looked at does not stop the others.
 */
export async function sweepEvent(
  keeper: Keeper,
  event: unknown,
  context: Context,
): Promise<SQSBatchResponse> {
  const queue = QueueEvent.safeParse(event);
  const stopAt = keeper.begin(event, context);
  if (!queue.success) {
    const visits = (await keeper.targets.list()).map((name) => ({ name, changes: [] }));
    const problems = await visitAll(keeper, visits, {
      stopAt,
      requestId: context.awsRequestId,
      isWhole: true,
    });
    if (problems.size > 0 && problems.size === visits.length)
      throw new Error([...problems.values()].map(({ what }) => what).join("; "));
    return { batchItemFailures: [] };
  }
  const hints = new Map(queue.data.Records.map(({ messageId, body }) => [messageId, hintOf(body)]));
  const read = [...hints.values()].flatMap((h) => (h instanceof Error ? [] : (h ?? [])));
  const { MOAT_CANARY: canary } = keeper.settings;
  if (canary !== undefined && read.some((hint) => opensCanary(hint, canary)))
    await sendToQueue(keeper.clients, needed(keeper.settings, "MOAT_QUEUE_URL"), [
      canaryMessage(context.awsRequestId, canary),
    ]);
  const visits = await visitsOf(
    keeper,
    read.filter((hint) => !isOfCanary(hint, canary)),
  );
  const problems = await visitAll(keeper, visits, {
    stopAt,
    requestId: context.awsRequestId,
    isWhole: false,
  });
  return processPartialResponse(
    event as SQSEvent,
    async ({ messageId }: { readonly messageId: string }) => {
      const hint = hints.get(messageId);
      if (hint instanceof Error) throw hint;
      const problem = hint && problems.get(keyOf(hint.target));
      if (problem !== undefined) throw new Error(problem.what);
    },
    new BatchProcessor(EventType.SQS),
    { context, throwOnFullBatchFailure: false },
  );
}

function hintOf(body: string): Hint | Error | undefined {
  try {
    return parseHint(body);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const keyOf = ({ accountId, region }: TargetName): string => `${accountId} ${region}`;

/** The targets that hints are about, each once. Foreign accounts and what Moat did itself are no hints. */
async function visitsOf({ targets, logger }: Keeper, hints: readonly Hint[]): Promise<readonly Visit[]> {
  if (hints.length === 0) return [];
  const known = new Map((await targets.list()).map((name) => [keyOf(name), name]));
  const visits = new Map<string, Visit>();
  for (const { target, change } of hints) {
    const name = known.get(keyOf(target));
    if (name === undefined) {
      logger.warn("event of an account or region that is not looked after", { ...target });
      continue;
    }
    const self = change && (await targets.open(name).catch(() => undefined))?.self;
    if (change !== undefined && self !== undefined && sameActor(change.actor.arn, self)) continue;
    const changes = [...(visits.get(keyOf(name))?.changes ?? []), ...(change === undefined ? [] : [change])];
    visits.set(keyOf(name), { name, changes });
  }
  return [...visits.values()];
}

interface Round {
  readonly stopAt: number;
  readonly requestId: string;
  /** True when all targets are looked at, so that it can be told how far a rollout is. */
  readonly isWhole: boolean;
}

/** @returns what went wrong, by target */
async function visitAll(
  keeper: Keeper,
  visits: readonly Visit[],
  { stopAt, requestId, isWhole }: Round,
): Promise<ReadonlyMap<string, Diagnostic>> {
  const problems = new Map<string, Diagnostic>();
  if (visits.length === 0) return problems;
  const inHand = await policyInHand(keeper, stopAt);
  const rollout = await beginRollout(keeper, inHand.policy.version);
  const left = [...visits];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const problem = await visit(keeper, next, { inHand, requestId, rollout });
      if (problem !== undefined) problems.set(keyOf(next.name), problem);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await keeper.incidents.tell(
    "hub",
    targetsLook(
      visits.map(({ name }) => name),
      problems,
    ),
  );
  keeper.count("TargetsFailed", problems.size);
  if (isWhole) await rollout?.end([...problems.keys()]);
  keeper.flush();
  return problems;
}

/** Nothing is looked at without policy; that it cannot be had is told, and that it can again. */
async function policyInHand(keeper: Keeper, stopAt: number): Promise<PolicyInHand> {
  try {
    const inHand = await keeper.readPolicy(stopAt);
    await keeper.incidents.tell("hub", policyLook(undefined));
    return inHand;
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem !== undefined) await keeper.incidents.tell("hub", policyLook(problem));
    throw error;
  }
}

interface Given {
  readonly inHand: PolicyInHand;
  readonly requestId: string;
  readonly rollout: RolloutRun | undefined;
}

async function visit(
  keeper: Keeper,
  { name, changes }: Visit,
  { inHand, requestId, rollout }: Given,
): Promise<Diagnostic | undefined> {
  try {
    const pending = await look(keeper, { name, changes }, inHand, rollout);
    const queueUrl = needed(keeper.settings, "MOAT_QUEUE_URL");
    await sendToQueue(keeper.clients, queueUrl, reconcileMessages(requestId, pending, { changes }));
    keeper.count("HandedOver", pending.length);
    return undefined;
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    keeper.logger.error("target failed", { ...name, problem });
    return problem;
  }
}

/** @returns ARNs of the databases where something is to be done */
async function look(
  keeper: Keeper,
  { name, changes }: Visit,
  inHand: PolicyInHand,
  rollout: RolloutRun | undefined,
): Promise<readonly string[]> {
  const target = await keeper.targets.open(name);
  const settings = { ...keeper.sweeping, ...rollout?.sweeping };
  const { plan, inventory } = await withMemory(keeper.memoryOf(target), memoryText, async (memory) => {
    const seen = await survey(keeper.surveyPorts(target, changes), settings, inHand, memory);
    const narrowed = rollout?.narrowedAfter(seen, memory.narrowed);
    const known = [
      ...[...memory.withdrawals.keys()].map((key) => key.slice(0, key.indexOf(" "))),
      ...(memory.logs?.keys() ?? []),
    ];
    return {
      value: seen,
      memory: {
        withdrawals: seen.withdrawals,
        remembered: rememberStanding(seen.plan, seen.inventory, memory),
        repairs: memory.repairs,
        ...(narrowed === undefined ? {} : { narrowed }),
        ...(seen.logs === undefined ? {} : { logs: seen.logs }),
      },
      arns: new Set([...seen.plan.databases.map(({ arn }) => arn as string), ...known]),
    };
  });
  await rollout?.add(target, { plan, inventory });
  countPlan(keeper, plan);
  const pending = plan.databases.filter(({ steps }) => steps.length > 0).sort(byDanger);
  keeper.logger.info("swept", { ...name, ...planFields(plan), handedOver: pending.length });
  const arns = pending.map(({ arn }) => arn);
  await keeper.incidents.tell(target, surveyLook(plan, new Set<string>(arns)));
  return arns;
}

/** Who lets most strangers in comes first, then who drifted otherwise. */
function byDanger(a: DatabasePlan, b: DatabasePlan): number {
  const danger = ({ drift }: DatabasePlan): bigint =>
    drift.reduce((sum, d) => sum + (d.left ? 0n : 1n + BigInt(d.letsIn ?? "0")), 0n);
  const difference = danger(b) - danger(a);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
