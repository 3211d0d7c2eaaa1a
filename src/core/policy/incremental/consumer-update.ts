import { type AddressSet, EMPTY_SET, union } from "../../net/address-set.ts";
import { type ConsumerSet, type Consumers, consumers } from "../consumer-set.ts";
import type { Href } from "../model.ts";
import type { Bound, PolicyIndex } from "../policy-index.ts";
import type { WorkloadMove } from "./index-update.ts";
import type { PolicyChange } from "./policy-change.ts";
import { foundSets, type SetTable } from "./set-table.ts";
import { type ConsumerChange, setUpdates } from "./set-update.ts";

/** The consumer sets after a change. */
export interface ConsumerUpdate {
  readonly change: ConsumerChange;
  readonly table: SetTable;
  /** Numbers of the sets that are different. */
  readonly changed: ReadonlySet<number>;
  /** Numbers of the sets that leave out other direct actors than before. */
  readonly outsideChanged: ReadonlySet<number>;
  /** All addresses that may have come to any of the sets, or gone. */
  readonly delta: AddressSet;
}

/** Brings all consumer sets up to date with an index that changed. */
export function updateConsumers(
  before: Consumers,
  table: SetTable,
  index: PolicyIndex,
  moves: readonly WorkloadMove[],
  change: PolicyChange,
): ConsumerUpdate {
  const services = changedServices(before.index, index, moves);
  const lists = changedLists(change);
  const sets = new Map<string, ConsumerSet>();
  const found = before.found;
  const after = consumers(index, {
    sets,
    lists: lists.size === 0 ? found.lists : new Map(),
    services: services.size === 0 ? found.services : new Map(),
  });
  const consumerChange: ConsumerChange = { before, after, moves, services, lists };
  const updated = updateSets(table, consumerChange);
  for (const [signature, set] of foundSets(updated.table)) sets.set(signature, set);
  return { change: consumerChange, ...updated };
}

function updateSets(
  table: SetTable,
  change: ConsumerChange,
): Pick<ConsumerUpdate, "table" | "changed" | "outsideChanged" | "delta"> {
  const updateOf = setUpdates(change);
  const changed = new Set<number>();
  const outsideChanged = new Set<number>();
  const deltas = new Set<AddressSet>();
  const sets = table.sets.map((set, number) => {
    const update = set === undefined ? undefined : updateOf(set);
    if (update === undefined) return set;
    changed.add(number);
    if (update.outsideChanged) outsideChanged.add(number);
    deltas.add(update.delta);
    return update.set;
  });
  const delta = deltas.size === 0 ? EMPTY_SET : union(...deltas);
  return { table: { sets }, changed, outsideChanged, delta };
}

function changedLists({ ipLists }: PolicyChange): ReadonlySet<Href> {
  return new Set([...(ipLists?.put ?? []).map((list) => list.href), ...(ipLists?.removed ?? [])]);
}

function changedServices(
  before: PolicyIndex,
  after: PolicyIndex,
  moves: readonly WorkloadMove[],
): ReadonlySet<number> {
  const bound = moves.flatMap(({ at }) => [
    ...(before.boundAt.get(at) ?? []),
    ...(after.boundAt.get(at) ?? []),
  ]);
  const services = new Set(bound.map((each) => each.virtualService));
  if (before.boundTo === after.boundTo) return services;
  for (const [service, now] of after.boundTo.entries()) {
    if (!sameBindings(before.boundTo[service] ?? [], now)) services.add(service);
  }
  return services;
}

function sameBindings(old: readonly Bound[], now: readonly Bound[]): boolean {
  if (old.length !== now.length) return false;
  return now.every(
    ({ binding, workload }, at) => old[at]?.binding === binding && old[at]?.workload === workload,
  );
}
