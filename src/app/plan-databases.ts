import type { Remembered } from "../core/drift/find-drift.ts";
import type { Conversation } from "../core/flow/conversation.ts";
import { knownDatabases } from "../core/flow/known-databases.ts";
import { seenConsumers, withHistory } from "../core/history/seen-consumers.ts";
import { type DatabaseAddress, databaseAddresses } from "../core/inventory/database-addresses.ts";
import { databaseIdentities } from "../core/inventory/database-identity.ts";
import type { Inventory } from "../core/inventory/model.ts";
import { type BitSet, bitSetOf } from "../core/label/bit-set.ts";
import { parseAddress } from "../core/net/address.ts";
import type { ConsumerLabels } from "../core/plan/losses.ts";
import { observedConsumers } from "../core/plan/observed-consumers.ts";
import { destinationsInHistory, joined, observedDestinations } from "../core/plan/observed-destinations.ts";
import type { Plan } from "../core/plan/plan.ts";
import { type PlanInput, planEnforcement } from "../core/plan/plan-enforcement.ts";
import { managesEgress, type ObservedConsumer, type PlanSettings } from "../core/plan/world.ts";
import { consumerLabels, databaseAddresses as policyAddresses } from "../core/policy/consumer-labels.ts";
import type { FollowedPolicy, FollowPolicy } from "../core/policy/incremental/follow-policy.ts";
import { withAwsWorkloads } from "../core/policy/mapping/with-aws-workloads.ts";
import type { Policy } from "../core/policy/model.ts";
import { resolveOutbound } from "../core/policy/outbound/resolve-outbound.ts";
import { type PolicyIndex, policyIndex } from "../core/policy/policy-index.ts";
import type { DatabaseIdentity, Resolution, ResolveOptions } from "../core/policy/resolution.ts";
import { resolveIndexed } from "../core/policy/resolve-policy.ts";
import { addressesOf } from "../core/policy/workload-addresses.ts";
import type { HistoryReading } from "./read-history.ts";
import type { Traffic } from "./read-traffic.ts";

/** What a plan was made from, for whoever wants to explain it. */
export interface Planned {
  readonly plan: Plan;
  readonly inventory: Inventory;
  readonly index: PolicyIndex;
  readonly resolution: Resolution;
  /** Where each database answers, as far as interfaces and policy tell. */
  readonly addresses: readonly DatabaseAddress[];
  /** Absent when no flow logs were given. */
  readonly conversations?: readonly Conversation[];
  /** For the next plan, where that was asked for. */
  readonly followed?: FollowedPolicy;
}

export interface PlanRequest {
  readonly inventory: Inventory;
  readonly policy: Policy;
  readonly settings: PlanSettings;
  readonly resolve?: ResolveOptions;
  readonly traffic?: Traffic;
  /** Who was seen before, as far as a history of flow logs is kept. */
  readonly history?: HistoryReading;
  /** What stood when each database was last in sync, by its ARN, where somebody kept watch. */
  readonly remembered?: ReadonlyMap<string, Remembered>;
  /** Given where plan follows plan: how the last one goes on, so that only what is different is resolved again. */
  readonly follow?: FollowPolicy;
}

/** Makes the plan for every database of an inventory. Pure: the sources have been read already. */
export function planDatabases(request: PlanRequest): Planned {
  const { inventory, settings, traffic } = request;
  const { policy, findings } = withAwsWorkloads(request.policy, inventory, settings.owner);
  const identities = databaseIdentities(inventory, settings.owner);
  const { index, resolution, followed } = resolved(request, policy, identities);
  const addresses = databaseAddresses(inventory, settings.owner, policyAddresses(index, identities));
  const conversations = traffic?.table.conversations(
    knownDatabases(addresses.map((a) => ({ ...a, database: a.id }))),
  );
  const plan = planEnforcement({
    inventory,
    policy,
    resolution,
    settings,
    observed: observedIn(request, conversations, addresses),
    ...outwards(request, index, identities, conversations, addresses),
    labelsOf: labelsOf(index),
    workloadAddresses: addressesOf(index.addresses, everyWorkload(index), "hosts"),
    ...historyOf(request),
    ...(request.remembered === undefined ? {} : { remembered: request.remembered }),
  });
  return {
    plan: { ...plan, findings: [...plan.findings, ...findings, ...(traffic?.findings ?? [])] },
    inventory,
    index,
    resolution,
    addresses,
    ...(conversations === undefined ? {} : { conversations }),
    ...(followed === undefined ? {} : { followed }),
  };
}

/** Who was seen in flow logs and history; `undefined` when neither was given, or the history cannot be read. */
function observedIn(
  { inventory, history }: PlanRequest,
  conversations: readonly Conversation[] | undefined,
  addresses: readonly DatabaseAddress[],
): readonly ObservedConsumer[] | undefined {
  const observed = conversations === undefined ? undefined : observedConsumers(conversations, addresses);
  if (history?.kind !== "read") return observed;
  return withHistory(observed ?? [], seenConsumers(history.consumers, inventory.databases));
}

/** What policy lets databases open, and what they were seen opening; nothing where egress is left as it is. */
function outwards(
  { inventory, settings, history }: PlanRequest,
  index: PolicyIndex,
  identities: readonly DatabaseIdentity[],
  conversations: readonly Conversation[] | undefined,
  addresses: readonly DatabaseAddress[],
): Pick<PlanInput, "outbound" | "destinations"> {
  if (!inventory.databases.some(({ id }) => managesEgress(settings, id))) return {};
  const seen = [
    ...observedDestinations(conversations ?? [], addresses),
    ...(history?.kind === "read" ? destinationsInHistory(history.consumers, addresses) : []),
  ];
  return { outbound: resolveOutbound(index, identities), destinations: joined(seen) };
}

/** What a plan has to know of a history that was not read in full. */
function historyOf({ history, traffic }: PlanRequest): Pick<PlanInput, "history" | "historyProblem"> {
  if (history?.kind === "unreadable") return { historyProblem: history.problem };
  if (history?.asked === undefined) return {};
  return { history: { asked: history.asked, besideFlows: traffic !== undefined } };
}

function resolved(
  { resolve = {}, follow }: PlanRequest,
  policy: Policy,
  databases: readonly DatabaseIdentity[],
): Pick<Planned, "index" | "resolution" | "followed"> {
  if (follow === undefined) {
    const index = policyIndex(policy, resolve);
    return { index, resolution: resolveIndexed(index, databases) };
  }
  const followed = follow(policy, databases, resolve);
  return { index: followed.index, resolution: followed.resolution, followed };
}

const everyWorkload = (index: PolicyIndex): BitSet =>
  bitSetOf(index.workloads.length, index.workloads.keys());

/** Who holds an address, by its labels. */
export function labelsOf(index: PolicyIndex): ConsumerLabels {
  return (text) => {
    const address = parseAddress(text);
    return address.ok ? consumerLabels(index, address.value) : {};
  };
}
