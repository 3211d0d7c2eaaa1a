import { AwsError } from "../model/aws-error.ts";
import type { JsonObject, JsonValue } from "./json-protocol.ts";

/** A text among the members of a request. */
export function optionalString(input: JsonObject, key: string): string | undefined {
  const value = input[key];
  return typeof value === "string" ? value : undefined;
}

/** @throws AwsError MissingParameter */
export function requiredString(input: JsonObject, key: string): string {
  const value = optionalString(input, key);
  if (value === undefined)
    throw new AwsError("MissingParameter", `The request must contain the parameter ${key}.`);
  return value;
}

/** A number among the members of a request. */
export function optionalNumber(input: JsonObject, key: string): number | undefined {
  const value = input[key];
  return typeof value === "number" ? value : undefined;
}

/** The texts of a list, none when it is absent. */
export function strings(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** A structure or map, empty when it is absent. */
export function object(value: JsonValue): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The structures of a list, none when it is absent. */
export function objects(value: JsonValue): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(object) : [];
}
