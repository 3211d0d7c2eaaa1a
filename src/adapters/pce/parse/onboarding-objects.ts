import { z } from "zod";
import type { PceState } from "../../../core/onboard/pce-state.ts";
import { canonicalHref, HrefText, Reference } from "./href.ts";
import { OptionalText } from "./shape.ts";

const External = { external_data_set: OptionalText, external_data_reference: OptionalText };
const References = z.array(Reference).nullish();

const Label = z.object({ href: HrefText, key: z.string(), value: z.string(), ...External });

const Workload = z.object({
  href: HrefText,
  name: OptionalText,
  hostname: OptionalText,
  managed: z.boolean().nullish(),
  deleted: z.boolean().nullish(),
  interfaces: z.array(z.object({ address: OptionalText })).nullish(),
  labels: References,
  ...External,
});

const VirtualService = z.object({
  href: HrefText,
  name: OptionalText,
  update_type: z.string().nullish(),
  service_ports: z.array(z.object({ port: z.number().nullish() })).nullish(),
  service_addresses: z.array(z.object({ fqdn: OptionalText })).nullish(),
  labels: References,
  ...External,
});

const Binding = z.object({
  href: HrefText,
  virtual_service: Reference.nullish(),
  bound_service: Reference.nullish(),
  workload: Reference.nullish(),
});

type Rows = readonly unknown[];

/**
 * Reads what onboarding compares. An object that cannot be read may be the one that is looked for, so that the state is
 * then not complete.
 */
export function parseOnboardingObjects(
  collections: Readonly<Record<"labels" | "workloads" | "virtual_services" | "service_bindings", Rows>>,
  isComplete: boolean,
): PceState {
  let complete = isComplete;
  const read = <T>(schema: z.ZodType<T>, rows: Rows): readonly T[] =>
    rows.flatMap((row) => {
      const { data } = schema.safeParse(row);
      if (data === undefined) complete = false;
      return data === undefined ? [] : [data];
    });
  const labels = read(Label, collections.labels);
  const workloads = read(Workload, collections.workloads).filter((each) => each.deleted !== true);
  const services = read(VirtualService, collections.virtual_services);
  const bindings = read(Binding, collections.service_bindings);
  return {
    complete,
    labels: labels.map((each) => ({
      href: each.href,
      key: each.key,
      value: each.value,
      ...externalOf(each),
    })),
    workloads: workloads.map((each) => ({
      href: canonicalHref(each.href),
      name: each.name ?? each.hostname ?? "",
      hostname: each.hostname ?? "",
      managed: each.managed ?? false,
      addresses: (each.interfaces ?? []).flatMap(({ address }) => address ?? []),
      labels: (each.labels ?? []).map(({ href }) => canonicalHref(href)),
      ...externalOf(each),
    })),
    virtualServices: services.map((each) => ({
      href: canonicalHref(each.href),
      name: each.name ?? "",
      ports: (each.service_ports ?? []).flatMap(({ port }) => port ?? []),
      fqdns: (each.service_addresses ?? []).flatMap(({ fqdn }) => fqdn ?? []),
      labels: (each.labels ?? []).map(({ href }) => canonicalHref(href)),
      pending: pendingOf(each.update_type),
      ...externalOf(each),
    })),
    bindings: bindings.flatMap(({ href, virtual_service, bound_service, workload }) => {
      const service = virtual_service ?? bound_service;
      if (!service || !workload) return [];
      return [{ href, virtualService: canonicalHref(service.href), workload: canonicalHref(workload.href) }];
    }),
  };
}

function pendingOf(updateType: string | null | undefined): "none" | "changed" | "delete" {
  if (updateType === null || updateType === undefined) return "none";
  return updateType === "delete" ? "delete" : "changed";
}

function externalOf(each: {
  readonly external_data_set?: string | undefined;
  readonly external_data_reference?: string | undefined;
}) {
  return {
    ...(each.external_data_set === undefined ? {} : { set: each.external_data_set }),
    ...(each.external_data_reference === undefined ? {} : { reference: each.external_data_reference }),
  };
}
