import type { Conversation } from "../core/flow/conversation.ts";
import { formatAddress, parseAddress } from "../core/net/address.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";
import { holdersOf } from "../core/policy/workload-addresses.ts";
import type { Observation, SuggestEstate } from "../core/suggest/model.ts";
import { queryKey } from "../core/suggest/query-key.ts";
import type { SuggestSource } from "./suggest-estate.ts";

/** Whoever was turned away in fewer places than this has a wrong setting somewhere; a scanner tries many. */
const SCANNED_PLACES = 10;

/** What flow logs show of consumers and databases. */
export interface Observed {
  /** One of each address and database, ACCEPTed on the listener's port. */
  readonly observations: readonly Observation[];
  /** Addresses that were turned away at ten places or more, and at more places than they were let into. */
  readonly scanners: ReadonlySet<string>;
}

type Counting = { -readonly [K in keyof Observation]: Observation[K] };

/** Sorts the conversations by consumer and database. A place is an address and port of a database. */
export function observeConsumers(
  {
    index,
    addresses,
    conversations = [],
    inventory,
  }: Pick<SuggestSource, "index" | "addresses" | "conversations" | "inventory">,
  { workloads }: SuggestEstate,
): Observed {
  const positions = new Map<string, number>(inventory.databases.map(({ arn }, at) => [arn, at]));
  const listeners = new Map(
    addresses.map((each) => [`${formatAddress(each.address)} ${each.port}`, each.arn]),
  );
  const hosts = new Set(addresses.map((each) => formatAddress(each.address)));
  const holder = holders(index, workloads);
  const seen = new Map<string, Map<number, Counting>>();
  const refused = new Map<string, Set<string>>();
  for (const each of conversations) {
    if ((each.protocol ?? "tcp") !== "tcp" || !hosts.has(each.provider)) continue;
    const place = `${each.provider} ${each.port}`;
    if (each.action === "REJECT") addTo(refused, each.consumer, place);
    else {
      const database = positions.get(listeners.get(place) ?? "");
      if (database !== undefined) addConversation(seen, each, database, holder);
    }
  }
  const scanners = [...refused].filter(
    ([address, places]) => places.size >= SCANNED_PLACES && places.size > (seen.get(address)?.size ?? 0),
  );
  return {
    observations: [...seen.values()].flatMap((byDatabase) => [...byDatabase.values()]),
    scanners: new Set(scanners.map(([address]) => address)),
  };
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key);
  if (known === undefined) sets.set(key, new Set([value]));
  else known.add(value);
}

function addConversation(
  seen: Map<string, Map<number, Counting>>,
  { consumer: address, records, firstSeen, lastSeen }: Conversation,
  database: number,
  holder: (address: string) => Holder,
): void {
  let byDatabase = seen.get(address);
  if (byDatabase === undefined) {
    byDatabase = new Map();
    seen.set(address, byDatabase);
  }
  const known = byDatabase.get(database);
  if (known === undefined) {
    const times = {
      ...(firstSeen === undefined ? {} : { firstSeen }),
      ...(lastSeen === undefined ? {} : { lastSeen }),
    };
    byDatabase.set(database, { address, database, records, ...holder(address), ...times });
    return;
  }
  known.records += records;
  if (firstSeen !== undefined && firstSeen < (known.firstSeen ?? "~")) known.firstSeen = firstSeen;
  if (lastSeen !== undefined && lastSeen > (known.lastSeen ?? "")) known.lastSeen = lastSeen;
}

type Holder = Pick<Observation, "workload" | "ambiguous">;

/** The workload at an address; several are one where their labels are the same. */
function holders(index: PolicyIndex, workloads: SuggestEstate["workloads"]): (address: string) => Holder {
  const known = new Map<string, Holder>();
  return (text) => {
    const found = known.get(text) ?? holderAt(index, workloads, text);
    known.set(text, found);
    return found;
  };
}

function holderAt(index: PolicyIndex, workloads: SuggestEstate["workloads"], text: string): Holder {
  const address = parseAddress(text);
  const [workload, ...others] = address.ok ? holdersOf(index.addresses, address.value) : [];
  if (workload === undefined) return {};
  const key = (at: number): string => queryKey(workloads[at]?.labels ?? {});
  return others.every((at) => key(at) === key(workload)) ? { workload } : { ambiguous: true };
}
