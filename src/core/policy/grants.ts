import { membersOf } from "../label/bit-set.ts";
import { type AddressSet, isEmpty, subtract, union } from "../net/address-set.ts";
import type { ConsumerSet, Consumers } from "./consumer-set.ts";
import type { DatabaseDraft } from "./database-draft.ts";
import type { Href } from "./model.ts";
import type { Because, Grant } from "./resolution.ts";
import { addressesOfOne } from "./workload-addresses.ts";

const TCP = 6;

/** An object among the consumers, with its addresses. */
interface Source {
  readonly because: Omit<Because, "rule">;
  readonly addresses: AddressSet;
}

/**
 * Every grant on the listener with its reason, ordered by rule and object. A rule over many workloads gives as many
 * grants, so this is done only for the databases whose reasons are asked for.
 */
export function grantsOf(lookups: Consumers, draft: DatabaseDraft, denied: AddressSet): readonly Grant[] {
  const { port } = draft;
  if (port === undefined) return [];
  const grants = new Map<string, Grant>();
  for (const [consumers, rules] of draft.allowed) {
    const sources = sourcesOf(lookups, consumers).map((source) => withoutDenied(source, denied));
    for (const rule of rules) {
      for (const source of sources) if (!isEmpty(source.addresses)) addGrant(grants, rule, source, port);
    }
  }
  return [...grants].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function withoutDenied(source: Source, denied: AddressSet): Source {
  return isEmpty(denied) ? source : { ...source, addresses: subtract(source.addresses, denied) };
}

/** Scopes may bring the same object in twice, once as a host and once as a subnet, say. */
function addGrant(grants: Map<string, Grant>, rule: Href, source: Source, port: number): void {
  const { workload = "", virtualService = "", ipList = "" } = source.because;
  const key = [rule, workload, virtualService, ipList].join("\n");
  const known = grants.get(key);
  const addresses = known === undefined ? source.addresses : union(known.addresses, source.addresses);
  const because: Because = { rule, ...source.because };
  grants.set(key, { protocol: TCP, fromPort: port, toPort: port, addresses, because });
}

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
  return [...workloads, ...services, ...lists];
}
