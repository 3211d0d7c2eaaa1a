import type { $SchemaRef, SchemaTraits } from "@smithy/types";

/** A member of a structure: its name in the SDK, its names on the wire, and what it holds. */
export interface Member {
  readonly name: string;
  readonly requestName: string;
  readonly answerName: string;
  readonly shape: () => Shape;
}

/** What a value of an SDK command is, read from the schema that the SDK itself carries. */
export type Shape =
  | { readonly kind: "text" | "number" | "boolean" | "time" }
  | { readonly kind: "list"; readonly item: () => Shape }
  | { readonly kind: "struct"; readonly members: readonly Member[] };

// The numbers by which the SDK's schemas name their kinds:
// https://github.com/smithy-lang/smithy-typescript/blob/main/packages/types/src/schema/sentinels.ts
const LIST_OF = 0b0100_0000;
const MAP_OF = 0b1000_0000;
const SIMPLE: ReadonlyMap<number, Exclude<Shape["kind"], "list" | "struct">> = new Map([
  [0, "text"],
  [1, "number"],
  [2, "boolean"],
  [4, "time"],
  [5, "time"],
  [6, "time"],
  [7, "time"],
]);

const known = new Map<object, Shape>();

/** Reads a schema, once. `ec2` capitalises the names of requests. @throws for kinds that no modelled call has */
export function shapeOf(schema: $SchemaRef, ec2: boolean): Shape {
  const found = typeof schema === "function" ? (schema as () => $SchemaRef)() : schema;
  if (typeof found !== "object" || found === null) return simpleShape(found);
  const before = known.get(found);
  if (before !== undefined) return before;
  const made = readShape(found as readonly unknown[], ec2);
  known.set(found, made);
  return made;
}

function simpleShape(schema: unknown): Shape {
  if (schema === "unit") return { kind: "struct", members: [] };
  const number = typeof schema === "number" ? schema : -1;
  const kind = SIMPLE.get(number & ~LIST_OF);
  if (kind === undefined || number >= MAP_OF)
    throw new Error(`No call of the sandbox has values of kind ${number}`);
  return number & LIST_OF ? { kind: "list", item: () => ({ kind }) } : { kind };
}

/** `[3, namespace, name, traits, names, schemas]` is a structure, `[1, …, schema]` a list, `[schema, traits]` a member. */
function readShape(schema: readonly unknown[], ec2: boolean): Shape {
  const [id, , , , names, refs] = schema;
  if (typeof id !== "number" || schema.length === 2) return shapeOf(schema[0] as $SchemaRef, ec2);
  if (id === 0) return shapeOf(schema[4] as $SchemaRef, ec2);
  if (id === 1) return { kind: "list", item: () => shapeOf(names as $SchemaRef, ec2) };
  if (id !== 3 && id !== -3) throw new Error(`No call of the sandbox has values of kind ${id}`);
  const members = (names as readonly string[]).map((name, i): Member => {
    const ref = (refs as readonly $SchemaRef[])[i] as $SchemaRef;
    const { xmlName, ec2QueryName } = traitsOf(ref);
    return {
      name,
      requestName: ec2 ? (ec2QueryName ?? capital(xmlName ?? name)) : (xmlName ?? name),
      answerName: xmlName ?? name,
      shape: () => shapeOf(ref, ec2),
    };
  });
  return { kind: "struct", members };
}

interface NameTraits {
  readonly xmlName?: string;
  readonly ec2QueryName?: string;
}

/** The traits of a member stand beside its schema, unless it has none. */
function traitsOf(ref: unknown): NameTraits {
  const found = typeof ref === "function" ? undefined : ref;
  if (!Array.isArray(found) || found.length !== 2) return {};
  const traits = found[1] as SchemaTraits;
  return typeof traits === "object" ? (traits as NameTraits) : {};
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
