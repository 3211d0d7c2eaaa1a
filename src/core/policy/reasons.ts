import { hasBit } from "../label/bit-set.ts";
import { type AddressSet, addressSetOfRanges, subtract } from "../net/address-set.ts";
import type { AddressRange } from "../net/cidr.ts";
import type { ConsumerSet, Consumers } from "./consumer-set.ts";
import type { DatabaseDraft } from "./database-draft.ts";
import { setsByRule } from "./grants.ts";
import { ownersWithin } from "./hosts-within.ts";
import { overlap } from "./merge-sorted.ts";
import type { Href } from "./model.ts";
import type { Because } from "./resolution.ts";
import type { AddressForm } from "./workload-addresses.ts";

/** Up to so many reasons for a range are named one by one, and up to so many objects however many rules let them in. */
const NAMED = 256;

/** Says which rules let in any address of a range, and through which objects. */
export type ReasonsWithin = (range: AddressRange) => readonly Because[];

/** Prepares the reasons of one database. */
export type Reasons = (draft: DatabaseDraft, denied: AddressSet) => ReasonsWithin;

/**
 * Looks for reasons only where they are asked for: an estate with rules for everybody has more of them, rule by rule
 * and object by object, than anybody can hold.
 *
 * Every rule that reaches into the range is named. So is every object while there are few; beyond that a rule's last
 * reason counts in `and` the objects that it lets in besides the named ones.
 */
export function reasons(lookups: Consumers): Reasons {
  return (draft, denied) => {
    const rules = setsByRule(draft);
    return (range) => bounded(reachingRules(lookups, rules, openPart(range, denied)));
  };
}

function openPart(range: AddressRange, denied: AddressSet): AddressSet {
  const asked = addressSetOfRanges([range]);
  const touched = overlap(asked.v4, denied.v4) || overlap(asked.v6, denied.v6);
  return touched ? subtract(asked, denied) : asked;
}

/** An object among a rule's consumers, with the text that orders objects. */
interface Named {
  readonly key: string;
  readonly because: Omit<Because, "rule">;
}

interface ReachingRule {
  readonly rule: Href;
  /** In order, without repeats. */
  readonly objects: readonly Named[];
}

function reachingRules(
  lookups: Consumers,
  rules: readonly (readonly [Href, readonly ConsumerSet[]])[],
  open: AddressSet,
): readonly ReachingRule[] {
  const workloads = workloadsWithin(lookups, open);
  const out: ReachingRule[] = [];
  for (const [rule, sets] of rules) {
    const objects = sets.flatMap((set) => [
      ...workloads(set.form).filter(({ at }) => hasBit(set.workloads, at)),
      ...otherObjects(lookups, set, open),
    ]);
    const mixed = sets.length > 1 || sets.some((set) => set.virtualServices.length + set.ipLists.length > 0);
    if (objects.length > 0) out.push({ rule, objects: mixed ? inOrder(objects) : objects });
  }
  return out;
}

interface NamedWorkload extends Named {
  readonly at: number;
}

/** The workloads that hold any of the addresses, in order; looked for once. */
function workloadsWithin(
  { index }: Consumers,
  open: AddressSet,
): (form: AddressForm) => readonly NamedWorkload[] {
  const known = new Map<AddressForm, readonly NamedWorkload[]>();
  return (form) => {
    const before = known.get(form);
    if (before !== undefined) return before;
    const found = ownersWithin(index.addresses, open, form).map((at) => {
      const workload = index.workloads[at]?.href ?? "";
      return { at, key: keyOf({ workload }), because: { workload } };
    });
    if (found.length > 1) found.sort(byKey);
    known.set(form, found);
    return found;
  };
}

function otherObjects(lookups: Consumers, set: ConsumerSet, open: AddressSet): readonly Named[] {
  const out: Named[] = [];
  const add = (because: Named["because"], addresses: AddressSet): void => {
    if (!overlap(open.v4, addresses.v4) && !overlap(open.v6, addresses.v6)) return;
    out.push({ key: keyOf(because), because });
  };
  for (const at of set.virtualServices) {
    const virtualService = lookups.index.virtualServices[at]?.href ?? "";
    for (const { workload, addresses } of lookups.virtualService(at).parts) {
      add(workload === undefined ? { virtualService } : { virtualService, workload }, addresses);
    }
  }
  for (const ipList of set.ipLists) add({ ipList }, lookups.ipList(ipList, "narrow").addresses);
  return out;
}

function keyOf({ workload = "", virtualService = "", ipList = "" }: Named["because"]): string {
  return `${workload}\n${virtualService}\n${ipList}`;
}

function byKey(a: Named, b: Named): number {
  return Number(a.key > b.key) - Number(a.key < b.key);
}

function inOrder(objects: readonly Named[]): readonly Named[] {
  return [...new Map(objects.map((object) => [object.key, object])).values()].sort(byKey);
}

function bounded(rules: readonly ReachingRule[]): readonly Because[] {
  const total = rules.reduce((sum, { objects }) => sum + objects.length, 0);
  if (total <= NAMED)
    return rules.flatMap(({ rule, objects }) => objects.map(({ because }) => ({ rule, ...because })));
  const named = new Set<string>();
  return rules.flatMap(({ rule, objects }) => {
    const shown = objects.filter(({ key }, at) => {
      const isNew = !named.has(key) && named.size < NAMED;
      if (isNew) named.add(key);
      return isNew || at === 0;
    });
    const left = objects.length - shown.length;
    return shown.map(({ because }, at) => ({
      rule,
      ...because,
      ...(left > 0 && at === shown.length - 1 ? { and: left } : {}),
    }));
  });
}
