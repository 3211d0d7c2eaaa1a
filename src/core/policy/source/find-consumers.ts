import type { Diagnostic } from "../../diagnostic.ts";
import { bitSetOf, hasBit, keepAll } from "../../label/bit-set.ts";
import type { LabelId } from "../../label/label-catalog.ts";
import { nearest } from "../../nearest.ts";
import { type AddressSet, addressSetOfCidrs } from "../../net/address-set.ts";
import { cidrBlock } from "../../net/cidr.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Workload } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { addressesOf, holdersOf } from "../workload-addresses.ts";
import { type ConsumerSource, consumerSourceText, type LabelQuery } from "./consumer-source.ts";

/** The consumers behind a source, as policy knows them. */
export interface FoundConsumers {
  readonly source: ConsumerSource;
  /** As people write it. */
  readonly text: string;
  /** Positions in the index: those that carry the labels or bear the name, or hold the address. */
  readonly workloads: readonly number[];
  /** The address or CIDR itself, or all addresses of the workloads. */
  readonly addresses: AddressSet;
}

/**
 * Finds whom a source means. Labels that nobody carries are no error: nobody is found then.
 *
 * @returns the consumers, or a diagnostic with code `LABEL_UNKNOWN` or `WORKLOAD_UNKNOWN`
 */
export function findConsumers(
  index: PolicyIndex,
  source: ConsumerSource,
): Result<FoundConsumers, Diagnostic> {
  const text = consumerSourceText(source);
  switch (source.kind) {
    case "labels": {
      const carriers = workloadsWithLabels(index, source.labels);
      return carriers.ok ? ok(withAddresses(index, source, text, carriers.value)) : carriers;
    }
    case "workload": {
      const named = workloadsNamed(index, source.name);
      return named.ok ? ok(withAddresses(index, source, text, named.value)) : named;
    }
    default: {
      const block = cidrBlock(source.cidr);
      const single = source.kind === "address";
      const address =
        block.family === 4
          ? { family: 4 as const, value: block.base }
          : { family: 6 as const, value: block.base };
      const workloads = single ? holdersOf(index.addresses, address) : [];
      return ok({ source, text, workloads, addresses: addressSetOfCidrs([source.cidr]) });
    }
  }
}

function withAddresses(
  index: PolicyIndex,
  source: ConsumerSource,
  text: string,
  workloads: readonly number[],
): FoundConsumers {
  const addresses = addressesOf(index.addresses, bitSetOf(index.workloads.length, workloads), "hosts");
  return { source, text, workloads, addresses };
}

/**
 * Positions of the workloads that carry one of the values of every key.
 *
 * @returns positions, ascending; or a diagnostic with code `LABEL_UNKNOWN`
 */
export function workloadsWithLabels(
  index: PolicyIndex,
  query: LabelQuery,
): Result<readonly number[], Diagnostic> {
  const ids = labelIds(index, query);
  if (!ids.ok) return ids;
  const size = index.workloads.length;
  const found = bitSetOf(size, index.workloads.keys());
  for (const alternatives of ids.value) {
    const carriers = alternatives.flatMap((id) => index.workloadLabels.carriers.get(id) ?? []);
    keepAll(found, bitSetOf(size, carriers));
  }
  return ok(index.workloads.flatMap((_, at) => (hasBit(found, at) ? [at] : [])));
}

function labelIds(
  index: PolicyIndex,
  query: LabelQuery,
): Result<readonly (readonly LabelId[])[], Diagnostic> {
  const out: LabelId[][] = [];
  for (const [key, values] of Object.entries(query)) {
    const ofKey = index.catalog.labels.flatMap((label, id) => (label.key === key ? [{ ...label, id }] : []));
    const ids: LabelId[] = [];
    for (const value of values) {
      const found = ofKey.filter((label) => label.value === value).map((label) => label.id);
      if (found.length === 0) return err(unknownLabel(index, key, value));
      ids.push(...found);
    }
    out.push(ids);
  }
  return ok(out);
}

function unknownLabel(index: PolicyIndex, key: string, value: string): Diagnostic {
  const keys = [...new Set(index.catalog.labels.map((label) => label.key))];
  const ofKey = index.catalog.labels.filter((label) => label.key === key).map((label) => label.value);
  const known = ofKey.length === 0 ? keys : ofKey;
  const close = nearest(ofKey.length === 0 ? key : value, known);
  return {
    code: "LABEL_UNKNOWN",
    what: `there is no label ${key}=${value}`,
    why: ofKey.length === 0 ? `no label has the key "${key}"` : `no label of the key "${key}" has that value`,
    fix:
      close === undefined ? `known: ${known.toSorted().slice(0, 8).join(", ")}` : `did you mean "${close}"?`,
  };
}

/** Several workloads may share a name; an href names one. */
function workloadsNamed(index: PolicyIndex, name: string): Result<readonly number[], Diagnostic> {
  const wanted = name.toLowerCase();
  const found = index.workloads.flatMap((workload, at) => (isNamed(workload, name, wanted) ? [at] : []));
  return found.length > 0 ? ok(found) : err(unknownWorkload(index, name));
}

function isNamed(workload: Workload, name: string, wanted: string): boolean {
  return (
    workload.href === name ||
    workload.externalDataReference === name ||
    workload.name?.toLowerCase() === wanted ||
    workload.hostname?.toLowerCase() === wanted
  );
}

function unknownWorkload(index: PolicyIndex, name: string): Diagnostic {
  const known = index.workloads.flatMap((workload) => workload.name ?? workload.hostname ?? []);
  const close = nearest(name, known);
  return {
    code: "WORKLOAD_UNKNOWN",
    what: `there is no workload "${name}"`,
    why: `policy has ${known.length} named workloads, and none of that name, host name or href`,
    fix: close === undefined ? "give its address, or labels like role=web" : `did you mean "${close}"?`,
  };
}
