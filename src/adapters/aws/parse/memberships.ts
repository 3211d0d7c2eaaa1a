import { z } from "zod";
import type { GroupMembership, SecurityGroupId } from "../../../core/inventory/model.ts";
import { list, optional } from "./shape.ts";

/** `VpcSecurityGroups` of an instance or a cluster. */
export const VpcSecurityGroups = list(
  z.object({ VpcSecurityGroupId: z.string().min(1), Status: optional(z.string()) }),
);

/** Groups with their status; a missing status is no word we know, so it counts as in transition. */
export function toMemberships(groups: z.infer<typeof VpcSecurityGroups>): readonly GroupMembership[] {
  return groups.map((g) => ({
    groupId: g.VpcSecurityGroupId as SecurityGroupId,
    status: g.Status ?? "unknown",
  }));
}

const CHANGING = new Set(["creating", "modifying", "reactivating", "suspending"]);

/** A proxy lists plain ids without a status, so its own status speaks for all of them. */
export function proxyMemberships(groupIds: readonly string[], status: string): readonly GroupMembership[] {
  const word = CHANGING.has(status) ? status : "active";
  return groupIds.map((groupId) => ({ groupId: groupId as SecurityGroupId, status: word }));
}
