import type { Diagnostic } from "../../diagnostic.ts";
import { hasBit, membersOf } from "../../label/bit-set.ts";
import type { Href, Policy, Workload } from "../model.ts";
import { bind, type PolicyIndex, workloadFindings } from "../policy-index.ts";
import { type WorkloadAddressing, workloadAddressing } from "../workload-interfaces.ts";
import { withAddresses } from "./host-table-update.ts";
import { changedObjects, type ObjectChange, type PolicyChange } from "./policy-change.ts";
import { Positions } from "./positions.ts";
import { withBit, withObject } from "./universe-update.ts";

/** Stands in the place of a workload that is gone, until another one takes the place. */
export const NOBODY: Workload = {
  href: "",
  managed: false,
  interfaces: [],
  ignoredInterfaceNames: [],
  labels: [],
  unreadable: [],
};

/** A workload that changed, came ({@link NOBODY} before) or went ({@link NOBODY} after). */
export interface WorkloadMove {
  readonly at: number;
  readonly before: Workload;
  readonly after: Workload;
}

/** An index with what is needed to change it in place of making it anew. */
export interface ChangeableIndex {
  readonly index: PolicyIndex;
  readonly positions: Positions;
  /** Places that are free. */
  readonly vacant: readonly number[];
  /** What could not be read, by the workload's place. */
  readonly doubtful: ReadonlyMap<number, readonly Diagnostic[]>;
  readonly dangling: readonly Diagnostic[];
}

/**
 * Prepares an index for changes.
 *
 * @returns `undefined` when the policy names an object twice: then places and objects do not belong together
 */
export function changeableIndex(index: PolicyIndex): ChangeableIndex | undefined {
  const { policy } = index;
  const unique =
    index.doubts.length === 0 &&
    index.workloads.length === policy.workloads.length &&
    index.ipLists.size === policy.ipLists.length &&
    isUnique(policy.serviceBindings) &&
    isUnique(policy.ruleSets);
  if (!unique) return undefined;
  const doubtful = membersOf(index.uncertainAddresses).flatMap((at) => {
    const workload = index.workloads[at];
    return workload === undefined ? [] : [[at, findingsOf(index, workload)] as const];
  });
  const positions = new Positions(new Map(index.workloads.map((workload, at) => [workload.href, at])));
  return {
    index,
    positions,
    vacant: [],
    doubtful: new Map(doubtful),
    dangling: bind(policy.serviceBindings, index).dangling,
  };
}

function isUnique(objects: readonly { readonly href: Href }[]): boolean {
  return new Set(objects.map((object) => object.href)).size === objects.length;
}

function findingsOf(index: PolicyIndex, workload: Workload): readonly Diagnostic[] {
  return workloadFindings(workload, addressingOf(index, workload).unreadable);
}

function addressingOf({ options }: PolicyIndex, workload: Workload): WorkloadAddressing {
  return workloadAddressing(workload, options.includePublicIp === true);
}

/** The index after a change of workloads, IP lists, bindings and rule sets, and the workloads that moved. */
export function changedIndex(
  from: ChangeableIndex,
  change: PolicyChange,
): { readonly to: ChangeableIndex; readonly moves: readonly WorkloadMove[] } {
  const before = from.index.policy;
  const places = [...from.index.workloads];
  const vacant = [...from.vacant];
  const moves = movesOf(from, change.workloads, places, vacant);
  const positions = from.positions.with(moves.flatMap(placesOf));
  const serviceBindings = changedObjects(before.serviceBindings, change.serviceBindings);
  const ipLists = changedObjects(before.ipLists, change.ipLists);
  const ruleSets = changedObjects(before.ruleSets, change.ruleSets);
  const policy = policyOver(places, vacant, before, { ...change, serviceBindings, ipLists, ruleSets });
  const moved = moves.reduce(withMove, { index: from.index, doubtful: from.doubtful });
  const index: PolicyIndex = {
    ...moved.index,
    policy,
    workloads: places,
    workloadAt: positions,
    ipLists: ipLists === before.ipLists ? from.index.ipLists : new Map(ipLists.map((l) => [l.href, l])),
  };
  const { doubtful } = moved;
  const rebind = change.serviceBindings !== undefined || moves.some((move) => placesOf(move).length > 0);
  const bindings = rebind ? bind(serviceBindings, index) : { ...index, dangling: from.dangling };
  const { dangling, boundTo, boundAt } = bindings;
  const sameFindings = dangling === from.dangling && doubtful === from.doubtful;
  const findings = sameFindings ? from.index.findings : [...dangling, ...[...doubtful.values()].flat()];
  const to = { index: { ...index, boundTo, boundAt, findings }, positions, vacant, doubtful, dangling };
  return { to, moves };
}

/** The policy whose workloads are those in the places; they are listed when somebody asks, for they are many. */
function policyOver(
  places: readonly Workload[],
  vacant: readonly number[],
  before: Policy,
  now: Pick<Policy, "serviceBindings" | "ipLists" | "ruleSets"> &
    Partial<Pick<Policy, "version" | "complete" | "problems">>,
): Policy {
  let listed = vacant.length === 0 ? places : undefined;
  return {
    source: before.source,
    version: now.version ?? before.version,
    labels: before.labels,
    labelGroups: before.labelGroups,
    ipLists: now.ipLists,
    services: before.services,
    get workloads() {
      listed ??= places.filter((workload) => workload !== NOBODY);
      return listed;
    },
    virtualServices: before.virtualServices,
    serviceBindings: now.serviceBindings,
    ruleSets: now.ruleSets,
    complete: now.complete ?? before.complete,
    problems: now.problems ?? before.problems,
    ...(before.mapping === undefined ? {} : { mapping: before.mapping }),
  };
}

/** Finds a place for each workload, in `places`; places that become free are used from the next change on. */
function movesOf(
  { positions }: ChangeableIndex,
  change: ObjectChange<Workload> | undefined,
  places: Workload[],
  vacant: number[],
): readonly WorkloadMove[] {
  const { put = [], removed = [] } = change ?? {};
  const moves: WorkloadMove[] = [];
  const move = (at: number, after: Workload): void => {
    const before = places[at] ?? NOBODY;
    if (before !== after) moves.push({ at, before, after });
    places[at] = after;
  };
  for (const [href, workload] of new Map(put.map((each) => [each.href, each]))) {
    move(positions.get(href) ?? vacant.pop() ?? places.length, workload);
  }
  const kept = new Set(put.map((workload) => workload.href));
  for (const href of new Set(removed)) {
    const at = positions.get(href);
    if (at === undefined || kept.has(href)) continue;
    move(at, NOBODY);
    vacant.push(at);
  }
  return moves;
}

function placesOf({ at, before, after }: WorkloadMove): readonly (readonly [Href, number | undefined])[] {
  if (before.href === after.href) return [];
  return after === NOBODY ? [[before.href, undefined]] : [[after.href, at]];
}

interface Moved {
  readonly index: PolicyIndex;
  readonly doubtful: ReadonlyMap<number, readonly Diagnostic[]>;
}

function withMove({ index, doubtful }: Moved, { at, before, after }: WorkloadMove): Moved {
  const workloadLabels = withObject(index.workloadLabels, index.catalog, at, before, after);
  const { size } = workloadLabels;
  const old = addressingOf(index, before);
  const now = addressingOf(index, after);
  const same = size === index.workloadLabels.size && addressText(old) === addressText(now);
  const uncertain = now.unreadable.length > 0 || hasBit(workloadLabels.uncertain, at);
  const findings = workloadFindings(after, now.unreadable);
  return {
    index: {
      ...index,
      workloadLabels,
      addresses: same ? index.addresses : withAddresses(index.addresses, at, now.addresses, size),
      uncertainAddresses: withBit(index.uncertainAddresses, at, uncertain, size),
    },
    doubtful: sameDoubts(doubtful, at, findings) ? doubtful : withDoubts(doubtful, at, findings),
  };
}

function addressText({ addresses }: WorkloadAddressing): string {
  return addresses.map(({ address, prefix }) => `${address.value}/${prefix}`).join();
}

function sameDoubts(
  doubtful: ReadonlyMap<number, readonly Diagnostic[]>,
  at: number,
  findings: readonly Diagnostic[],
): boolean {
  return findings.length === 0 && !doubtful.has(at);
}

function withDoubts(
  doubtful: ReadonlyMap<number, readonly Diagnostic[]>,
  at: number,
  findings: readonly Diagnostic[],
): ReadonlyMap<number, readonly Diagnostic[]> {
  const all = new Map(doubtful).set(at, findings);
  if (findings.length === 0) all.delete(at);
  return all;
}
