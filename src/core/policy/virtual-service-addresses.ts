import type { Diagnostic } from "../diagnostic.ts";
import { hasBit } from "../label/bit-set.ts";
import { type AddressSet, addressSetOfCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { inPlace, nameOf } from "./findings.ts";
import type { Href } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";
import { addressesOfOne } from "./workload-addresses.ts";

/** Addresses that a virtual service has as a consumer. */
export interface VirtualServiceAddresses {
  /** One part per bound workload, or a single one without workload for the IP overrides. */
  readonly parts: readonly { readonly workload?: Href; readonly addresses: AddressSet }[];
  readonly problems: readonly Diagnostic[];
  /** Some address of it may be unknown. */
  readonly uncertain: boolean;
}

/** The IP overrides when there are any, else the addresses of the bound workloads. */
export function virtualServiceAddresses(index: PolicyIndex, at: number): VirtualServiceAddresses {
  const service = index.virtualServices[at];
  if (service === undefined) return { parts: [], problems: [], uncertain: false };
  if (service.ipOverrides.length === 0) return boundAddresses(index, at);
  const cidrs: Cidr[] = [];
  const problems: Diagnostic[] = [];
  for (const override of service.ipOverrides) {
    if (typeof override === "string") cidrs.push(override);
    else
      problems.push(inPlace(`virtual service ${nameOf(service)}`, override.problem, "it counts for nothing"));
  }
  return { parts: [{ addresses: addressSetOfCidrs(cidrs) }], problems, uncertain: problems.length > 0 };
}

function boundAddresses(index: PolicyIndex, at: number): VirtualServiceAddresses {
  const workloads = new Set((index.boundTo[at] ?? []).map((each) => each.workload));
  const parts = [...workloads].flatMap((workload) => {
    const href = index.workloads[workload]?.href;
    const addresses = addressesOfOne(index.addresses, workload, "hosts");
    return href === undefined ? [] : [{ workload: href, addresses }];
  });
  const uncertain = [...workloads].some((workload) => hasBit(index.uncertainAddresses, workload));
  return { parts, problems: [], uncertain };
}
