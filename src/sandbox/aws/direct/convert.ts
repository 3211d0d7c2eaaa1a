import type { FormStruct, FormValue } from "../wire/form.ts";
import { XmlList, type XmlStruct, type XmlValue } from "../wire/xml.ts";
import type { Shape } from "./shape.ts";

/** The input of an SDK command as the sandbox reads it from a form. */
export const toForm = (shape: Shape, input: object): FormStruct => formValue(shape, input) as FormStruct;

function formValue(shape: Shape, value: unknown): FormValue {
  if (shape.kind === "list") {
    const items = (value as readonly unknown[]).filter((item) => item != null);
    return items.length === 0 ? "" : items.map((item) => formValue(shape.item(), item));
  }
  if (shape.kind !== "struct") return value instanceof Date ? value.toISOString() : String(value);
  const form: Record<string, FormValue> = {};
  for (const { name, requestName, shape: inner } of shape.members) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member == null) continue;
    form[requestName] = formValue(inner(), member);
  }
  return form;
}

/** An answer of a query service of the sandbox as the SDK gives it to its caller. */
export const fromXml = (shape: Shape, output: XmlStruct): object => sdkValue(shape, output) as object;

function sdkValue(shape: Shape, value: Exclude<XmlValue, undefined>): unknown {
  switch (shape.kind) {
    case "struct":
      return sdkStruct(shape.members, value);
    case "list":
      return itemsOf(value).flatMap((item) => (item === undefined ? [] : [sdkValue(shape.item(), item)]));
    case "number":
      return typeof value === "number" ? value : Number(value);
    case "boolean":
      return typeof value === "boolean" ? value : value === "true";
    case "time":
      return new Date(value instanceof Date ? value : String(value));
    case "text":
      return value instanceof Date ? value.toISOString() : String(value);
  }
}

function sdkStruct(
  members: Extract<Shape, { readonly kind: "struct" }>["members"],
  value: Exclude<XmlValue, undefined>,
): object {
  const result: Record<string, unknown> = {};
  for (const { name, answerName, shape } of members) {
    const member = (value as XmlStruct)[answerName];
    if (member !== undefined) result[name] = sdkValue(shape(), member);
  }
  return result;
}

function itemsOf(value: Exclude<XmlValue, undefined>): readonly XmlValue[] {
  if (value instanceof XmlList) return value.items;
  return Array.isArray(value) ? (value as readonly XmlValue[]) : [];
}
