import { parseAddress } from "../cidr.ts";
import type { SandboxWorld } from "../region-state.ts";
import {
  addressIn,
  canonical,
  type Endpoint,
  findAnywhere,
  findByAddress,
  findInterface,
  type InterfaceAt,
} from "./endpoint.ts";
import { admittingRules, isUntracked, type NetworkPath, type Traffic } from "./evaluate.ts";
import type { Admission, Probe } from "./probe.ts";

/** The two sides of a probe. Traffic to a public address arrives at the private one. */
export interface Endpoints {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** Finds the interfaces behind the addresses and ids of a probe. @throws Error for an interface that does not exist */
export function endpointsOf(world: SandboxWorld, probe: Probe): Endpoints {
  const sourceAt = interfaceNamed(world, probe.source);
  const destinationAt =
    interfaceNamed(world, probe.destination) ?? destinationByAddress(world, probe.destination, sourceAt);
  if (sourceAt !== undefined) {
    const wanted = parseAddress(probe.destination)?.family ?? "ipv4";
    const destination = destinationEndpoint(probe.destination, destinationAt, wanted);
    return { source: withAddress(sourceAt, familyOf(destination.address)), destination };
  }
  const address = canonical(probe.source);
  const at = destinationAt === undefined ? undefined : findByAddress(world, destinationAt, address);
  return {
    source: { address, ...(at === undefined ? {} : { at }) },
    destination: destinationEndpoint(probe.destination, destinationAt, familyOf(address)),
  };
}

/** Whether the rules in force now let a new connection out of the source's interface and into the destination's. */
export function judge({ source, destination }: Endpoints, traffic: Traffic, path: NetworkPath): Admission {
  const refused = { admitted: false, tracked: true, by: undefined };
  if (source.at !== undefined && admittingRules(source.at, true, destination, traffic).length === 0) {
    return { ...refused, refusedBy: "sourceEgress" };
  }
  const on = destination.at;
  if (on === undefined) return { admitted: true, tracked: true, by: undefined, refusedBy: undefined };
  const rules = admittingRules(on, false, source, traffic);
  const untracked = rules.find((rule) => isUntracked(on, rule, traffic, path));
  const by = untracked ?? rules[0];
  if (by === undefined) return { ...refused, refusedBy: "destinationIngress" };
  return { admitted: true, tracked: untracked === undefined, by, refusedBy: undefined };
}

const familyOf = (address: string) => (address.includes(":") ? "ipv6" : "ipv4");

function destinationEndpoint(text: string, at: InterfaceAt | undefined, family: "ipv4" | "ipv6"): Endpoint {
  return at === undefined ? { address: canonical(text) } : withAddress(at, family);
}

function withAddress(at: InterfaceAt, family: "ipv4" | "ipv6"): Endpoint {
  const address = addressIn(at, family);
  if (address === undefined)
    throw new Error(`Interface ${at.eni.networkInterfaceId} has no ${family} address`);
  return { address, at };
}

function interfaceNamed(world: SandboxWorld, text: string): InterfaceAt | undefined {
  if (!text.startsWith("eni-")) return undefined;
  const found = findInterface(world, text);
  if (found === undefined) throw new Error(`There is no interface ${text}`);
  return found;
}

function destinationByAddress(
  world: SandboxWorld,
  text: string,
  source: InterfaceAt | undefined,
): InterfaceAt | undefined {
  const address = canonical(text);
  const near = source === undefined ? undefined : findByAddress(world, source, address);
  return near ?? findAnywhere(world, address);
}
