import { AwsError } from "../aws-error.ts";
import type { Tags } from "./tags.ts";

/** One filter of a describe call: any of the values, `*` and `?` are wildcards. */
export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** The values that an object offers to one filter name. */
export type FilterFields<T> = Readonly<Record<string, (object: T) => readonly (string | undefined)[]>>;

/**
 * Keeps the objects that match every filter. `tag:KEY`, `tag-key` and `tag-value` work where `tagsOf` is given.
 *
 * @throws AwsError InvalidParameterValue for a filter that the call does not have
 */
export function filtered<T>(
  objects: readonly T[],
  filters: readonly Filter[],
  fields: FilterFields<T>,
  tagsOf?: (object: T) => Tags,
): readonly T[] {
  const tests = filters.map((filter) => compile(filter, fields, tagsOf));
  return tests.length === 0 ? objects : objects.filter((object) => tests.every((test) => test(object)));
}

function compile<T>(
  filter: Filter,
  fields: FilterFields<T>,
  tagsOf: ((object: T) => Tags) | undefined,
): (object: T) => boolean {
  const read = tagField<T>(filter.name, tagsOf) ?? fields[filter.name];
  if (read === undefined) {
    throw new AwsError("InvalidParameterValue", `The filter '${filter.name}' is invalid`);
  }
  const patterns = filter.values.map(wildcard);
  return (object) =>
    read(object).some((value) => value !== undefined && patterns.some((matches) => matches(value)));
}

function tagField<T>(name: string, tagsOf: ((object: T) => Tags) | undefined) {
  if (tagsOf === undefined) return undefined;
  if (name.startsWith("tag:")) return (object: T) => [tagsOf(object).get(name.slice(4))];
  if (name === "tag-key") return (object: T) => [...tagsOf(object).keys()];
  return name === "tag-value" ? (object: T) => [...tagsOf(object).values()] : undefined;
}

/** `*` is any text, `?` one character, a backslash takes the next character as it is. */
function wildcard(pattern: string): (text: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (text) => text === pattern;
  const source = pattern.replaceAll(/\\(.)|([*?])|([.+^${}()|[\]])/g, (_all, literal, wild, special) => {
    if (literal !== undefined) return literal.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return wild === undefined ? `\\${special}` : wild === "*" ? ".*" : ".";
  });
  const expression = new RegExp(`^${source}$`, "s");
  return (text) => expression.test(text);
}
