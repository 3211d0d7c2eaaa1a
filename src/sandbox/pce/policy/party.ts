import { type Ip, inRange, parseIp } from "../address/ip.ts";
import {
  ipKey,
  type PolicyBinding,
  type PolicyVirtualService,
  type PolicyWorkload,
  type World,
} from "./world.ts";

/** One end of a packet: a known workload, or an address. */
export type Endpoint = { readonly workload: string } | { readonly address: string };

/** Everything that one end of a packet may be to a rule. */
export interface Party {
  readonly addresses: readonly Ip[];
  readonly workloads: readonly PolicyWorkload[];
  /** Workloads in whose subnet the address lies; for rules with `use_workload_subnets`. */
  readonly neighbours: () => readonly PolicyWorkload[];
  readonly virtualServices: readonly BoundVirtualService[];
}

/** A virtual service with those of its bindings that lead to this party. */
export interface BoundVirtualService {
  readonly service: PolicyVirtualService;
  readonly bindings: readonly PolicyBinding[];
}

/** Who sends: a virtual service is seen at its `ip_overrides`, or without any at its bound workloads. */
export function sourceParty(world: World, endpoint: Endpoint): Party {
  const { addresses, workloads } = locate(world, endpoint);
  const isAtOverride = ({ ipOverrides }: PolicyVirtualService): boolean =>
    addresses.some((ip) => ipOverrides.some((range) => inRange(ip, range)));
  const withOverrides = world.virtualServices
    .filter(isAtOverride)
    .map((service) => ({ service, bindings: [] }));
  return {
    addresses,
    workloads,
    neighbours: () =>
      world.workloads.filter((workload) =>
        workload.subnets.some((range) => addresses.some((ip) => inRange(ip, range))),
      ),
    virtualServices: [
      ...withOverrides,
      ...boundTo(world, workloads).filter(({ service }) => service.ipOverrides.length === 0),
    ],
  };
}

/** Who receives: a virtual service is enforced at the workloads it is bound to, whatever its own addresses. */
export function destinationParty(world: World, endpoint: Endpoint): Party {
  const { addresses, workloads } = locate(world, endpoint);
  return { addresses, workloads, neighbours: () => [], virtualServices: boundTo(world, workloads) };
}

function boundTo(world: World, workloads: readonly PolicyWorkload[]): readonly BoundVirtualService[] {
  const hrefs = new Set(workloads.map((workload) => workload.href));
  return world.virtualServices
    .map((service) => ({
      service,
      bindings: service.bindings.filter((binding) => hrefs.has(binding.workload)),
    }))
    .filter(({ bindings }) => bindings.length > 0);
}

function locate(world: World, endpoint: Endpoint): Pick<Party, "addresses" | "workloads"> {
  if ("workload" in endpoint) {
    const workload = world.workloadByHref.get(endpoint.workload);
    return workload === undefined
      ? { workloads: [], addresses: [] }
      : { workloads: [workload], addresses: workload.addresses };
  }
  const ip = parseIp(endpoint.address);
  if (ip === undefined) return { addresses: [], workloads: [] };
  return { addresses: [ip], workloads: world.workloadsByAddress.get(ipKey(ip)) ?? [] };
}
