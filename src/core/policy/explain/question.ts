import { type Address, formatAddress } from "../../net/address.ts";
import { contains } from "../../net/address-set.ts";
import { type Consumers, consumers } from "../consumer-set.ts";
import { type DatabaseMatch, matchDatabases } from "../database-match.ts";
import type { Policy } from "../model.ts";
import { type PolicyIndex, policyIndex } from "../policy-index.ts";
import type { DatabaseIdentity, ResolveOptions } from "../resolution.ts";
import { holdersOf } from "../workload-addresses.ts";
import { policyAround, subnetHolders } from "./policy-around.ts";

/** One address, one database, and the part of the policy that can matter to them. */
export interface Question {
  readonly index: PolicyIndex;
  readonly lookups: Consumers;
  readonly database: DatabaseIdentity;
  readonly match: DatabaseMatch;
  readonly address: Address;
  readonly addressText: string;
  /** Positions of the workloads that hold the address. */
  readonly hosts: readonly number[];
  /** Positions of the workloads in whose subnet it lies. */
  readonly subnets: readonly number[];
  /** Positions of the virtual services that have it as a consumer. */
  readonly services: readonly number[];
}

/** Asks a whole policy about an address and a database. */
export function askPolicy(index: PolicyIndex, database: DatabaseIdentity, address: Address): Question {
  const [match] = matchDatabases(index, [database]);
  const around = match === undefined ? index.policy : policyAround(index, match, address);
  return questionOf(around, database, address, index.options);
}

/** Asks a policy that has been cut down already. */
export function questionOf(
  policy: Policy,
  database: DatabaseIdentity,
  address: Address,
  options: ResolveOptions,
): Question {
  const index = policyIndex(policy, options);
  const lookups = consumers(index);
  const [match] = matchDatabases(index, [database]);
  if (match === undefined) throw new Error("A database has no match");
  return {
    index,
    lookups,
    database,
    match,
    address,
    addressText: formatAddress(address),
    hosts: holdersOf(index.addresses, address),
    subnets: subnetHolders(index, address),
    services: index.virtualServices.flatMap((_, at) => (serviceHolds(lookups, at, address) ? [at] : [])),
  };
}

function serviceHolds(lookups: Consumers, at: number, address: Address): boolean {
  return lookups.virtualService(at).parts.some((part) => contains(part.addresses, address));
}
