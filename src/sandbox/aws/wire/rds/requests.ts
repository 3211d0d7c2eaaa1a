import type { TrailElements } from "../../model/cloud-trail.ts";
import type { RdsParameters } from "../../model/rds/database.ts";
import type { DescribeRequest } from "../../model/rds/describe.ts";
import type { FormStruct, FormValue } from "../form.ts";
import { integer, structs, text, texts } from "../form-fields.ts";
import type { XmlStruct } from "../xml.ts";

/** Marker, MaxRecords, Filters and the identifier under `identifierKey`. */
export function describeRequest(input: FormStruct, identifierKey: string): DescribeRequest {
  return {
    identifier: text(input, identifierKey) || undefined,
    marker: text(input, "Marker") || undefined,
    maxRecords: integer(input, "MaxRecords"),
    filters: structs(input, "Filters").map((filter) => ({
      name: text(filter, "Name") ?? "",
      values: texts(filter, "Values"),
    })),
  };
}

/** Every parameter but the known ones, as text. */
export function otherParameters(input: FormStruct, known: readonly string[]): RdsParameters {
  const others = Object.entries(input).filter(([name]) => !known.includes(name));
  return Object.fromEntries(
    others.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** How CloudTrail writes an RDS call: names with their first letter in lower case, `dBInstanceIdentifier`. */
export function rdsTrail(input: FormStruct, output: XmlStruct | undefined): TrailElements {
  return { requestParameters: lowered(input), responseElements: output === undefined ? null : {} };
}

function lowered(input: FormStruct): object {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      plain(name, value),
    ]),
  );
}

function plain(name: string, value: FormValue): unknown {
  if (/password$/i.test(name)) return "HIDDEN_DUE_TO_SECURITY_REASONS";
  if (typeof value !== "string")
    return Array.isArray(value) ? value.map(loweredItem) : lowered(value as FormStruct);
  return value === "true" || value === "false" ? value === "true" : value;
}

const loweredItem = (value: FormValue): unknown =>
  typeof value === "object" && !Array.isArray(value) ? lowered(value as FormStruct) : value;
