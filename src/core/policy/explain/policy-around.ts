import { membersOf } from "../../label/bit-set.ts";
import type { Address } from "../../net/address.ts";
import { contains } from "../../net/address-set.ts";
import type { DatabaseMatch } from "../database-match.ts";
import type { Actor, Href, Policy } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { addressesOfOne, holdersOf } from "../workload-addresses.ts";

/**
 * The policy with the few workloads that can matter to one address and one database: those that hold the address, that
 * stand for the database, that rules and bindings name, and those that cannot be read in full. It says of the address
 * and the database exactly what the whole policy says, and is quick to resolve again after a change.
 */
export function policyAround(index: PolicyIndex, match: DatabaseMatch, address: Address): Policy {
  const { policy } = index;
  const positions = [
    ...match.workloads,
    ...holdersOf(index.addresses, address),
    ...membersOf(index.uncertainAddresses),
    ...subnetHolders(index, address),
  ];
  const keep = new Set(positions.flatMap((at) => index.workloads[at]?.href ?? []));
  for (const href of namedWorkloads(policy)) keep.add(href);
  return { ...policy, workloads: policy.workloads.filter((workload) => keep.has(workload.href)) };
}

function* namedWorkloads(policy: Policy): Iterable<Href> {
  for (const binding of policy.serviceBindings) yield binding.workload;
  for (const ruleSet of policy.ruleSets) {
    for (const rule of [...ruleSet.rules, ...ruleSet.denyRules]) {
      yield* directWorkloads(rule.providers);
      yield* directWorkloads(rule.consumers);
    }
  }
}

function* directWorkloads(actors: readonly Actor[]): Iterable<Href> {
  for (const actor of actors) if (actor.kind === "workload") yield actor.href;
}

/** Workloads in whose subnet the address lies, if any rule counts subnets at all. */
export function subnetHolders(index: PolicyIndex, address: Address): readonly number[] {
  const asked = index.policy.ruleSets.some((ruleSet) =>
    ruleSet.rules.some((rule) => rule.useWorkloadSubnets.includes("consumers")),
  );
  if (!asked) return [];
  return index.workloads.flatMap((_, at) =>
    contains(addressesOfOne(index.addresses, at, "subnets"), address) ? [at] : [],
  );
}
