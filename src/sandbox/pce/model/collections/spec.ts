import type { JsonObject } from "../json.ts";
import type { Outcome } from "../outcome.ts";
import type { Schema } from "../schema/validate.ts";
import type { PceState } from "../state.ts";

/** What sets one collection apart; the generic create, update and delete do the rest. */
export interface CollectionSpec {
  readonly name: string;
  /** Key of the object in events, e.g. `ip_list`. */
  readonly singular: string;
  readonly versioned: boolean;
  readonly ids: "integer" | "uuid";
  readonly create: Schema;
  readonly update: Schema | ((before: JsonObject) => Schema);
  /** Fields that a GET shows though nobody sent them. */
  readonly defaults: JsonObject;
  /** Fields that must be unique together in the collection, with the token of the refusal. */
  readonly unique?: { readonly fields: readonly string[]; readonly token: string };
  /** Brings a checked body to the form that is kept, or refuses it. */
  readonly prepare?: (state: PceState, input: PrepareInput) => Outcome<JsonObject>;
  /** Why an object may not be deleted now. */
  readonly refusesDelete?: (state: PceState, document: JsonObject) => Outcome<undefined>;
  /** `mark`: a deleted object stays readable with `deleted: true`. */
  readonly deletion: "mark" | "remove";
}

/** What {@link CollectionSpec.prepare} works on. */
export interface PrepareInput {
  readonly href: string;
  /** The body with canonical references. */
  readonly body: JsonObject;
  /** The object as it is, when it is being changed. */
  readonly before: JsonObject | undefined;
  readonly userHref: string;
}

/** External ids that are shown as null until set. */
export const EXTERNAL: JsonObject = { external_data_set: null, external_data_reference: null };
