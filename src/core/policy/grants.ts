import { membersOf } from "../label/bit-set.ts";
import { type AddressSet, isEmpty, subtract, union } from "../net/address-set.ts";
import type { ConsumerSet, Consumers } from "./consumer-set.ts";
import type { DatabaseDraft } from "./database-draft.ts";
import { overlap } from "./merge-sorted.ts";
import type { Href } from "./model.ts";
import type { Because, Grant } from "./resolution.ts";
import { addressesOfOne } from "./workload-addresses.ts";

const TCP = 6;

/** An object among the consumers, with its addresses. */
interface Source {
  readonly because: Omit<Because, "rule">;
  readonly addresses: AddressSet;
}

/** Gives every grant on the listener of a database with its reason, ordered by rule and object. */
export type Grants = (draft: DatabaseDraft, denied: AddressSet) => readonly Grant[];

/**
 * Prepares the reasons of many databases. A rule over many workloads gives as many grants, so nothing is made before
 * it is asked for, and databases that one rule serves on the same port share its grants.
 */
export function grants(lookups: Consumers): Grants {
  const known = new Map<ConsumerSet, Map<string, readonly Grant[]>>();
  const sources = new Map<ConsumerSet, readonly Source[]>();
  const grantsIn = (consumers: ConsumerSet, rule: Href, port: number): readonly Grant[] => {
    const ofSet = known.get(consumers) ?? new Map<string, readonly Grant[]>();
    known.set(consumers, ofSet);
    const key = `${port} ${rule}`;
    const found = sources.get(consumers) ?? sourcesOf(lookups, consumers);
    sources.set(consumers, found);
    const made = ofSet.get(key) ?? found.map((source) => grantOf(source, rule, port));
    ofSet.set(key, made);
    return made;
  };
  return (draft, denied) => {
    const { port } = draft;
    if (port === undefined) return [];
    const out: Grant[] = [];
    for (const [rule, sets] of setsByRule(draft)) {
      const parts = sets.map((consumers) => grantsIn(consumers, rule, port));
      for (const grant of joined(parts)) addAllowed(out, grant, denied);
    }
    return out;
  };
}

function grantOf({ because, addresses }: Source, rule: Href, port: number): Grant {
  return { protocol: TCP, fromPort: port, toPort: port, addresses, because: { rule, ...because } };
}

/** The consumer sets of each rule, ordered by rule. */
export function setsByRule(draft: DatabaseDraft): [Href, ConsumerSet[]][] {
  const byRule = new Map<Href, ConsumerSet[]>();
  for (const [consumers, rules] of draft.allowed) {
    for (const rule of rules) {
      const sets = byRule.get(rule);
      if (sets === undefined) byRule.set(rule, [consumers]);
      else sets.push(consumers);
    }
  }
  return [...byRule].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Scopes may bring the same object in twice; it is then one grant. */
function joined(parts: readonly (readonly Grant[])[]): readonly Grant[] {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const byObject = new Map<string, Grant>();
  for (const grant of parts.flat()) {
    const key = objectKey(grant.because);
    const before = byObject.get(key);
    const addresses = before === undefined ? grant.addresses : union(before.addresses, grant.addresses);
    byObject.set(key, { ...grant, addresses });
  }
  return [...byObject].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function addAllowed(out: Grant[], grant: Grant, denied: AddressSet): void {
  if (!overlap(grant.addresses.v4, denied.v4) && !overlap(grant.addresses.v6, denied.v6)) {
    out.push(grant);
    return;
  }
  const addresses = subtract(grant.addresses, denied);
  if (!isEmpty(addresses)) out.push({ ...grant, addresses });
}

function objectKey({ workload = "", virtualService = "", ipList = "" }: Omit<Because, "rule">): string {
  return `${workload}\n${virtualService}\n${ipList}`;
}

/** The objects that have any address, in the order of their hrefs. */
function sourcesOf(lookups: Consumers, consumers: ConsumerSet): Source[] {
  const { index } = lookups;
  const workloads = membersOf(consumers.workloads).flatMap((at) => {
    const workload = index.workloads[at]?.href;
    const addresses = addressesOfOne(index.addresses, at, consumers.form);
    return workload === undefined ? [] : [{ because: { workload }, addresses }];
  });
  const services = consumers.virtualServices.flatMap((at) => {
    const virtualService = index.virtualServices[at]?.href ?? "";
    return lookups.virtualService(at).parts.map(({ workload, addresses }) => ({
      because: workload === undefined ? { virtualService } : { virtualService, workload },
      addresses,
    }));
  });
  const lists = consumers.ipLists.map((ipList) => ({
    because: { ipList },
    addresses: lookups.ipList(ipList, "narrow").addresses,
  }));
  const keyed = [...workloads, ...services, ...lists].map(
    (source) => [objectKey(source.because), source] as const,
  );
  const sorted = keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
  return sorted.filter((source) => !isEmpty(source.addresses));
}
