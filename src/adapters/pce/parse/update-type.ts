import { z } from "zod";

/** Schema of `update_type`, which only draft documents carry. */
export const UpdateType = z.unknown().optional();

/**
 * Whether a draft marks the object for removal. The PCE still returns such an object from the draft, although the
 * policy that would be provisioned does not have it.
 */
export function isDraftDeletion(object: { readonly update_type?: unknown }): boolean {
  return object.update_type === "delete";
}
