import { AwsError } from "../model/aws-error.ts";
import type { FormStruct, FormValue } from "./form.ts";

/** The text of a field, or undefined when it was not sent. */
export function text(input: FormStruct, key: string): string | undefined {
  const value = input[key];
  return typeof value === "string" ? value : undefined;
}

/** The text of a field that must be there. @throws AwsError MissingParameter */
export function requiredText(input: FormStruct, key: string): string {
  const value = text(input, key);
  if (value !== undefined && value !== "") return value;
  throw new AwsError("MissingParameter", `The request must contain the parameter ${key}`);
}

/** A whole number. @throws AwsError InvalidParameterValue */
export function integer(input: FormStruct, key: string): number | undefined {
  const value = text(input, key);
  if (value === undefined || value === "") return undefined;
  if (/^-?\d+$/.test(value)) return Number(value);
  throw new AwsError(
    "InvalidParameterValue",
    `Value (${value}) for parameter ${key} is invalid. Invalid integer`,
  );
}

/** `true` and `false` in any case. */
export function flag(input: FormStruct, key: string): boolean | undefined {
  const value = text(input, key)?.toLowerCase();
  return value === undefined || value === "" ? undefined : value === "true" || value === "1";
}

/** A list of texts; absent is empty. */
export function texts(input: FormStruct, key: string): readonly string[] {
  return listOf(input[key]).filter((item): item is string => typeof item === "string");
}

/** A list of structures; absent is empty. */
export function structs(input: FormStruct, key: string): readonly FormStruct[] {
  return listOf(input[key]).filter(isStruct);
}

/** One structure, or undefined when it was not sent. */
export function struct(input: FormStruct, key: string): FormStruct | undefined {
  const value = input[key];
  return value !== undefined && isStruct(value) ? value : undefined;
}

const listOf = (value: FormValue | undefined): readonly FormValue[] =>
  Array.isArray(value) ? value : value === undefined || value === "" ? [] : [value as FormValue];

const isStruct = (value: FormValue): value is FormStruct =>
  typeof value === "object" && !Array.isArray(value);
