import { z } from "zod";
import { describing, requiredName } from "./common.ts";
import type { Schema } from "./validate.ts";

const fields = {
  ...describing,
  ip_ranges: z
    .array(
      z.strictObject({
        from_ip: z.string(),
        to_ip: z.string().nullable().optional(),
        exclusion: z.boolean().optional(),
        description: z.string().nullable().optional(),
      }),
    )
    .optional(),
  fqdns: z
    .array(
      z.strictObject({ fqdn: z.string().min(1).max(255), description: z.string().nullable().optional() }),
    )
    .optional(),
};

/** Body of `POST ip_lists`. */
export const ipListCreate: Schema = {
  name: "sec_policy_ip_lists_post.schema.json",
  type: z.strictObject({ name: requiredName, ...fields }),
};

/** Body of `PUT ip_lists/<id>`. */
export const ipListUpdate: Schema = {
  name: "sec_policy_ip_lists_put.schema.json",
  type: z.strictObject({ name: requiredName.optional(), ...fields }),
};
