import { hasBit } from "../../label/bit-set.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import { type Reading, select } from "../../label/select.ts";
import { universe } from "../../label/universe.ts";
import { type AddressSet, EMPTY_SET, equals, isEmpty, subtract, union } from "../../net/address-set.ts";
import type { ConsumerQuery, ConsumerSet, Consumers } from "../consumer-set.ts";
import { heldWithin } from "../hosts-within.ts";
import type { Href, Workload } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { type AddressForm, addressesOfOne } from "../workload-addresses.ts";
import { NOBODY, type WorkloadMove } from "./index-update.ts";
import { clip, patch } from "./patch-address-set.ts";
import { withBit } from "./universe-update.ts";

/** What changed among the objects that consumers can be. */
export interface ConsumerChange {
  readonly before: Consumers;
  readonly after: Consumers;
  readonly moves: readonly WorkloadMove[];
  /** Virtual services of which some binding or bound workload is different. */
  readonly services: ReadonlySet<number>;
  /** IP lists that are different. */
  readonly lists: ReadonlySet<Href>;
}

/** A set of consumers after a change. */
export interface SetUpdate {
  readonly set: ConsumerSet;
  /** The addresses that may have come or gone. */
  readonly delta: AddressSet;
  /** Other direct actors lie outside the scope than before. */
  readonly outsideChanged: boolean;
}

/** Whether label terms select one object. */
export type Selects = (terms: LabelTerms, reading: Reading) => boolean;

/** Prepares one workload to be asked about; {@link NOBODY} is selected by nothing. */
export function selects(index: PolicyIndex, workload: Workload): Selects {
  if (workload === NOBODY) return () => false;
  const alone = universe(index.catalog, [workload]);
  const known = new Map<string, boolean>();
  return (terms, reading) => {
    const key = `${reading}${terms.signature}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const is = hasBit(select(alone, terms, reading), 0);
    known.set(key, is);
    return is;
  };
}

/** Gives the update of one set after another; `undefined` for a set that the change does not touch. */
export function setUpdates(change: ConsumerChange): (set: ConsumerSet) => SetUpdate | undefined {
  const moves = change.moves.map((move) => movedWorkload(change, move));
  return (set) => {
    const moved = withMoves(set, moves, change.after.index);
    const parts = [...moved.parts, ...serviceParts(set, change), ...listParts(set, change)];
    const outside = outsideAfter(set, moves, change.after.index);
    if (parts.length === 0 && outside === set.outside) return undefined;
    const delta = union(...parts);
    const { workloads } = moved;
    const content = contentWithin({ ...set, workloads }, delta, change.after);
    const addresses = patch(set.addresses, delta, content);
    const outsideChanged = outside !== set.outside;
    return { set: { ...set, workloads, addresses, outside }, delta, outsideChanged };
  };
}

interface MovedWorkload extends WorkloadMove {
  readonly selects: Selects;
  readonly addresses: Readonly<Record<AddressForm, readonly [before: AddressSet, after: AddressSet]>>;
}

function movedWorkload({ before, after }: ConsumerChange, move: WorkloadMove): MovedWorkload {
  const of = (index: PolicyIndex, form: AddressForm): AddressSet =>
    move.at < index.workloads.length ? addressesOfOne(index.addresses, move.at, form) : EMPTY_SET;
  const both = (form: AddressForm) => [of(before.index, form), of(after.index, form)] as const;
  return {
    ...move,
    selects: selects(after.index, move.after),
    addresses: { hosts: both("hosts"), subnets: both("subnets") },
  };
}

/** The members after the moves, and the addresses of those that came, went or changed. */
function withMoves(
  set: ConsumerSet,
  moves: readonly MovedWorkload[],
  index: PolicyIndex,
): { readonly workloads: ConsumerSet["workloads"]; readonly parts: readonly AddressSet[] } {
  let { workloads } = set;
  const parts: AddressSet[] = [];
  for (const move of moves) {
    const was = hasBit(workloads, move.at);
    const is = isMember(set.query, move, index);
    parts.push(...movedAddresses(move.addresses[set.form], was, is));
    if (was !== is) workloads = withBit(workloads, move.at, is, index.workloads.length);
  }
  return { workloads, parts };
}

function movedAddresses(
  [before, after]: readonly [AddressSet, AddressSet],
  was: boolean,
  is: boolean,
): readonly AddressSet[] {
  if (was && is) return equals(before, after) ? [] : [before, after];
  return [...(was ? [before] : []), ...(is ? [after] : [])];
}

function isMember(query: ConsumerQuery, move: MovedWorkload, index: PolicyIndex): boolean {
  const { side, scope, resolveAs } = query;
  const inScope = scope === undefined || move.selects(scope, "narrow");
  if (isDirect(query, move)) return inScope || index.options.directActorsIgnoreScope === true;
  if (side.terms === undefined || !resolveAs.includes("workloads")) return false;
  return inScope && move.selects(side.terms, "narrow");
}

function isDirect({ side }: ConsumerQuery, { at, after }: WorkloadMove): boolean {
  return after !== NOBODY && side.workloads.includes(at);
}

function outsideAfter(
  set: ConsumerSet,
  moves: readonly MovedWorkload[],
  index: PolicyIndex,
): readonly Href[] {
  let { outside } = set;
  for (const move of moves) {
    const is = isDirect(set.query, move) && !isMember(set.query, move, index);
    const known = outside.includes(move.after.href);
    if (is && !known) outside = [...outside, move.after.href];
    if (!is && known) outside = outside.filter((href) => href !== move.after.href);
  }
  return outside;
}

function serviceParts(set: ConsumerSet, { before, after, services }: ConsumerChange): readonly AddressSet[] {
  if (services.size === 0) return [];
  const at = set.virtualServices.filter((service) => services.has(service));
  return [
    ...at.map((service) => serviceAddresses(before, service)),
    ...at.map((service) => serviceAddresses(after, service)),
  ];
}

function serviceAddresses(lookups: Consumers, at: number): AddressSet {
  return union(...lookups.virtualService(at).parts.map((part) => part.addresses));
}

function listParts(set: ConsumerSet, { before, after, lists }: ConsumerChange): readonly AddressSet[] {
  if (lists.size === 0) return [];
  return set.ipLists
    .filter((href) => lists.has(href))
    .flatMap((href) => {
      const old = before.ipList(href, "narrow").addresses;
      const now = after.ipList(href, "narrow").addresses;
      return [subtract(old, now), subtract(now, old)];
    });
}

function contentWithin(set: ConsumerSet, delta: AddressSet, lookups: Consumers): AddressSet {
  if (isEmpty(delta)) return EMPTY_SET;
  return union(
    heldWithin(lookups.index.addresses, set.workloads, delta, set.form),
    ...set.virtualServices.flatMap((at) =>
      lookups.virtualService(at).parts.map((part) => clip(part.addresses, delta)),
    ),
    ...set.ipLists.map((href) => clip(lookups.ipList(href, "narrow").addresses, delta)),
  );
}
