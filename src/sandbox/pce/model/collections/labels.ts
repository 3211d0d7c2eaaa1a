import { collectionOf } from "../hrefs.ts";
import { hrefsOf, type JsonObject } from "../json.ts";
import { done, type Outcome, refuse } from "../outcome.ts";
import { referrers } from "../references.ts";
import {
  labelCreate,
  labelDimensionCreate,
  labelDimensionUpdate,
  labelGroupCreate,
  labelGroupUpdate,
  labelUpdate,
} from "../schema/labels.ts";
import { type PceState, tableOf } from "../state.ts";
import { type CollectionSpec, EXTERNAL, type PrepareInput } from "./spec.ts";

/** The PCE keeps these for "no label of this type". */
const RESERVED_VALUES = ["All Roles", "All Applications", "All Environments", "All Locations"];

const MAX_LABEL_TYPES = 20;

/** Labels: a key and a value, effective at once. */
export const labels: CollectionSpec = {
  name: "labels",
  singular: "label",
  versioned: false,
  ids: "integer",
  create: labelCreate,
  update: labelUpdate,
  defaults: { deleted: false, ...EXTERNAL },
  unique: { fields: ["key", "value"], token: "label_key_and_value_must_be_unique" },
  prepare: (state, { body }) => checkLabel(state, body),
  refusesDelete: refuseLabelDelete,
  deletion: "mark",
};

function checkLabel(state: PceState, body: JsonObject): Outcome<JsonObject> {
  if (RESERVED_VALUES.includes(String(body.value))) {
    return refuse("input_validation_error", `The label value is reserved: ${String(body.value)}`);
  }
  const keys = [...tableOf(state, "label_dimensions").values()].map((dimension) => dimension.key);
  return body.key === undefined || keys.includes(body.key)
    ? done(body)
    : refuse("input_validation_error", `The property '#/key' is not a label type: ${String(body.key)}`);
}

function refuseLabelDelete(state: PceState, label: JsonObject): Outcome<undefined> {
  const found = referrers(state, String(label.href), [
    "rule_sets",
    "enforcement_boundaries",
    "label_groups",
    "virtual_services",
    "workloads",
  ]).map((document) => collectionOf(String(document.href)));
  if (found.includes("label_groups")) {
    return refuse("label_referenced_by_label_group", "Label is referenced by a label group");
  }
  if (found.includes("rule_sets") || found.includes("enforcement_boundaries")) {
    return refuse("label_still_has_associated_rule_set", "Label is still used by a rule set");
  }
  return found.length > 0
    ? refuse(
        "label_still_has_associated_agent_info",
        "Label is still assigned to a workload or virtual service",
      )
    : done(undefined);
}

/** Label types: role, app, env and loc, and those that an organisation adds. */
export const labelDimensions: CollectionSpec = {
  name: "label_dimensions",
  singular: "label_dimension",
  versioned: false,
  ids: "uuid",
  create: labelDimensionCreate,
  update: labelDimensionUpdate,
  defaults: { deleted: false, display_info: {}, ...EXTERNAL },
  unique: { fields: ["key"], token: "label_dimension_key_must_be_unique" },
  prepare: (state, { body, before }) =>
    before === undefined && tableOf(state, "label_dimensions").size >= MAX_LABEL_TYPES
      ? refuse("input_validation_error", `At most ${MAX_LABEL_TYPES} label types`)
      : done(body),
  refusesDelete: (state, dimension) =>
    [...tableOf(state, "labels").values()].some(
      (label) => label.key === dimension.key && label.deleted !== true,
    )
      ? refuse("label_dimension_in_use", "Label type still has labels")
      : done(undefined),
  deletion: "remove",
};

/** Label groups: labels and groups of one key under a name. */
export const labelGroups: CollectionSpec = {
  name: "label_groups",
  singular: "label_group",
  versioned: true,
  ids: "uuid",
  create: labelGroupCreate,
  update: labelGroupUpdate,
  defaults: { description: null, labels: [], sub_groups: [], ...EXTERNAL },
  unique: { fields: ["name"], token: "name_must_be_unique" },
  prepare: checkGroup,
  refusesDelete: (state, group) =>
    referrers(state, String(group.href), ["rule_sets", "enforcement_boundaries", "label_groups"]).length > 0
      ? refuse("label_group_referenced", "Label group is still referenced by policy")
      : done(undefined),
  deletion: "remove",
};

function checkGroup(state: PceState, { href, body, before }: PrepareInput): Outcome<JsonObject> {
  const key = before?.key ?? body.key;
  const members = [
    ...hrefsOf(body.labels).map((member) => tableOf(state, "labels").get(member)),
    ...hrefsOf(body.sub_groups).map((member) => tableOf(state, "label_groups").get(member)),
  ];
  if (members.some((member) => member?.key !== key)) {
    return refuse(
      "input_validation_error",
      `All members of a label group must have the key "${String(key)}"`,
    );
  }
  return hrefsOf(body.sub_groups).includes(href)
    ? refuse("input_validation_error", "A label group cannot contain itself")
    : done(body);
}
