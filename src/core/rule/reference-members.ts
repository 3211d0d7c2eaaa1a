import { type AddressSet, addressSetOfCidrs, toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";

/** Who carried a group that a rule names. */
export interface GroupMembers {
  readonly groupId: string;
  readonly cidrs: readonly Cidr[];
}

const MEMBERS = "members";

/** The members of a referenced group as one text, to be remembered beside the keys of the rules that stood. */
export const membersKey = ({ groupId, cidrs }: GroupMembers): string =>
  `${MEMBERS}|${groupId}|${cidrs.join(",")}`;

/** Reads {@link membersKey} back; `undefined` when nothing is remembered of the group. */
export function rememberedMembers(
  keys: ReadonlySet<string> | undefined,
  groupId: string,
): AddressSet | undefined {
  const prefix = `${MEMBERS}|${groupId}|`;
  for (const key of keys ?? []) {
    if (!key.startsWith(prefix)) continue;
    const cidrs = key.slice(prefix.length);
    return addressSetOfCidrs(cidrs === "" ? [] : (cidrs.split(",") as Cidr[]));
  }
  return undefined;
}

/** Members of a group in canonical form. */
export const membersOf = (groupId: string, members: AddressSet): GroupMembers => ({
  groupId,
  cidrs: toCidrs(members),
});
