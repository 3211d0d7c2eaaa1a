import { type AddressSet, addressSetOfCidrs, countAddresses, subtract, toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { type CompiledRule, grantedCidrs } from "../rule/compile-rules.ts";
import { ruleKey } from "../rule/rule-key.ts";
import type { DatabasePlan, LostConsumer, Plan, Refusal } from "./plan.ts";

/** Addresses as the fewest CIDRs, and how many they are. */
export interface AddressChange {
  readonly cidrs: readonly Cidr[];
  readonly addresses: bigint;
}

/** What one database would get in place of what it gets now. */
export interface DatabaseComparison {
  readonly id: string;
  readonly arn: DatabasePlan["arn"];
  /** Rules that only the second plan has. Neighbours merge, so the addresses below say what they come to. */
  readonly rulesAdded: readonly CompiledRule[];
  /** Rules that only the first plan has. */
  readonly rulesRemoved: readonly CompiledRule[];
  readonly gains: AddressChange;
  readonly loses: AddressChange;
  /** Consumers seen connecting that the first plan would admit and the second would not. */
  readonly losesAccess: readonly LostConsumer[];
  /** Consumers seen connecting that the second plan would admit and the first would not. */
  readonly keepsAccess: readonly LostConsumer[];
  /** Refusals that only the second plan has. */
  readonly refused: readonly Refusal[];
  /** Refusals that only the first plan has. */
  readonly acceptable: readonly Refusal[];
}

/** Two plans of the same world, made from two policies. */
export interface PlanComparison {
  readonly from: Plan["policy"];
  readonly to: Plan["policy"];
  /** The databases for which the plans differ, in the order of the second plan. */
  readonly databases: readonly DatabaseComparison[];
  /** Databases for which they do not. */
  readonly same: number;
}

/** Says what would be different if the policy of the second plan were in force in place of that of the first. */
export function comparePlans(from: Plan, to: Plan): PlanComparison {
  const before = new Map(from.databases.map((database) => [database.arn, database]));
  const compared = to.databases.map((after) => compareDatabase(before.get(after.arn), after));
  const databases = compared.filter(isDifferent);
  return { from: from.policy, to: to.policy, databases, same: compared.length - databases.length };
}

function compareDatabase(before: DatabasePlan | undefined, after: DatabasePlan): DatabaseComparison {
  const old = before?.rules ?? [];
  const now = after.rules;
  const [had, has] = [admitted(old), admitted(now)];
  const lost = before?.losesAccess ?? [];
  const refused = before?.refused ?? [];
  return {
    id: after.id,
    arn: after.arn,
    rulesAdded: onlyIn(now, old, ruleKey),
    rulesRemoved: onlyIn(old, now, ruleKey),
    gains: addressChange(subtract(has, had)),
    loses: addressChange(subtract(had, has)),
    losesAccess: onlyIn(after.losesAccess, lost, consumerKey),
    keepsAccess: onlyIn(lost, after.losesAccess, consumerKey),
    refused: onlyIn(after.refused, refused, refusalKey),
    acceptable: onlyIn(refused, after.refused, refusalKey),
  };
}

function isDifferent(each: DatabaseComparison): boolean {
  const { rulesAdded, rulesRemoved, losesAccess, keepsAccess, refused, acceptable } = each;
  const lists = [rulesAdded, rulesRemoved, losesAccess, keepsAccess, refused, acceptable];
  return lists.some((list) => list.length > 0);
}

function onlyIn<T>(list: readonly T[], other: readonly T[], keyOf: (member: T) => string): readonly T[] {
  const keys = new Set(other.map(keyOf));
  return list.filter((member) => !keys.has(keyOf(member)));
}

const consumerKey = ({ consumer }: LostConsumer): string => consumer;

/** Two refusals by one gate are the same to a person even where a number in their text differs. */
const refusalKey = ({ gate }: Refusal): string => gate;

/** The addresses that rules admit. Leases, too, stand in both plans. */
function admitted(rules: readonly CompiledRule[]): AddressSet {
  return addressSetOfCidrs(rules.flatMap((rule) => (rule.direction === "ingress" ? grantedCidrs(rule) : [])));
}

function addressChange(set: AddressSet): AddressChange {
  return { cidrs: toCidrs(set), addresses: countAddresses(set) };
}
