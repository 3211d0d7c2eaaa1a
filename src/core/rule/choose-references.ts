import { type AddressSet, addressSetOfCidrs, containsCidr, isSubset, toCidrs } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import type { ReferableGroup } from "./referable-groups.ts";

/** One rule that names a group, and the rules that it makes needless. */
export interface GroupReference {
  readonly groupId: string;
  /** Members of the group, all of them granted by policy, as CIDRs of the smallest exact cover. */
  readonly standsFor: readonly Cidr[];
}

export interface ChosenReferences {
  readonly references: readonly GroupReference[];
  /** What is left for rules that name addresses. Its smallest exact cover is part of that of the whole. */
  readonly rest: AddressSet;
}

/** A reference costs one rule, so it is worth its while only where it saves more than one. */
const LEAST_SAVED = 2;

/**
 * Names groups instead of addresses where both mean the same: every address that the group could admit must be allowed.
 * Of the smallest exact cover go those CIDRs that lie within a group's members; a CIDR that holds anybody else stays
 * whole, for to split it would cost more rules. The group that saves most comes first, of equals the one with the lower
 * id: a function of the addresses and the groups alone.
 *
 * @param groups all in one VPC, that of the database
 */
export function chooseReferences(allowed: AddressSet, groups: readonly ReferableGroup[]): ChosenReferences {
  const within = groups.filter((g) => isSubset(g.possible, allowed));
  let left: readonly Cidr[] = within.length === 0 ? [] : toCidrs(allowed);
  let candidates = within;
  const references: GroupReference[] = [];
  for (;;) {
    const best = mostSaving(left, candidates);
    if (best === undefined) break;
    references.push(best);
    const gone = new Set<string>(best.standsFor);
    left = left.filter((cidr) => !gone.has(cidr));
    candidates = candidates.filter((g) => g.groupId !== best.groupId);
  }
  return { references, rest: references.length === 0 ? allowed : addressSetOfCidrs(left) };
}

function mostSaving(left: readonly Cidr[], groups: readonly ReferableGroup[]): GroupReference | undefined {
  let best: GroupReference | undefined;
  for (const { groupId, members } of groups) {
    const standsFor = left.filter((cidr) => containsCidr(members, cidr));
    if (standsFor.length < LEAST_SAVED) continue;
    const more = standsFor.length - (best?.standsFor.length ?? 0);
    if (more > 0 || (more === 0 && groupId < (best?.groupId ?? ""))) best = { groupId, standsFor };
  }
  return best;
}
