import { addBit, type BitSet, bitSet, hasBit, keepAll } from "../label/bit-set.ts";
import type { LabelTerms } from "../label/label-terms.ts";
import { type Reading, select } from "../label/select.ts";
import { type AddressSet, union } from "../net/address-set.ts";
import { type IpListAddresses, ipListAddresses } from "./ip-list-addresses.ts";
import type { Href, ResolveAs } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";
import type { RuleSide } from "./rule-side.ts";
import { type VirtualServiceAddresses, virtualServiceAddresses } from "./virtual-service-addresses.ts";
import { type AddressForm, addressesOf } from "./workload-addresses.ts";

/** Whom the consumers of a rule stand for in one scope. */
export interface ConsumerSet {
  /** What was looked for. */
  readonly query: ConsumerQuery;
  /** Equal for queries that find the same. */
  readonly signature: string;
  readonly workloads: BitSet;
  /** How the addresses of the workloads count. */
  readonly form: AddressForm;
  readonly virtualServices: readonly number[];
  readonly ipLists: readonly Href[];
  readonly addresses: AddressSet;
  /** Names of direct actors that the scope leaves out. */
  readonly outside: readonly Href[];
}

/** What to look for. `scope` is absent when the consumers are not bound to it. */
export interface ConsumerQuery {
  readonly side: RuleSide;
  readonly scope?: LabelTerms;
  readonly resolveAs: readonly ResolveAs[];
  readonly form: AddressForm;
}

/** Lookups shared by all rules; what was found once is kept. */
export interface Consumers {
  readonly index: PolicyIndex;
  readonly found: FoundConsumers;
  readonly find: (query: ConsumerQuery) => ConsumerSet;
  readonly inScope: (scope: LabelTerms, reading: Reading) => BitSet;
  readonly ipList: (href: Href, reading: Reading) => IpListAddresses;
  readonly virtualService: (at: number) => VirtualServiceAddresses;
}

const NO_LIST: IpListAddresses = { addresses: union(), problems: [] };

/** What lookups found before, by what was looked for; new finds are added. */
export interface FoundConsumers {
  readonly sets: Map<string, ConsumerSet>;
  readonly lists: Map<string, IpListAddresses>;
  readonly services: Map<number, VirtualServiceAddresses>;
}

/**
 * Prepares lookups in the index.
 *
 * @param found finds of earlier lookups that still hold
 */
export function consumers(
  index: PolicyIndex,
  found: FoundConsumers = { sets: new Map(), lists: new Map(), services: new Map() },
): Consumers {
  const { sets, lists, services } = found;
  const scopes = new Map<string, BitSet>();
  const lookups: Consumers = {
    index,
    found,
    find: (query) => {
      const signature = signatureOf(query);
      return remember(sets, signature, () => ({ ...findConsumers(lookups, query), query, signature }));
    },
    inScope: (scope, reading) =>
      rememberFew(scopes, `${reading}${scope.signature}`, () => select(index.workloadLabels, scope, reading)),
    ipList: (href, reading) =>
      remember(lists, `${reading}${href}`, () => {
        const list = index.ipLists.get(href);
        return list === undefined ? NO_LIST : ipListAddresses(list, reading);
      }),
    virtualService: (at) => remember(services, at, () => virtualServiceAddresses(index, at)),
  };
  return lookups;
}

function remember<K, V>(known: Map<K, V>, key: K, find: () => V): V {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  known.set(key, found);
  return found;
}

/**
 * Scopes that are kept. Each takes a bit a workload, and thousands of rule sets have thousands of scopes; but the rules
 * of one rule set, which share them, are looked at one after another.
 */
const KEPT_SCOPES = 256;

/** Forgets what was found first once there is too much; callers only read what they are given. */
function rememberFew<V>(known: Map<string, V>, key: string, find: () => V): V {
  const found = remember(known, key, find);
  const [oldest] = known.size > KEPT_SCOPES ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
  return found;
}

function signatureOf({ side, scope, resolveAs, form }: ConsumerQuery): string {
  const as = `${resolveAs.includes("workloads")}${resolveAs.includes("virtualServices")}`;
  return `${form} ${as} ${side.signature} in ${scope?.signature ?? "*"}`;
}

/** The narrow reading, for rules that allow. */
function findConsumers(lookups: Consumers, query: ConsumerQuery): Omit<ConsumerSet, "query" | "signature"> {
  const { index } = lookups;
  const { side, form } = query;
  const workloads = labelledWorkloads(lookups, query);
  const services = labelledServices(index, query);
  const outside = [
    ...addDirect(index, query, workloads, "workload"),
    ...addDirect(index, query, services, "virtualService"),
  ];
  const virtualServices = index.virtualServices.flatMap((_, at) => (hasBit(services, at) ? [at] : []));
  const addresses = union(
    addressesOf(index.addresses, workloads, form),
    ...virtualServices.flatMap((at) => lookups.virtualService(at).parts.map((part) => part.addresses)),
    ...side.ipLists.map((href) => lookups.ipList(href, "narrow").addresses),
  );
  return { workloads, form, virtualServices, ipLists: side.ipLists, addresses, outside };
}

function labelledWorkloads(lookups: Consumers, { side, scope, resolveAs }: ConsumerQuery): BitSet {
  const among = lookups.index.workloadLabels;
  if (side.terms === undefined || !resolveAs.includes("workloads")) return bitSet(among.size);
  const selected = select(among, side.terms, "narrow");
  if (scope !== undefined) keepAll(selected, lookups.inScope(scope, "narrow"));
  return selected;
}

function labelledServices(index: PolicyIndex, { side, scope, resolveAs }: ConsumerQuery): BitSet {
  const among = index.virtualServiceLabels;
  if (side.terms === undefined || !resolveAs.includes("virtualServices")) return bitSet(among.size);
  const selected = select(among, side.terms, "narrow");
  if (scope !== undefined) keepAll(selected, select(among, scope, "narrow"));
  return selected;
}

/** Adds the direct actors that lie in the scope to `into`, and gives the hrefs of the others. */
function addDirect(
  index: PolicyIndex,
  { side, scope }: ConsumerQuery,
  into: BitSet,
  kind: "workload" | "virtualService",
): readonly Href[] {
  const isWorkload = kind === "workload";
  const direct = isWorkload ? side.workloads : side.virtualServices;
  if (direct.length === 0) return [];
  const objects = isWorkload ? index.workloads : index.virtualServices;
  const among = isWorkload ? index.workloadLabels : index.virtualServiceLabels;
  const free = scope === undefined || index.options.directActorsIgnoreScope === true;
  const inScope = free ? undefined : select(among, scope, "narrow");
  const outside: Href[] = [];
  for (const at of direct) {
    if (inScope === undefined || hasBit(inScope, at)) addBit(into, at);
    else outside.push(objects[at]?.href ?? "");
  }
  return outside;
}
