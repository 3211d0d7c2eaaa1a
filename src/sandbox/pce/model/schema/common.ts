import { z } from "zod";
import { parseIp } from "../../address/ip.ts";

/** A reference to another object. */
export const reference = z.strictObject({ href: z.string() });

/** Text of at most 255 characters, the limit of names and external ids. */
export const shortText = z.string().max(255);

/** A name that must be there. */
export const requiredName = z.string().min(1).max(255);

/** An IP address without prefix length. */
export const ipAddress = z.string().refine((text) => parseIp(text) !== undefined, "not an IP address");

/** A TCP or UDP port. */
export const port = z.int().min(0).max(65_535);

/** Description and external ids, which nearly every object takes. */
export const describing = {
  description: z.string().nullable().optional(),
  external_data_set: shortText.nullable().optional(),
  external_data_reference: shortText.nullable().optional(),
} as const;
