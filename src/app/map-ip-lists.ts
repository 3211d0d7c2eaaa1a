import type { Address } from "../core/net/address.ts";
import { type AddressSet, contains, countAddresses } from "../core/net/address-set.ts";
import { ipListAddresses } from "../core/policy/ip-list-addresses.ts";
import type { Href, IpList } from "../core/policy/model.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";

/** An IP list and what could be read of it. */
interface ReadIpList {
  readonly name: string;
  readonly addresses: AddressSet;
}

/** All IPv4 addresses. A list of them is the PCE's own "Any", which says nothing of anybody. */
const ANY = 2n ** 32n;

/** Names the IP list that an address of no workload lies in: the smallest, and of equals the first by name. */
export function ipListNames({ ipLists }: PolicyIndex): (address: Address) => string | undefined {
  const lists = [...ipLists.values()]
    .map(readIpList)
    .map((list) => ({ ...list, count: countAddresses(list.addresses) }))
    .filter(({ count }) => count > 0n && count < ANY)
    .sort((a, b) => Number(a.count > b.count) - Number(a.count < b.count) || (a.name < b.name ? -1 : 1));
  return (address) => lists.find(({ addresses }) => contains(addresses, address))?.name;
}

/** The IP lists that some rule lets in, by their hrefs. Those of everybody are left out. */
export function consumerIpLists({ policy, ipLists }: PolicyIndex): ReadonlyMap<Href, ReadIpList> {
  const actors = policy.ruleSets.flatMap(({ rules }) => rules.flatMap(({ consumers }) => consumers));
  const hrefs = new Set(actors.flatMap((actor) => (actor.kind === "ipList" ? [actor.href] : [])));
  const lists = [...hrefs].flatMap((href) => ipLists.get(href) ?? []);
  return new Map(
    lists
      .map((list) => [list.href, readIpList(list)] as const)
      .filter(([, { addresses }]) => countAddresses(addresses) < ANY),
  );
}

const readIpList = (list: IpList): ReadIpList => ({
  name: list.name,
  addresses: ipListAddresses(list, "narrow").addresses,
});
