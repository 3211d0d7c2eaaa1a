import type { Diagnostic } from "../core/diagnostic.ts";
import { parseAddress } from "../core/net/address.ts";
import { addressSetOfAddresses, addressSetOfCidrs, equals } from "../core/net/address-set.ts";
import type { GroupMembers } from "../core/rule/reference-members.ts";
import type { LiveState } from "../ports/inventory-source.ts";

/** Reads who carries the groups now; says so when that differs from what a plan was made from. */
export async function changedMembers(
  live: Pick<LiveState, "readInterfacesWithGroup">,
  planned: readonly GroupMembers[],
): Promise<Diagnostic | undefined> {
  for (const { groupId, cidrs } of planned) {
    const interfaces = await live.readInterfacesWithGroup(groupId);
    const addresses = interfaces.flatMap((i) => i.addresses.map(parseAddress));
    const now = addressSetOfAddresses(addresses.flatMap((a) => (a.ok ? [a.value] : [])));
    if (!equals(now, addressSetOfCidrs(cidrs))) return moved(groupId);
  }
  return undefined;
}

const moved = (groupId: string): Diagnostic => ({
  code: "GROUP_MEMBERS_MOVED",
  what: `Others carry ${groupId} than when the plan was made`,
  why: "A rule names the group, and would now let in or keep out somebody else than the plan says",
  fix: "Make a new plan",
});
