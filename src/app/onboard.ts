import type { Diagnostic } from "../core/diagnostic.ts";
import type { Database, Inventory } from "../core/inventory/model.ts";
import { isDone, type PceChange } from "../core/onboard/pce-state.ts";
import { planPce } from "../core/onboard/plan-pce.ts";
import {
  planSubscriptions,
  type SubscriptionPlan,
  type SubscriptionSettings,
} from "../core/onboard/plan-subscriptions.ts";
import { sharedSubnets } from "../core/onboard/shared-subnets.ts";
import { type LabelTags, wantedObjects } from "../core/onboard/wanted-objects.ts";
import type { FlowLogSubscriptions, PceObjects, RefusedSubscription } from "../ports/onboarding.ts";

/** What onboarding writes to; either may be absent. */
export interface OnboardPorts {
  readonly flowLogs?: FlowLogSubscriptions;
  readonly pce?: PceObjects;
}

export interface OnboardSettings {
  /** `off`: takes away what onboarding made. */
  readonly direction: "on" | "off";
  /** The databases that were named; absent: all. */
  readonly only?: readonly Database[];
  readonly subscriptions: SubscriptionSettings;
  readonly tags: LabelTags;
  /** Instances that carry a label's tag become workloads too. */
  readonly clients: boolean;
}

/** What onboarding would write. */
export interface OnboardPlan {
  readonly databases: readonly Database[];
  readonly subscriptions?: SubscriptionPlan;
  readonly pce?: PceChange;
  readonly findings: readonly Diagnostic[];
  /** Given when nothing may be written to the PCE. */
  readonly refused?: Diagnostic;
}

/** What was written, and what was refused. */
export interface OnboardReport {
  /** The plan that it began with. */
  readonly plan: OnboardPlan;
  /** One line each; empty when all went well. */
  readonly failures: readonly string[];
}

/** The `external_data_set` of what an installation makes in a PCE. */
export const externalSet = (owner: string): string => `moat-${owner}`;

/** Looks at what is there and says what is missing. Writes nothing. */
export async function planOnboarding(
  ports: OnboardPorts,
  inventory: Inventory,
  settings: OnboardSettings,
): Promise<OnboardPlan> {
  const chosen = (settings.only ?? inventory.databases).filter((each) => each.unsupported === undefined);
  const [logs, state] = await Promise.all([ports.flowLogs?.read(), ports.pce?.read()]);
  const seen = {
    see: settings.direction === "on" ? chosen : [],
    // Whoever names some databases says nothing of the others.
    keep: settings.only === undefined ? [] : inventory.databases.filter((each) => !chosen.includes(each)),
  };
  const subscriptions =
    logs === undefined ? undefined : planSubscriptions(inventory, seen, logs, settings.subscriptions);
  const shared = sharedSubnets(new Map(subscriptions?.shared));
  if (state === undefined) {
    return { databases: chosen, findings: shared, ...(subscriptions === undefined ? {} : { subscriptions }) };
  }
  const set = externalSet(settings.subscriptions.owner);
  const held = state.workloads.filter((each) => each.set !== set).flatMap((each) => each.addresses);
  const objects = wantedObjects(
    inventory,
    settings.direction === "on" ? chosen : [],
    {
      ...settings,
      owner: settings.subscriptions.owner,
      clients: settings.clients && settings.direction === "on",
    },
    new Set(held),
  );
  const planned = planPce(state, objects, { set, mayRemove: mayRemove(inventory, chosen, settings) });
  return {
    databases: chosen,
    ...(subscriptions === undefined ? {} : { subscriptions }),
    pce: planned.change,
    findings: [...shared, ...objects.findings, ...planned.findings],
    ...(state.complete ? {} : { refused: INCOMPLETE }),
  };
}

/**
 * Ours may go when their database or instance is gone, as far as AWS could be read. Other accounts and regions have runs
 * of their own.
 */
function mayRemove(
  inventory: Inventory,
  chosen: readonly Database[],
  { direction, only, clients }: OnboardSettings,
): (reference: string) => boolean {
  const { accountId, region, databases, findings, consumersUnread = [] } = inventory;
  const here = new RegExp(`^arn:[^:]+:(?:rds|ec2):${region}:${accountId}:`);
  const existing = new Set<string>(databases.map(({ arn }) => arn));
  const named = new Set<string>(chosen.map(({ arn }) => arn));
  const isWhole = findings.length + consumersUnread.length === 0;
  return (reference) => {
    if (!here.test(reference)) return false;
    if (direction === "off") return only === undefined || named.has(reference);
    if (only !== undefined || !isWhole) return false;
    return reference.includes(":instance/") ? clients : !existing.has(reference);
  };
}

const INCOMPLETE: Diagnostic = {
  code: "ONBOARD_PCE_INCOMPLETE",
  what: "the PCE's objects could not be read in full",
  why: "an object that was not seen would be made a second time",
  fix: "give the API key's owner a role that sees every object, and run again when the PCE is quiet",
};

/** Looks again after each round of writes; more rounds than this are never needed when nobody else writes. */
const ROUNDS = 4;

/** Carries out what {@link planOnboarding} says, and looks again until nothing is left or nothing gets better. */
export async function onboard(
  ports: OnboardPorts,
  inventory: Inventory,
  settings: OnboardSettings,
  plan: OnboardPlan,
): Promise<OnboardReport> {
  const failures: string[] = [];
  if (plan.subscriptions !== undefined && ports.flowLogs !== undefined) {
    failures.push(...(await subscribe(ports.flowLogs, plan.subscriptions, settings.subscriptions)));
  }
  const { pce } = ports;
  if (pce === undefined || plan.refused !== undefined) return { plan, failures };
  const set = externalSet(settings.subscriptions.owner);
  let { pce: change } = plan;
  for (let round = 0; round < ROUNDS && change !== undefined && !isDone(change); round += 1) {
    const refused = await pce.write(change, set);
    failures.push(...refused);
    if (refused.length > 0) break;
    ({ pce: change } = await planOnboarding({ pce }, inventory, settings));
  }
  return { plan, failures: [...new Set(failures)] };
}

async function subscribe(
  flowLogs: FlowLogSubscriptions,
  { create, remove }: SubscriptionPlan,
  settings: SubscriptionSettings,
): Promise<readonly string[]> {
  const { bucket } = settings;
  // EC2 refuses a second log of one resource to one bucket, so one of another format goes first.
  const resources = new Set(create.map(({ resourceId }) => resourceId));
  const inTheWay = remove.filter(({ resourceId }) => resources.has(resourceId));
  const refused = [
    ...(await flowLogs.remove(inTheWay.map(({ flowLogId }) => flowLogId))),
    ...(bucket === undefined ? [] : await createAll(flowLogs, create, { ...settings, bucket })),
    ...(await flowLogs.remove(
      remove.filter((each) => !inTheWay.includes(each)).map(({ flowLogId }) => flowLogId),
    )),
  ];
  return refused.map(({ id, problem }) => `${id}: ${problem}`);
}

/** One call for each kind of resource. */
async function createAll(
  flowLogs: FlowLogSubscriptions,
  create: SubscriptionPlan["create"],
  settings: SubscriptionSettings & { readonly bucket: string },
): Promise<readonly RefusedSubscription[]> {
  const refused: RefusedSubscription[] = [];
  for (const [scope, of] of Map.groupBy(create, (each) => each.scope)) {
    const resourceIds = of.map(({ resourceId }) => resourceId);
    refused.push(...(await flowLogs.create({ ...settings, scope, resourceIds })));
  }
  return refused;
}
