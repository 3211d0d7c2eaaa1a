import type { z } from "zod";
import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import { done, type Outcome, type PceError } from "../outcome.ts";

/** A closed JSON schema with the file name that error messages cite. */
export interface Schema {
  readonly name: string;
  readonly type: z.ZodType;
}

/** Checks a body against a closed schema; each fault becomes an `input_validation_error` naming the field. */
export function validate(schema: Schema, body: Json): Outcome<Json> {
  const parsed = schema.type.safeParse(body);
  if (parsed.success) return done(body);
  const errors = parsed.error.issues.flatMap((issue) =>
    messagesOf(issue, []).map((text) => inputError(schema, text)),
  );
  return { ok: false, refusal: { status: 406, errors } };
}

/** As {@link validate}, for a body that must be an object. */
export function validateObject(schema: Schema, body: Json): Outcome<JsonObject> {
  const valid = validate(schema, body);
  if (!valid.ok) return valid;
  return isObject(body)
    ? done(body)
    : {
        ok: false,
        refusal: { status: 406, errors: [inputError(schema, "The property '#/' must be an object")] },
      };
}

const inputError = (schema: Schema, text: string): PceError => ({
  token: "input_validation_error",
  message: `Input validation failed. Details: {${text} in schema ${schema.name}}`,
});

function messagesOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): readonly string[] {
  const path = [...above, ...issue.path];
  const at = `#/${path.map(String).join("/")}`;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `The property '${at}' contains undefined property '${key}'`);
  }
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.toSorted((a, b) => a.length - b.length)[0];
    if (nearest !== undefined) return nearest.flatMap((inner) => messagesOf(inner, path));
  }
  return [`The property '${at}' is not valid: ${issue.message}`];
}
