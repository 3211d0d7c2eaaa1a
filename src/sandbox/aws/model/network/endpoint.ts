import { formatAddress, parseAddress } from "../cidr.ts";
import { type Ec2State, ec2State } from "../ec2/ec2-state.ts";
import { addressesOf, type NetworkInterface } from "../ec2/network-interface.ts";
import { peerings } from "../ec2/peerings.ts";
import type { SandboxWorld } from "../region-state.ts";

/** One side of a conversation: an address and, when the sandbox knows it, the interface that has it. */
export interface Endpoint {
  /** Canonical text. */
  readonly address: string;
  readonly at?: InterfaceAt;
}

/** An interface and the EC2 it lives in. */
export interface InterfaceAt {
  readonly ec2: Ec2State;
  readonly eni: NetworkInterface;
}

/** Finds an interface by its id in any account and region. */
export function findInterface(world: SandboxWorld, networkInterfaceId: string): InterfaceAt | undefined {
  for (const region of world.regions()) {
    const ec2 = region.part(ec2State);
    const eni = ec2.interfaces.get(networkInterfaceId);
    if (eni !== undefined) return { ec2, eni };
  }
  return undefined;
}

/** The interface with this private address in the VPC or in a VPC peered with it. */
export function findByAddress(
  world: SandboxWorld,
  from: InterfaceAt,
  address: string,
): InterfaceAt | undefined {
  const own = inVpc(world, from.ec2.region.region, from.eni.vpcId, address);
  if (own !== undefined) return own;
  for (const { peer, region } of world.part(peerings).of(from.eni.vpcId)) {
    const found = inVpc(world, region, peer.vpcId, address);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The only interface of the whole sandbox that has the address, privately or publicly. */
export function findAnywhere(world: SandboxWorld, address: string): InterfaceAt | undefined {
  const found = world.regions().flatMap((region) => {
    const ec2 = region.part(ec2State);
    return ec2.interfaces
      .values()
      .filter((eni) => addressesOf(eni).includes(address) || eni.publicAddress?.publicIp === address)
      .map((eni) => ({ ec2, eni }));
  });
  return found.length === 1 ? found[0] : undefined;
}

function inVpc(world: SandboxWorld, region: string, vpcId: string, address: string): InterfaceAt | undefined {
  for (const state of world.regions()) {
    if (state.region !== region) continue;
    const ec2 = state.part(ec2State);
    const eni = ec2.interfaceAt(vpcId, address);
    if (eni !== undefined) return { ec2, eni };
  }
  return undefined;
}

/** The address of an interface in a family, or undefined when it has none. */
export function addressIn({ eni }: InterfaceAt, family: "ipv4" | "ipv6"): string | undefined {
  return family === "ipv4" ? eni.privateIpAddress : eni.ipv6Addresses[0];
}

/** Canonical text of an address. @throws Error when it is none: a bug of the test */
export function canonical(text: string): string {
  const address = parseAddress(text);
  if (address === undefined)
    throw new Error(`${JSON.stringify(text)} is neither an address nor a known interface`);
  return formatAddress(address);
}
