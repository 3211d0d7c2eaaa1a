import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { callerIdentity } from "../../../adapters/aws/probe-aws.ts";
import { readFlowLogs } from "../../../adapters/aws/read-flow-logs.ts";
import { bookText } from "../../../adapters/notify/book-text.ts";
import { textInMemory } from "../../../adapters/notify/text-in-memory.ts";
import { tellIncidents } from "../../../app/incident/tell-incidents.ts";
import type { Traffic } from "../../../app/read-traffic.ts";
import { policyKeeper } from "../../../app/watch/keep-policy.ts";
import type { LogPorts } from "../../../app/watch/look-at-logs.ts";
import type { SweepSettings } from "../../../app/watch/survey.ts";
import {
  type WatchPass,
  type WatchPorts,
  type WatchRhythm,
  watch,
  watchOnce,
} from "../../../app/watch/watch.ts";
import type { WatchEvent } from "../../../app/watch/watch-event.ts";
import { planDocument, stepDocument } from "../../../core/plan/plan-document.ts";
import { AwsFault } from "../../../ports/aws-fault.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { parseDuration } from "../duration.ts";
import { followFlows } from "../named-flows.ts";
import { stepLine } from "../render/outcome-text.ts";
import { watchEventText } from "../render/watch-text.ts";
import { readSettings, type Settings, waveSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { openHistory } from "../wire/history.ts";
import { notifiersOf } from "../wire/notifiers.ts";
import { openPolicy } from "../wire/policy-source.ts";
import { openTrail } from "../wire/trail.ts";
import { planExit } from "./plan.ts";

export interface WatchOptions extends SourceOptions {
  readonly once?: boolean;
  readonly policyEvery: string;
  readonly sweepEvery: string;
  readonly heartbeatEvery: string;
  readonly twiceApart: string;
  readonly audit?: string;
}

/** Keeps watch until somebody stops the process; the step at work is finished first. */
export async function runWatch(context: CliContext, options: WatchOptions): Promise<void> {
  const settings = await readSettings(options);
  const rhythm: WatchRhythm = {
    policyEveryMs: 1000 * parseDuration(options.policyEvery, "--policy-every"),
    sweepEveryMs: 1000 * parseDuration(options.sweepEvery, "--sweep-every"),
    heartbeatEveryMs: 1000 * parseDuration(options.heartbeatEvery, "--heartbeat-every"),
  };
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const flows = followFlows(context, settings, source.clients);
    const ports = {
      ...(await watchPorts(context, settings, source, options)),
      ...(flows === undefined ? {} : { newFlows: flows.news }),
    };
    const sweeping = sweepSettings(settings, options, (await flows?.look())?.traffic);
    if (options.once === true) {
      const pass = await watchOnce(ports, sweeping);
      const { plan } = pass;
      if (settings.json && plan !== undefined) context.out(JSON.stringify(planDocument(plan)));
      context.exit(passExit(pass));
    } else await watch(ports, sweeping, rhythm);
  } finally {
    await source.close();
  }
}

function passExit({ plan, halted }: WatchPass): ExitCode {
  if (plan === undefined) return 1;
  return halted ? 3 : planExit(plan);
}

async function watchPorts(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
  { audit, once }: WatchOptions,
): Promise<WatchPorts> {
  const policy = await openPolicy(settings.policy, context.env, source);
  const applying = applyPorts(context, source, audit, (database, step) =>
    context.progress(stepLine(database, step, context.progressStyle)),
  );
  let stop = false;
  if (once !== true)
    void context.untilStopped().then(() => {
      stop = true;
      context.progress("Stopping after the step at work …");
    });
  const { clients } = source;
  const ask = openTrail(context, source);
  const trail =
    clients === undefined || ask === undefined
      ? {}
      : {
          trail: async (resources: readonly string[]) => (await ask(resources)).changes,
          ...(await selfOf(source, clients)),
        };
  return {
    ...applying,
    ...(once === true ? {} : { clock: besideReality(context.clock, applying.clock) }),
    ...trail,
    ...(clients === undefined ? {} : { logs: logPorts(context, settings, clients) }),
    ...notice(context, settings, source, applying.clock),
    inventory: source.inventory,
    policy: policyKeeper(policy, () => applying.clock.now()),
    tell: (event) => context.out(settings.json ? eventJson(event, context) : eventText(event, context)),
    stopRequested: () => stop,
    random: Math.random,
  };
}

/** Looks whether flow logs still come: by their subscriptions and, where there is one, by the history. */
function logPorts(context: CliContext, settings: Settings, clients: AwsClients): LogPorts {
  const subscriptions = (): ReturnType<LogPorts["subscriptions"]> => readFlowLogs(clients);
  if (settings.history === undefined) return { subscriptions };
  return {
    subscriptions,
    history: async (span) => {
      const history = await openHistory(settings, context, clients);
      try {
        return { hours: await history.logHours(span), tellers: await history.databaseLogs(span) };
      } finally {
        await history.close();
      }
    },
  };
}

/** Tells incidents where `moat.yaml` says so. What was told is remembered for as long as the watch lives. */
function notice(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
  clock: Clock,
): Pick<WatchPorts, "notice"> {
  const notifiers = notifiersOf(settings.config.notify, context.env, {
    clients: source.clients,
    clock: context.clock,
  });
  if (notifiers.length === 0) return {};
  const book = textInMemory();
  const ports = {
    owner: settings.plan.owner,
    clock,
    notifiers,
    failed: ({ channel, error }: { readonly channel: string; readonly error: unknown }) =>
      context.progress(
        context.progressStyle.red(
          `✗ Nobody was told on ${channel}: ${error instanceof Error ? error.message : String(error)}`,
        ),
      ),
  };
  return {
    notice: async (look) => {
      await tellIncidents(ports, { ...look, book, format: bookText });
    },
  };
}

/** The sandbox's time flies while somebody waits for it; a watch lets it pass as slowly as it does outside. */
const besideReality = (real: Clock, clock: Clock): Clock =>
  real === clock
    ? clock
    : {
        now: () => clock.now(),
        sleep: async (milliseconds) => {
          await real.sleep(milliseconds);
          await clock.sleep(milliseconds);
        },
      };

/** Whom Moat acts as: what the history of an account tells of itself is no answer to who did something. */
async function selfOf({ sandbox }: AwsSource, clients: AwsClients): Promise<Pick<WatchPorts, "self">> {
  if (sandbox !== undefined) return {};
  try {
    return { self: (await callerIdentity(clients)).arn };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return {};
  }
}

function sweepSettings(
  settings: Settings,
  options: WatchOptions,
  traffic: Traffic | undefined,
): SweepSettings {
  const waves = waveSettings(settings.config);
  const { publicIp, directActorsIgnoreScope } = settings.config;
  return {
    plan: settings.plan,
    resolve: { includePublicIp: publicIp, directActorsIgnoreScope },
    apartMs: 1000 * parseDuration(options.twiceApart, "--twice-apart"),
    ...(traffic === undefined ? {} : { traffic }),
    ...(waves === undefined ? {} : { waves }),
  };
}

const timeOf = (context: CliContext): string =>
  `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`;

const eventText = (event: WatchEvent, context: CliContext): string =>
  `${context.style.dim(timeOf(context))} ${watchEventText(event, context.style)}`;

/** One JSON object a line, steps as plans print them. */
function eventJson(event: WatchEvent, context: CliContext): string {
  const { kind: event_, ...fields } = event;
  const head = { version: 1, kind: "watch", at: timeOf(context), event: event_ };
  if (event.kind !== "changed") return JSON.stringify({ ...head, ...fields });
  const outcome = { ...event.outcome, done: event.outcome.done.map(stepDocument) };
  return JSON.stringify({ ...head, outcome });
}
