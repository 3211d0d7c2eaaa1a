import type { Diagnostic } from "../diagnostic.ts";
import { addressKey, parseAddress } from "../net/address.ts";
import { nameOf } from "./findings.ts";
import type { Bound, PolicyIndex } from "./policy-index.ts";
import type { DatabaseIdentity, IdentityStrength, MatchedObject } from "./resolution.ts";
import { holdersOf } from "./workload-addresses.ts";

/** The policy objects that stand for one database; the numbers are positions in the index. */
export interface DatabaseMatch {
  readonly database: DatabaseIdentity;
  readonly workloads: readonly number[];
  /** Bindings of those workloads: through them the rules of virtual services reach the database. */
  readonly bindings: readonly Bound[];
  /** Virtual services whose own labels speak for the database: bound to those workloads, or naming the database. */
  readonly virtualServices: readonly number[];
  readonly matched: readonly MatchedObject[];
  readonly findings: readonly Diagnostic[];
}

/** Where objects name something: an ARN, an endpoint, a host name. Positions are ascending. */
export interface DatabaseNames {
  readonly workloadsByReference: ReadonlyMap<string, readonly number[]>;
  readonly workloadsByHostname: ReadonlyMap<string, readonly number[]>;
  readonly servicesByReference: ReadonlyMap<string, readonly number[]>;
  readonly servicesByFqdn: ReadonlyMap<string, readonly number[]>;
}

/** Objects that name a database at one strength. */
interface Candidates {
  readonly by: IdentityStrength;
  readonly workloads: readonly number[];
  readonly virtualServices: readonly number[];
}

const BINDING_FIX = "bind it to the workload that stands for the database";

/** Finds the objects that stand for each database, in the order of the databases. */
export function matchDatabases(
  index: PolicyIndex,
  databases: readonly DatabaseIdentity[],
): readonly DatabaseMatch[] {
  const names = databaseNames(index, databases);
  return databases.map((database) => matchDatabase(index, names, database));
}

/** Finds the objects that stand for one database: the first strength at which some workload does counts. */
export function matchDatabase(
  index: PolicyIndex,
  names: DatabaseNames,
  database: DatabaseIdentity,
): DatabaseMatch {
  const unbound: Candidates[] = [];
  for (const candidate of candidates(index, names, database)) {
    const bound = candidate.virtualServices.flatMap((at) => index.boundTo[at] ?? []);
    const workloads = ascending([...candidate.workloads, ...bound.map((each) => each.workload)]);
    if (workloads.length > 0) return toMatch(index, database, candidate, workloads, unbound);
    if (candidate.virtualServices.length > 0) unbound.push(candidate);
  }
  return toMatch(index, database, undefined, [], unbound);
}

function toMatch(
  index: PolicyIndex,
  database: DatabaseIdentity,
  candidate: Candidates | undefined,
  workloads: readonly number[],
  unbound: readonly Candidates[],
): DatabaseMatch {
  const bindings = workloads.flatMap((at) => index.boundAt.get(at) ?? []);
  const by = candidate?.by ?? "address";
  const strength = new Map<number, IdentityStrength>();
  for (const each of bindings) strength.set(each.virtualService, by);
  for (const at of candidate?.virtualServices ?? []) strength.set(at, by);
  for (const each of unbound) for (const at of each.virtualServices) strength.set(at, each.by);
  const matched = [
    ...workloads.flatMap((at) => matchedObject("workload", index.workloads[at]?.href, by)),
    ...[...strength].flatMap(([at, s]) =>
      matchedObject("virtualService", index.virtualServices[at]?.href, s),
    ),
  ];
  return {
    database,
    workloads,
    bindings,
    virtualServices: [...strength.keys()],
    matched: matched.sort(byHref),
    findings: [
      ...ambiguity(index, database, workloads),
      ...unboundServices(index, database, candidate, unbound),
    ],
  };
}

function matchedObject(
  kind: MatchedObject["kind"],
  href: string | undefined,
  by: IdentityStrength,
): MatchedObject[] {
  return href === undefined ? [] : [{ kind, href, by }];
}

function byHref(a: MatchedObject, b: MatchedObject): number {
  if (a.kind !== b.kind) return a.kind === "workload" ? -1 : 1;
  return a.href < b.href ? -1 : 1;
}

function ambiguity(
  index: PolicyIndex,
  database: DatabaseIdentity,
  workloads: readonly number[],
): Diagnostic[] {
  if (workloads.length < 2) return [];
  const names = workloads.flatMap((at) => index.workloads[at] ?? []).map(nameOf);
  return [
    {
      code: "DATABASE_MATCHES_SEVERAL",
      what: `database "${database.arn}" is what ${names.length} workloads stand for: ${names.sort().join(", ")}`,
      why: "they name it in equally strong ways, so the rules of all of them count",
      fix: "leave one workload for the database, with the database's ARN as its external data reference",
    },
  ];
}

function unboundServices(
  index: PolicyIndex,
  database: DatabaseIdentity,
  candidate: Candidates | undefined,
  unbound: readonly Candidates[],
): Diagnostic[] {
  const all = [...unbound, ...(candidate === undefined ? [] : [candidate])];
  const alone = all.flatMap((each) => each.virtualServices).filter((at) => index.boundTo[at]?.length === 0);
  return alone
    .flatMap((at) => index.virtualServices[at] ?? [])
    .map((service) => ({
      code: "VIRTUAL_SERVICE_UNBOUND",
      what: `virtual service ${nameOf(service)} names database "${database.arn}" but is bound to no workload`,
      why: "a virtual service is enforced at the workloads bound to it, so its rules grant nothing",
      fix: BINDING_FIX,
    }));
}

function candidates(
  index: PolicyIndex,
  names: DatabaseNames,
  database: DatabaseIdentity,
): readonly Candidates[] {
  const arns = [database.arn, ...database.memberArns];
  const endpoints = database.endpoints.map(hostKey);
  return [
    {
      by: "arn",
      workloads: found(names.workloadsByReference, arns),
      virtualServices: found(names.servicesByReference, arns),
    },
    { by: "fqdn", workloads: [], virtualServices: found(names.servicesByFqdn, endpoints) },
    { by: "hostname", workloads: found(names.workloadsByHostname, endpoints), virtualServices: [] },
    { by: "address", workloads: holdersOfAny(index, database.addresses), virtualServices: [] },
  ];
}

function holdersOfAny(index: PolicyIndex, addresses: readonly string[]): number[] {
  const read = addresses.map(parseAddress);
  return read.flatMap((address) => (address.ok ? interfaceHolders(index, address.value) : []));
}

/** A public address is not one at which a database listens. */
function interfaceHolders(index: PolicyIndex, address: Parameters<typeof addressKey>[0]): number[] {
  const key = addressKey(address);
  return holdersOf(index.addresses, address).filter((at) =>
    index.workloads[at]?.interfaces.some((entry) => {
      const read = parseAddress(entry.address);
      return read.ok && addressKey(read.value) === key;
    }),
  );
}

function found(names: ReadonlyMap<string, readonly number[]>, keys: readonly string[]): number[] {
  return ascending(keys.flatMap((key) => names.get(key) ?? []));
}

function ascending(positions: readonly number[]): number[] {
  return [...new Set(positions)].sort((a, b) => a - b);
}

/** DNS names know no case, and a final dot says nothing. */
export function hostKey(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** Only the names that some database has are kept, so a large inventory of workloads costs one pass. */
export function databaseNames(index: PolicyIndex, databases: readonly DatabaseIdentity[]): DatabaseNames {
  const arns = new Set(databases.flatMap((database) => [database.arn, ...database.memberArns]));
  const hosts = new Set(databases.flatMap((database) => database.endpoints.map(hostKey)));
  const workloadsByReference = new Map<string, number[]>();
  const workloadsByHostname = new Map<string, number[]>();
  const servicesByReference = new Map<string, number[]>();
  const servicesByFqdn = new Map<string, number[]>();
  for (const [at, { externalDataReference, hostname }] of index.workloads.entries()) {
    note(workloadsByReference, arns, externalDataReference, at);
    if (hostname !== undefined) note(workloadsByHostname, hosts, hostKey(hostname), at);
  }
  for (const [at, service] of index.virtualServices.entries()) {
    note(servicesByReference, arns, service.externalDataReference, at);
    for (const { fqdn } of service.serviceAddresses) {
      if (fqdn !== undefined) note(servicesByFqdn, hosts, hostKey(fqdn), at);
    }
  }
  return { workloadsByReference, workloadsByHostname, servicesByReference, servicesByFqdn };
}

function note(
  into: Map<string, number[]>,
  wanted: ReadonlySet<string>,
  name: string | undefined,
  at: number,
): void {
  if (name === undefined || !wanted.has(name)) return;
  const known = into.get(name);
  if (known === undefined) into.set(name, [at]);
  else known.push(at);
}
