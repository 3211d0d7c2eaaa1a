import { flowLogSubscriptions } from "../../../adapters/aws/flow-log-subscriptions.ts";
import { createPceClient } from "../../../adapters/pce/pce-client.ts";
import { pceOnboarding } from "../../../adapters/pce/pce-onboarding.ts";
import { findDatabase } from "../../../app/find-database.ts";
import {
  externalSet,
  type OnboardPlan,
  type OnboardPorts,
  type OnboardSettings,
  onboard,
  planOnboarding,
} from "../../../app/onboard.ts";
import { type OnboardingRecorder, recordedFlowLogs, recordedPce } from "../../../app/recorded-onboarding.ts";
import type { Database, Inventory } from "../../../core/inventory/model.ts";
import { type FlowLogScope, MISSION_FORMAT, RICH_FORMAT } from "../../../core/onboard/flow-log.ts";
import { isDone } from "../../../core/onboard/pce-state.ts";
import type { LabelTags } from "../../../core/onboard/wanted-objects.ts";
import { awsObjects } from "../../../core/policy/mapping/aws-objects.ts";
import { labelTags } from "../../../core/policy/mapping/suggest/label-tags.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { onboardText } from "../render/onboard-text.ts";
import { problemText } from "../render/problem-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { openAuditLog } from "../wire/audit.ts";
import { type AwsSource, openAws, writable } from "../wire/aws-source.ts";
import { pceOptions } from "../wire/policy-source.ts";

export interface OnboardOptions extends SourceOptions {
  readonly scope?: FlowLogScope;
  readonly format?: "rich" | "mission";
  readonly bucket?: string;
  readonly labelTag?: readonly string[];
  readonly clients?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly audit?: string;
}

/** Makes databases known to flow logs and PCE, or takes that back. */
export async function runOnboard(
  context: CliContext,
  direction: "on" | "off",
  names: readonly string[],
  options: OnboardOptions,
): Promise<void> {
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const inventory = await source.inventory.read();
    const ports = await onboardPorts(context, settings, source, { direction, options, inventory });
    const wanted = onboardSettings(settings, inventory, { direction, names, options });
    const plan = await planOnboarding(ports, inventory, wanted);
    const pending = isPending(plan);
    const head = { version: 1, kind: `${direction}board`, dryRun: options.dryRun === true };
    if (!settings.json)
      context.out(onboardText(plan, { direction, pce: ports.pce?.name, style: context.style }));
    if (options.dryRun === true || !pending || plan.refused !== undefined) {
      if (settings.json) context.out(JSON.stringify({ ...head, ...documentOf(plan), failures: [] }, null, 2));
      context.exit(exitOf(plan, pending));
      return;
    }
    if (!(await agreed(context, options.yes === true))) return;
    const { failures } = await onboard(ports, inventory, wanted, plan);
    if (settings.json) context.out(JSON.stringify({ ...head, ...documentOf(plan), failures }, null, 2));
    else if (failures.length === 0) context.out("\nDone.");
    for (const what of failures)
      context.progress(problemText(refusedWrite(what), "✗", context.progressStyle));
    context.exit(failures.length > 0 ? 1 : 0);
  } finally {
    await source.close();
  }
}

async function onboardPorts(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
  { direction, options, inventory }: Asked & { readonly inventory: Inventory },
): Promise<OnboardPorts> {
  writable(source);
  const { clients, sandbox } = source;
  const isPce = settings.policy !== undefined && /^https?:\/\//.test(settings.policy);
  const pce = isPce
    ? await pceOptions(settings.policy ?? "", context.env, clients)
    : settings.policy === undefined
      ? sandbox?.pce
      : undefined;
  const subscribes = clients !== undefined && (options.bucket !== undefined || direction === "off");
  if (pce === undefined && !subscribes) throw nothingToDo();
  const { owner } = settings.plan;
  const recorder: OnboardingRecorder = {
    audit: openAuditLog(context, options.audit, clients),
    clock: context.clock,
    run: `${direction}board`,
  };
  const target = `account ${inventory.accountId}, region ${inventory.region}`;
  return {
    ...(subscribes
      ? { flowLogs: recordedFlowLogs(flowLogSubscriptions(clients), recorder, { target, owner }) }
      : {}),
    ...(pce === undefined
      ? {}
      : {
          pce: recordedPce(
            (beforeWrite) => pceOnboarding(createPceClient(pce), beforeWrite),
            recorder,
            externalSet(owner),
          ),
        }),
  };
}

interface Asked {
  readonly direction: "on" | "off";
  readonly options: OnboardOptions;
}

function onboardSettings(
  { plan: { owner } }: Settings,
  inventory: Inventory,
  { direction, names, options }: Asked & { readonly names: readonly string[] },
): OnboardSettings {
  const only = names.map((name): Database => {
    const found = findDatabase(inventory, name);
    if (found.kind === "notFound") throw new CliProblem(found.problem);
    return found.database;
  });
  const bucket = direction === "off" ? undefined : options.bucket;
  if (bucket !== undefined && !/^arn:[^:]+:s3:::./.test(bucket)) throw noBucket(bucket);
  return {
    direction,
    ...(only.length === 0 ? {} : { only }),
    subscriptions: {
      owner,
      scope: options.scope ?? "interface",
      format: options.format === "mission" ? MISSION_FORMAT : RICH_FORMAT,
      ...(bucket === undefined ? {} : { bucket }),
    },
    tags: tagsOf(inventory, owner, options.labelTag ?? []),
    clients: options.clients === true,
  };
}

/** The tags that teams use as a rule, and those that were named. */
function tagsOf(inventory: Inventory, owner: string, named: readonly string[]): LabelTags {
  const found = labelTags(awsObjects(inventory, owner)).map(({ label, tag }) => [label, tag] as const);
  const given = named.map((text) => {
    const [, label, tag] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (label === undefined || tag === undefined) throw badLabelTag(text);
    return [label, tag] as const;
  });
  return Object.fromEntries([...found, ...given]);
}

function isPending({ subscriptions, pce }: OnboardPlan): boolean {
  const { create = [], remove = [] } = subscriptions ?? {};
  return create.length + remove.length > 0 || (pce !== undefined && !isDone(pce));
}

function exitOf(plan: OnboardPlan, pending: boolean): ExitCode {
  if (plan.refused !== undefined) return 3;
  return pending ? 2 : 0;
}

async function agreed(context: CliContext, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!context.interactive) throw nobodyToAsk();
  if ((await context.ask('Write this? Only "yes" will do: ')).trim() === "yes") return true;
  context.progress("Nothing was written.");
  context.exit(2);
  return false;
}

const documentOf = ({ databases, ...plan }: OnboardPlan): object => ({
  databases: databases.map(({ id, arn }) => ({ id, arn })),
  ...plan,
});

const refusedWrite = (what: string) => ({
  what,
  why: "The service refused this part; what was written before stands",
  fix: "Mend the cause and run again: it goes on where it stopped",
});

const nothingToDo = (): CliProblem =>
  new CliProblem({
    code: "ONBOARD_NOTHING_NAMED",
    what: "Neither a bucket nor a PCE was named",
    why: "Onboarding makes flow logs, which go to a bucket, and objects of a PCE",
    fix: "Add --bucket arn:aws:s3:::NAME, or --policy with the URL of a PCE, or both",
  });

const noBucket = (bucket: string): CliProblem =>
  new CliProblem({
    code: "ONBOARD_BUCKET",
    what: `"${bucket}" is no ARN of a bucket`,
    why: "EC2 takes the destination of a flow log as an ARN",
    fix: `Write arn:aws:s3:::${bucket.replace(/^s3:\/\//, "")}`,
  });

const badLabelTag = (text: string): CliProblem =>
  new CliProblem({
    code: "ONBOARD_LABEL_TAG",
    what: `"${text}" does not name a label and a tag`,
    why: "A label's value is taken from a tag of the database",
    fix: "Write it like app=Application",
  });

const nobodyToAsk = (): CliProblem =>
  new CliProblem({
    code: "ONBOARD_NOBODY_TO_ASK",
    what: "Nobody can be asked whether to write this, because this is no terminal",
    why: "Onboarding writes to AWS and to the PCE",
    fix: "Look at it with --dry-run, then add --yes",
  });
