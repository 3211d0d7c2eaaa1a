/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; documents of the PCE are kept and served as these. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a JSON object (not null, not an array). */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** True for a JSON array. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** The value when it is a string. */
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

/** The value when it is a number. */
export const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

/** The value when it is an array, else an empty one. */
export const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

/** The objects of an array; anything else is left out. */
export const objectsOf = (value: Json | undefined): readonly JsonObject[] => listOf(value).filter(isObject);

/** The strings of an array; anything else is left out. */
export const textsOf = (value: Json | undefined): readonly string[] =>
  listOf(value).filter((item) => typeof item === "string");

/** The `href` of a reference such as `{ "href": "/orgs/1/labels/7" }`. */
export const hrefOf = (value: Json | undefined): string | undefined =>
  isObject(value) ? textOf(value.href) : undefined;

/** The `href`s of an array of references. */
export const hrefsOf = (value: Json | undefined): readonly string[] =>
  objectsOf(value).flatMap((item) => (typeof item.href === "string" ? [item.href] : []));

/** The object without some of its keys. */
export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Parses JSON text; `undefined` when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
