import type { Diagnostic } from "../diagnostic.ts";
import { addBit, type BitSet, bitSet } from "../label/bit-set.ts";
import { type LabelCatalog, labelCatalog } from "../label/label-catalog.ts";
import { type Universe, universe } from "../label/universe.ts";
import { nameOf } from "./findings.ts";
import type { Href, IpList, Policy, Service, ServiceBinding, VirtualService, Workload } from "./model.ts";
import type { ResolveOptions } from "./resolution.ts";
import { uniqueByHref } from "./unique-by-href.ts";
import { type WorkloadAddresses, workloadAddresses } from "./workload-addresses.ts";
import { type WorkloadAddressing, workloadAddressing } from "./workload-interfaces.ts";

/** A binding whose workload and virtual service both exist; the numbers are positions in the index. */
export interface Bound {
  readonly binding: ServiceBinding;
  readonly workload: number;
  readonly virtualService: number;
}

/** Where an object stands in a list; `undefined` when it is not there. */
export type HrefPositions = Pick<ReadonlyMap<Href, number>, "get">;

/**
 * A policy, loaded once so that each question about it is answered without reading it through again. It depends on
 * the policy and the options alone, never on the databases.
 */
export interface PolicyIndex {
  readonly policy: Policy;
  readonly options: ResolveOptions;
  readonly catalog: LabelCatalog;
  readonly workloads: readonly Workload[];
  readonly workloadAt: HrefPositions;
  readonly workloadLabels: Universe;
  readonly addresses: WorkloadAddresses;
  /** Workloads that may have addresses which we cannot see. */
  readonly uncertainAddresses: BitSet;
  readonly virtualServices: readonly VirtualService[];
  readonly virtualServiceAt: ReadonlyMap<Href, number>;
  readonly virtualServiceLabels: Universe;
  /** Bindings by position of their virtual service. */
  readonly boundTo: readonly (readonly Bound[])[];
  /** Bindings by position of their workload. */
  readonly boundAt: ReadonlyMap<number, readonly Bound[]>;
  readonly services: ReadonlyMap<Href, Service>;
  readonly ipLists: ReadonlyMap<Href, IpList>;
  /** What could not be read, whichever database is asked about. */
  readonly findings: readonly Diagnostic[];
  /** Objects that had to be left out: no override deny can be trusted to be complete. */
  readonly doubts: readonly Diagnostic[];
}

/** Loads a policy into an index. */
export function policyIndex(policy: Policy, options: ResolveOptions = {}): PolicyIndex {
  const unique = uniqueObjects(policy);
  const { workloads, virtualServices } = unique;
  const catalog = labelCatalog(unique.labels, unique.labelGroups);
  const addressing = workloads.map((workload) =>
    workloadAddressing(workload, options.includePublicIp === true),
  );
  const workloadLabels = universe(catalog, workloads);
  const workloadAt = positions(workloads);
  const virtualServiceAt = positions(virtualServices);
  const bindings = bind(unique.bindings, { workloadAt, virtualServiceAt, virtualServices });
  return {
    policy,
    options,
    catalog,
    workloads,
    workloadAt,
    workloadLabels,
    addresses: workloadAddresses(addressing.map((each) => each.addresses)),
    uncertainAddresses: uncertainAddresses(workloadLabels, addressing),
    virtualServices,
    virtualServiceAt,
    virtualServiceLabels: universe(catalog, virtualServices),
    boundTo: bindings.boundTo,
    boundAt: bindings.boundAt,
    services: new Map(unique.services.map((service) => [service.href, service])),
    ipLists: new Map(unique.ipLists.map((list) => [list.href, list])),
    findings: [...unique.conflicts, ...bindings.dangling, ...addressFindings(workloads, addressing)],
    doubts: unique.conflicts,
  };
}

function uniqueObjects(policy: Policy) {
  const labels = uniqueByHref("label", policy.labels);
  const labelGroups = uniqueByHref("label group", policy.labelGroups);
  const workloads = uniqueByHref("workload", policy.workloads);
  const virtualServices = uniqueByHref("virtual service", policy.virtualServices);
  const bindings = uniqueByHref("service binding", policy.serviceBindings);
  const services = uniqueByHref("service", policy.services);
  const ipLists = uniqueByHref("IP list", policy.ipLists);
  const all = [labels, labelGroups, workloads, virtualServices, bindings, services, ipLists];
  return {
    labels: labels.objects,
    labelGroups: labelGroups.objects,
    workloads: workloads.objects,
    virtualServices: virtualServices.objects,
    bindings: bindings.objects,
    services: services.objects,
    ipLists: ipLists.objects,
    conflicts: all.flatMap((each) => each.conflicts),
  };
}

function positions(objects: readonly { readonly href: Href }[]): Map<Href, number> {
  return new Map(objects.map((object, at) => [object.href, at]));
}

/** The bindings of a policy, and those of which one end is missing. */
export interface Bindings extends Pick<PolicyIndex, "boundTo" | "boundAt"> {
  readonly dangling: readonly Diagnostic[];
}

/** Joins bindings with the objects that they name. */
export function bind(
  bindings: readonly ServiceBinding[],
  to: Pick<PolicyIndex, "workloadAt" | "virtualServiceAt" | "virtualServices">,
): Bindings {
  const bound: Bound[] = [];
  const dangling: Diagnostic[] = [];
  for (const binding of bindings) {
    const workload = to.workloadAt.get(binding.workload);
    const virtualService = to.virtualServiceAt.get(binding.virtualService);
    if (workload === undefined || virtualService === undefined) dangling.push(danglingBinding(binding));
    else bound.push({ binding, workload, virtualService });
  }
  const byService = Map.groupBy(bound, (each) => each.virtualService);
  return {
    boundTo: to.virtualServices.map((_, at) => byService.get(at) ?? []),
    boundAt: Map.groupBy(bound, (each) => each.workload),
    dangling,
  };
}

function danglingBinding(binding: ServiceBinding): Diagnostic {
  return {
    code: "BINDING_DANGLING",
    what: `service binding "${binding.href}" joins virtual service "${binding.virtualService}" and workload "${binding.workload}", of which one is not in the policy`,
    why: "a virtual service is enforced at the workloads bound to it, and a deleted one counts for nothing",
    fix: "provision the virtual service, or delete the binding",
  };
}

function uncertainAddresses(labels: Universe, addressing: readonly WorkloadAddressing[]): BitSet {
  const uncertain = bitSet(labels.size);
  uncertain.set(labels.uncertain);
  for (const [at, each] of addressing.entries()) {
    if (each.unreadable.length > 0) addBit(uncertain, at);
  }
  return uncertain;
}

function addressFindings(
  workloads: readonly Workload[],
  addressing: readonly WorkloadAddressing[],
): Diagnostic[] {
  return workloads.flatMap((workload, at) => workloadFindings(workload, addressing[at]?.unreadable ?? []));
}

/**
 * What could not be read of a workload.
 *
 * @param unreadable its addresses that are none
 */
export function workloadFindings(workload: Workload, unreadable: readonly string[]): readonly Diagnostic[] {
  return [
    ...workload.unreadable.map((part) => part.problem),
    ...unreadable.map((text) => badAddress(workload, text)),
  ];
}

function badAddress(workload: Workload, text: string): Diagnostic {
  return {
    code: "WORKLOAD_ADDRESS_UNREADABLE",
    what: `workload ${nameOf(workload)} has the address "${text}", which is no IP address`,
    why: "the workload's other addresses count, this one cannot be granted to",
    fix: "correct the interface of the workload",
  };
}
