import type { Diagnostic } from "../diagnostic.ts";
import type { Remembered } from "../drift/find-drift.ts";
import type { Inventory } from "../inventory/model.ts";
import { parseAddress } from "../net/address.ts";
import { type AddressSet, addressSetOfAddresses, EMPTY_SET, union } from "../net/address-set.ts";
import { noOutbound, type OutboundPolicy } from "../policy/outbound/outbound-policy.ts";
import type { DatabasePolicy, Resolution } from "../policy/resolution.ts";
import type { ConsumerLabels } from "./losses.ts";
import type { ObservedDestination } from "./observed-destinations.ts";
import type { Plan } from "./plan.ts";
import { type DatabaseKnowledge, planDatabase } from "./plan-database.ts";
import { type ObservedConsumer, type PlanSettings, planningWorld } from "./world.ts";

/** Everything a plan is made from. Same input, same plan, byte for byte. */
export interface PlanInput {
  readonly inventory: Inventory;
  readonly policy: {
    readonly source: "pce" | "file";
    readonly version: string;
    readonly complete: boolean;
    readonly problems: readonly Diagnostic[];
  };
  readonly resolution: Resolution;
  readonly settings: PlanSettings;
  /** Who was seen connecting; `undefined` when no flow history was given at all. */
  readonly observed: readonly ObservedConsumer[] | undefined;
  /** What policy lets each database open, by ARN; absent where egress is left as it is everywhere. */
  readonly outbound?: ReadonlyMap<string, OutboundPolicy>;
  /** Whom databases were seen connecting to; looked at only where `observed` is given, too. */
  readonly destinations?: readonly ObservedDestination[];
  readonly labelsOf: ConsumerLabels;
  /** Why the flow history that was named cannot be read: then nothing is taken away. */
  readonly historyProblem?: Diagnostic;
  /** Addresses of the workloads that policy knows: slack never admits one that policy does not grant. */
  readonly workloadAddresses?: AddressSet;
  /** Number of the first group that the plan creates; above 1 when plans of several regions become one. */
  readonly firstNewGroup?: number;
  /** What stood when each database was last in sync, by its ARN, where somebody kept watch. */
  readonly remembered?: ReadonlyMap<string, Remembered>;
  /** Set where `observed` comes from a history that was asked about some databases only. */
  readonly history?: PartOfHistory;
}

/** What a history was asked, where it was not asked about every database. */
export interface PartOfHistory {
  /** ARNs of the databases that it was asked about. */
  readonly asked: ReadonlySet<string>;
  /** Set when flow logs were read beside it: what they do not show of a database was not there. */
  readonly besideFlows: boolean;
}

/** Plans every database of an inventory, sorted by ARN. */
export function planEnforcement(input: PlanInput): Plan {
  const world = planningWorld(input.inventory, input.settings, input.firstNewGroup);
  const somebodys = union(
    input.workloadAddresses ?? EMPTY_SET,
    ...world.peers.groupAddresses.values(),
    addressesSeen(input.observed ?? []),
  );
  const seenAt = new Map<string, ObservedConsumer[]>();
  for (const seen of input.observed ?? []) {
    const list = seenAt.get(seen.database);
    if (list === undefined) seenAt.set(seen.database, [seen]);
    else list.push(seen);
  }
  const destinations = Map.groupBy(input.destinations ?? [], (seen) => seen.database);
  const databases = [...input.inventory.databases].sort((a, b) =>
    a.arn < b.arn ? -1 : Number(a.arn > b.arn),
  );
  const { source, version, complete } = input.policy;
  return {
    policy: { source, version },
    databases: databases.map((database) =>
      planDatabase(world, database, {
        policy: input.resolution.databases.get(database.arn) ?? unknownToPolicy(database.arn),
        answer: { source, version, complete },
        ...observedAt(input, seenAt, database.arn),
        labelsOf: input.labelsOf,
        somebodys,
        ...rememberedOf(input, database.arn),
        ...outboundOf(input, destinations, seenAt, database.arn),
        ...(input.historyProblem === undefined ? {} : { historyProblem: input.historyProblem }),
      }),
    ),
    findings: [
      ...input.inventory.findings,
      ...input.policy.problems,
      ...input.resolution.findings,
      ...(input.historyProblem === undefined ? [] : [input.historyProblem]),
    ],
  };
}

/**
 * What a database may open, and what it was seen opening. That it was seen opening nothing counts only where its flow
 * logs tell of it at all: of its clients, or of itself.
 */
function outboundOf(
  { outbound }: PlanInput,
  destinations: ReadonlyMap<string, readonly ObservedDestination[]>,
  seenAt: ReadonlyMap<string, readonly ObservedConsumer[]>,
  arn: string,
): Pick<DatabaseKnowledge, "outbound" | "destinations"> {
  if (outbound === undefined) return {};
  const seen = destinations.get(arn) ?? (seenAt.has(arn) ? [] : undefined);
  return { outbound: outbound.get(arn) ?? noOutbound(arn), destinations: seen };
}

function rememberedOf(input: PlanInput, arn: string): { readonly remembered?: Remembered } {
  const remembered = input.remembered?.get(arn);
  return remembered === undefined ? {} : { remembered };
}

function addressesSeen(observed: readonly ObservedConsumer[]): AddressSet {
  const addresses = observed.map((seen) => parseAddress(seen.consumer));
  return addressSetOfAddresses(addresses.flatMap((a) => (a.ok ? [a.value] : [])));
}

const unknownToPolicy = (arn: string): DatabasePolicy => ({
  arn,
  matched: [],
  labels: {},
  allowed: EMPTY_SET,
  grants: [],
  reasonsWithin: () => [],
  overrideDenied: EMPTY_SET,
  incomplete: [],
  findings: [],
});

/** Who was seen at a database: nobody, or `undefined` where nothing that was read can say so. */
function observedAt(
  { observed, history }: PlanInput,
  seenAt: ReadonlyMap<string, readonly ObservedConsumer[]>,
  arn: string,
): Pick<DatabaseKnowledge, "observed" | "historyLook"> {
  if (observed === undefined) return { observed };
  const seen = seenAt.get(arn);
  if (history === undefined || history.besideFlows || seen !== undefined) return { observed: seen ?? [] };
  // A database at which nobody was seen may as well be one without flow logs.
  return { observed: undefined, historyLook: history.asked.has(arn) ? "tellsNothing" : "notAsked" };
}
