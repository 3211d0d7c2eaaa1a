import { partKey } from "../parts.ts";
import type { SandboxWorld } from "../region-state.ts";
import type { PeeringSide, VpcPeering } from "./vpc.ts";

/** All live VPC peerings of the sandbox; they join accounts. */
export class Peerings {
  readonly #peerings: VpcPeering[] = [];

  add(peering: VpcPeering): void {
    this.#peerings.push(peering);
  }

  remove(vpcPeeringConnectionId: string): void {
    const index = this.#peerings.findIndex(
      (peering) => peering.vpcPeeringConnectionId === vpcPeeringConnectionId,
    );
    if (index >= 0) this.#peerings.splice(index, 1);
  }

  /** The VPCs on the other side of this one's peerings. */
  of(
    vpcId: string,
  ): readonly { readonly peeringId: string; readonly peer: PeeringSide; readonly region: string }[] {
    return this.#peerings.flatMap(({ vpcPeeringConnectionId: peeringId, region, sides: [a, b] }) => {
      if (a.vpcId === vpcId) return [{ peeringId, peer: b, region }];
      return b.vpcId === vpcId ? [{ peeringId, peer: a, region }] : [];
    });
  }
}

/** The peerings of the whole sandbox: `world.part(peerings)`. */
export const peerings = partKey("peerings", (_world: SandboxWorld) => new Peerings());
