import type { Diagnostic } from "../diagnostic.ts";
import type { RuleService, ServicePort, Unreadable } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";

/** Inclusive ports of one protocol (IANA number, -1 for all protocols). */
export interface PortRange {
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
  /** Stands for the database's own port, so it opens nothing besides. */
  readonly listener?: true;
}

/** What services open, and which of them could not be read. */
export interface Ports {
  readonly ranges: readonly PortRange[];
  readonly problems: readonly Diagnostic[];
}

const TCP = 6;
const LAST_PORT = 65535;

/** The ports of a rule's own services. Unreadable ones are left out and reported. */
export function rulePorts(index: PolicyIndex, services: readonly RuleService[]): Ports {
  return joinPorts(services.map((service) => oneService(index, service)));
}

function oneService(index: PolicyIndex, service: RuleService): Ports {
  if (service.kind !== "service") return readPorts([service]);
  const found = index.services.get(service.href);
  return found === undefined
    ? { ranges: [], problems: [missingService(service.href)] }
    : readPorts(found.ports);
}

/** A service href that the policy does not explain. */
export function missingService(href: string): Diagnostic {
  return {
    code: "SERVICE_MISSING",
    what: `service "${href}" is not among the services of the policy`,
    why: "its ports are unknown",
    fix: "provision the service, or take it out of the rule",
  };
}

/** Reads a list of ports; those that make no sense are left out and reported. */
export function readPorts(ports: readonly (ServicePort | Unreadable)[]): Ports {
  const ranges: PortRange[] = [];
  const problems: Diagnostic[] = [];
  for (const port of ports) {
    const range = port.kind === "unreadable" ? port.problem : portRange(port);
    if ("code" in range) problems.push(range);
    else ranges.push(range);
  }
  return { ranges, problems };
}

function portRange(port: ServicePort): PortRange | Diagnostic {
  const { protocol, fromPort, toPort, listener } = port;
  if (fromPort === undefined && toPort === undefined) {
    return { protocol, from: 0, to: LAST_PORT, ...(listener === undefined ? {} : { listener }) };
  }
  const to = toPort ?? fromPort ?? -1;
  if (fromPort !== undefined && fromPort <= to) return { protocol, from: fromPort, to };
  return {
    code: "SERVICE_PORTS_UNREADABLE",
    what: `service ports from "${fromPort ?? ""}" to "${toPort ?? ""}" of protocol ${protocol} are no range`,
    why: "the first port must be given and must not lie above the last one",
    fix: "correct the ports of the service",
  };
}

/** All ports of the parts together. */
function joinPorts(parts: readonly Ports[]): Ports {
  return {
    ranges: parts.flatMap((part) => part.ranges),
    problems: parts.flatMap((part) => part.problems),
  };
}

/** Whether the ports include the TCP port on which a database listens. */
export function coverListener(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(
    ({ protocol, from, to }) => (protocol === TCP || protocol === -1) && from <= port && port <= to,
  );
}

/** The ranges that open something besides the listener, as text; sorted, without duplicates. */
export function besidesListener(ranges: readonly PortRange[], port: number): string[] {
  const others = ranges.filter(
    ({ protocol, from, to, listener }) =>
      listener !== true && (protocol !== TCP || from !== port || to !== port),
  );
  return [...new Set(others.map(portText))].sort();
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

/** `tcp 3306`, `udp 5000-5010`, `every protocol`. */
export function portText({ protocol, from, to }: PortRange): string {
  const name = protocol === -1 ? "every protocol" : (PROTOCOLS[protocol] ?? `protocol ${protocol}`);
  if (from === 0 && to === LAST_PORT) return name;
  return from === to ? `${name} ${from}` : `${name} ${from}-${to}`;
}
