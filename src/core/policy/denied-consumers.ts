import type { Diagnostic } from "../diagnostic.ts";
import { addAll, type BitSet, bitSetOf, hasBit, keepAll, membersOf } from "../label/bit-set.ts";
import type { LabelTerms } from "../label/label-terms.ts";
import { select } from "../label/select.ts";
import { type AddressSet, union } from "../net/address-set.ts";
import type { Consumers } from "./consumer-set.ts";
import { nameOf } from "./findings.ts";
import { EVERYTHING } from "./ip-list-addresses.ts";
import type { RuleSide } from "./rule-side.ts";
import { addressesOf } from "./workload-addresses.ts";

/** Consumers of an override deny: every address that it might name. */
export interface DeniedConsumers {
  readonly addresses: AddressSet;
  /** Why the set may be larger than what the rule really names. */
  readonly doubts: readonly Diagnostic[];
}

/** The wide reading: direct actors count outside the scope too, and what cannot be read may be any address. */
export function deniedConsumers(
  lookups: Consumers,
  side: RuleSide,
  scope: LabelTerms | undefined,
): DeniedConsumers {
  const { index } = lookups;
  const workloads = deniedWorkloads(lookups, side, scope);
  const services = side.virtualServices.map(lookups.virtualService);
  const lists = side.ipLists.map((href) => lookups.ipList(href, "wide"));
  const hidden = hiddenAddresses(lookups, workloads);
  const unknown = side.anything || side.dropped.length > 0 || hidden.length > 0;
  const everything = unknown || services.some((service) => service.uncertain);
  const addresses = everything
    ? EVERYTHING
    : union(
        addressesOf(index.addresses, workloads, "hosts"),
        ...services.flatMap((service) => service.parts.map((part) => part.addresses)),
        ...lists.map((list) => list.addresses),
      );
  const doubts = [
    ...side.dropped,
    ...hidden,
    ...services.flatMap((service) => service.problems),
    ...services.flatMap((service) => (service.uncertain ? [uncertainService()] : [])),
    ...lists.flatMap((list) => list.problems),
    ...termDoubts(side, scope),
  ];
  return { addresses, doubts };
}

function deniedWorkloads(lookups: Consumers, side: RuleSide, scope: LabelTerms | undefined): BitSet {
  const { index } = lookups;
  const workloads = bitSetOf(index.workloads.length, side.workloads);
  if (side.terms === undefined) return workloads;
  const labelled = select(index.workloadLabels, side.terms, "wide");
  if (scope !== undefined) keepAll(labelled, lookups.inScope(scope, "wide"));
  addAll(workloads, labelled);
  return workloads;
}

/** What could not be read of the labels of a side and of the scope that bounds them. */
export function termDoubts(side: RuleSide, scope: LabelTerms | undefined): readonly Diagnostic[] {
  if (side.terms === undefined) return [];
  const scoped = scope === undefined ? [] : [...scope.emptying, ...scope.dropped];
  return [...side.terms.emptying, ...side.terms.dropped, ...scoped];
}

function hiddenAddresses(lookups: Consumers, workloads: BitSet): Diagnostic[] {
  const { index } = lookups;
  return membersOf(index.uncertainAddresses)
    .filter((at) => hasBit(workloads, at))
    .flatMap((at) => index.workloads[at] ?? [])
    .map((workload) => ({
      code: "WORKLOAD_UNREADABLE",
      what: `workload ${nameOf(workload)} cannot be read in full`,
      why: "it may have addresses that we do not see",
      fix: "correct the interfaces and labels of the workload",
    }));
}

function uncertainService(): Diagnostic {
  return {
    code: "VIRTUAL_SERVICE_UNREADABLE",
    what: "a virtual service that the rule names cannot be read in full",
    why: "it may have addresses that we do not see",
    fix: "correct the IP overrides of the virtual service, or the interfaces of its workloads",
  };
}
