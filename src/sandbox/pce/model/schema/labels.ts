import { z } from "zod";
import { describing, reference, requiredName, shortText } from "./common.ts";
import type { Schema } from "./validate.ts";

const external = {
  external_data_set: describing.external_data_set,
  external_data_reference: describing.external_data_reference,
};

/** Body of `POST labels`. */
export const labelCreate: Schema = {
  name: "labels_post.schema.json",
  type: z.strictObject({ key: requiredName, value: requiredName, ...external }),
};

/** Body of `PUT labels/<id>`; the key is immutable. */
export const labelUpdate: Schema = {
  name: "labels_put.schema.json",
  type: z.strictObject({ value: requiredName.optional(), ...external }),
};

const displayInfo = z.strictObject({
  initial: z.string().max(2).optional(),
  icon: z.string().optional(),
  background_color: z.string().optional(),
  foreground_color: z.string().optional(),
  display_name_plural: z.string().optional(),
  sort_ordinal: z.int().optional(),
});

/** Body of `POST label_dimensions`. */
export const labelDimensionCreate: Schema = {
  name: "label_dimensions_post.schema.json",
  type: z.strictObject({
    key: requiredName,
    display_name: requiredName,
    display_info: displayInfo.optional(),
    ...external,
  }),
};

/** Body of `PUT label_dimensions/<id>`. */
export const labelDimensionUpdate: Schema = {
  name: "label_dimensions_put.schema.json",
  type: z.strictObject({
    display_name: requiredName.optional(),
    display_info: displayInfo.optional(),
    ...external,
  }),
};

const groupFields = {
  labels: z.array(reference).optional(),
  sub_groups: z.array(reference).optional(),
  ...describing,
};

/** Body of `POST label_groups`. */
export const labelGroupCreate: Schema = {
  name: "sec_policy_label_groups_post.schema.json",
  type: z.strictObject({ name: requiredName, key: shortText, ...groupFields }),
};

/** Body of `PUT label_groups/<id>`. */
export const labelGroupUpdate: Schema = {
  name: "sec_policy_label_groups_put.schema.json",
  type: z.strictObject({ name: requiredName.optional(), ...groupFields }),
};
