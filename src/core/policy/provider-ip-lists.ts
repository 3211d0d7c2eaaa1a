import type { Diagnostic } from "../diagnostic.ts";
import { bitSetOf } from "../label/bit-set.ts";
import { parseAddress } from "../net/address.ts";
import { type AddressSet, addressSetOfAddresses, intersect, isEmpty, union } from "../net/address-set.ts";
import type { Resolving } from "./allow-rules.ts";
import type { DatabaseDraft } from "./database-draft.ts";
import { nameOf } from "./findings.ts";
import type { Href } from "./model.ts";
import { addressesOf } from "./workload-addresses.ts";

/**
 * Reports IP lists that are providers of some rule and hold an address of a database. Such a rule opens the clients'
 * way out only; were it a grant, the default rule of every policy would open every database.
 */
export function noteProviderIpLists(to: Resolving): void {
  const lists = [...providerIpLists(to)].map((href) => ({
    finding: finding(to, href),
    addresses: to.lookups.ipList(href, "wide").addresses,
  }));
  if (lists.length === 0) return;
  for (const draft of to.drafts) {
    const own = addressesOfDatabase(to, draft);
    for (const list of lists) {
      if (!isEmpty(intersect(own, list.addresses))) draft.findings.add(list.finding);
    }
  }
}

function providerIpLists(to: Resolving): Set<Href> {
  const ruleSets = to.lookups.index.policy.ruleSets.filter((ruleSet) => ruleSet.enabled);
  const rules = ruleSets.flatMap((ruleSet) => ruleSet.rules.filter((rule) => rule.enabled));
  const lists = rules.flatMap((rule) => rule.providers.filter((actor) => actor.kind === "ipList"));
  return new Set(lists.map((list) => list.href));
}

/** Addresses of a database: its own, and those of the workloads that stand for it. */
function addressesOfDatabase(to: Resolving, { match }: DatabaseDraft): AddressSet {
  const { index } = to.lookups;
  const own = match.database.addresses.map(parseAddress).flatMap((read) => (read.ok ? [read.value] : []));
  const workloads = bitSetOf(index.workloads.length, match.workloads);
  return union(addressSetOfAddresses(own), addressesOf(index.addresses, workloads, "hosts"));
}

function finding(to: Resolving, href: Href): Diagnostic {
  const list = to.lookups.index.ipLists.get(href);
  return {
    code: "PROVIDER_IP_LIST_IGNORED",
    what: `IP list ${list === undefined ? `"${href}"` : nameOf(list)} is a provider of some rule and holds an address of the database`,
    why: "such a rule opens the way out of the clients' hosts only; it never makes a database a provider",
    fix: "name the database's workload, virtual service or labels as provider if the rule is meant to open it",
  };
}
