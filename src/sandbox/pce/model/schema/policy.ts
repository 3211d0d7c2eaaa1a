import { z } from "zod";
import { POLICY_COLLECTIONS } from "../state.ts";
import { reference } from "./common.ts";
import type { Schema } from "./validate.ts";

const changeSubset = z.strictObject(
  Object.fromEntries(POLICY_COLLECTIONS.map((name) => [name, z.array(reference).optional()])),
);

/** Body of `POST sec_policy`. */
export const provisionBody: Schema = {
  name: "sec_policy_post.schema.json",
  type: z.strictObject({ update_description: z.string().optional(), change_subset: changeSubset.optional() }),
};

/** Body of `PUT sec_policy/delete`. */
export const revertBody: Schema = {
  name: "sec_policy_delete_put.schema.json",
  type: z.strictObject({ change_subset: changeSubset }),
};

/** Body of `POST sec_policy/draft/dependencies`. */
export const dependenciesBody: Schema = {
  name: "sec_policy_dependencies_post.schema.json",
  type: z.strictObject({ operation: z.enum(["commit", "revert"]), change_subset: changeSubset }),
};
