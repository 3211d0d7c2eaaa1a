import { addressKey, parseAddress } from "../../net/address.ts";
import { type DatabaseMatch, type DatabaseNames, hostKey } from "../database-match.ts";
import type { VirtualService, Workload } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { DatabaseIdentity } from "../resolution.ts";
import type { WorkloadMove } from "./index-update.ts";
import { withMember, withoutMember } from "./universe-update.ts";

/** By what databases can be named, and the positions of those that are. */
export interface DatabaseKeys {
  readonly arns: ReadonlyMap<string, readonly number[]>;
  readonly hosts: ReadonlyMap<string, readonly number[]>;
  readonly addresses: ReadonlyMap<string, readonly number[]>;
}

/** Collects the names of databases. */
export function databaseKeys(databases: readonly DatabaseIdentity[]): DatabaseKeys {
  return {
    arns: byKey(databases, ({ arn, memberArns }) => [arn, ...memberArns]),
    hosts: byKey(databases, ({ endpoints }) => endpoints.map(hostKey)),
    addresses: byKey(databases, ({ addresses }) => addresses.flatMap(keyOf)),
  };
}

function byKey(
  databases: readonly DatabaseIdentity[],
  keysOf: (database: DatabaseIdentity) => readonly string[],
): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [at, database] of databases.entries()) {
    for (const key of keysOf(database)) {
      const known = out.get(key);
      if (known === undefined) out.set(key, [at]);
      else known.push(at);
    }
  }
  return out;
}

function keyOf(text: string): readonly string[] {
  const read = parseAddress(text);
  return read.ok ? [String(addressKey(read.value))] : [];
}

/** Databases for which other objects may stand, or the objects that stand for them may be different. */
export function affectedDatabases(
  keys: DatabaseKeys,
  matches: readonly DatabaseMatch[],
  index: PolicyIndex,
  changed: { readonly moves: readonly WorkloadMove[]; readonly services: ReadonlySet<number> },
): ReadonlySet<number> {
  const { moves, services } = changed;
  const bound = [...services].flatMap((at) => index.boundTo[at] ?? []);
  const moved = new Set([...moves.map((move) => move.at), ...bound.map((each) => each.workload)]);
  const found = new Set(
    [
      ...moves.flatMap(({ before, after }) => [...namedBy(keys, before), ...namedBy(keys, after)]),
      ...[...services].flatMap((at) => namedByService(keys, index.virtualServices[at])),
    ].flatMap((positions) => positions ?? []),
  );
  for (const [at, match] of matches.entries()) {
    if (match.workloads.some((each) => moved.has(each))) found.add(at);
    if (match.virtualServices.some((each) => services.has(each))) found.add(at);
  }
  return found;
}

type NamedBy = readonly (readonly number[] | undefined)[];

function namedByService(keys: DatabaseKeys, service: VirtualService | undefined): NamedBy {
  const addresses = service?.serviceAddresses ?? [];
  return [
    keys.arns.get(service?.externalDataReference ?? ""),
    ...addresses.map(({ fqdn }) => keys.hosts.get(hostKey(fqdn ?? ""))),
  ];
}

function namedBy(keys: DatabaseKeys, workload: Workload): NamedBy {
  const { externalDataReference, hostname, interfaces } = workload;
  return [
    keys.arns.get(externalDataReference ?? ""),
    keys.hosts.get(hostKey(hostname ?? "")),
    ...interfaces.flatMap(({ address }) => keyOf(address).map((key) => keys.addresses.get(key))),
  ];
}

/** The names after the moves. */
export function movedNames(
  names: DatabaseNames,
  keys: DatabaseKeys,
  moves: readonly WorkloadMove[],
): DatabaseNames {
  const referenceOf = (workload: Workload): string | undefined => workload.externalDataReference;
  const hostOf = ({ hostname }: Workload): string | undefined =>
    hostname === undefined ? undefined : hostKey(hostname);
  return {
    ...names,
    workloadsByReference: moves.reduce(moveIn(keys.arns, referenceOf), names.workloadsByReference),
    workloadsByHostname: moves.reduce(moveIn(keys.hosts, hostOf), names.workloadsByHostname),
  };
}

type Places = ReadonlyMap<string, readonly number[]>;

function moveIn(
  wanted: ReadonlyMap<string, unknown>,
  nameOf: (workload: Workload) => string | undefined,
): (places: Places, move: WorkloadMove) => Places {
  return (places, { at, before, after }) => {
    const old = nameOf(before);
    const now = nameOf(after);
    if (old === now) return places;
    const out = new Map(places);
    if (old !== undefined && wanted.has(old)) out.set(old, withoutMember(out.get(old) ?? [], at));
    if (now !== undefined && wanted.has(now)) out.set(now, withMember(out.get(now) ?? [], at));
    return out;
  };
}
