import type { PortOverride, VirtualService } from "./model.ts";
import type { Bound, PolicyIndex } from "./policy-index.ts";
import { missingService, type PortRange, type Ports, readPorts } from "./service-ports.ts";

/** The ports on which a bound workload serves its virtual service: the service's own, after the binding's overrides. */
export function boundPorts(index: PolicyIndex, bound: Bound): Ports {
  const service = index.virtualServices[bound.virtualService];
  if (service === undefined) return { ranges: [], problems: [] };
  const own = ownPorts(index, service);
  const overrides: PortOverride[] = [];
  const problems = [...own.problems];
  for (const override of bound.binding.portOverrides) {
    if ("kind" in override) problems.push(override.problem);
    else overrides.push(override);
  }
  // An override that cannot be read may have moved any of the ports away.
  if (overrides.length < bound.binding.portOverrides.length) return { ranges: [], problems };
  return { ranges: own.ranges.flatMap((range) => overridden(range, overrides)), problems };
}

/** The ports of a virtual service itself. `service` counts when it is given; a sound document has either that or `servicePorts`. */
export function ownPorts(index: PolicyIndex, virtualService: VirtualService): Ports {
  const { service } = virtualService;
  if (service === undefined) return readPorts(virtualService.servicePorts);
  const found = index.services.get(service);
  return found === undefined ? { ranges: [], problems: [missingService(service)] } : readPorts(found.ports);
}

/** An override that names any port of the range replaces the whole range: what it moved must not stay open. */
function overridden(range: PortRange, overrides: readonly PortOverride[]): readonly PortRange[] {
  const moving = overrides.filter((override) => moves(override, range));
  if (moving.length === 0) return [range];
  return moving.map(({ protocol, newPort, newToPort }) => ({
    protocol: protocol ?? range.protocol,
    from: newPort,
    to: newToPort ?? newPort,
  }));
}

function moves({ protocol, port }: PortOverride, range: PortRange): boolean {
  const sameProtocol = protocol === undefined || range.protocol === -1 || protocol === range.protocol;
  return sameProtocol && (port === undefined || (range.from <= port && port <= range.to));
}
