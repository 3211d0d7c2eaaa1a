import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Unreadable } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";

const SHOWN_LENGTH = 160;

/** Schema of a list whose members are looked at one by one; null and absent are the empty list. */
export const OptionalList = z
  .array(z.unknown())
  .nullish()
  .transform((list) => list ?? []);

/** Schema of text that may be absent, null or empty: all three are `undefined`. */
export const OptionalText = z
  .string()
  .nullish()
  .transform((text) => text || undefined);

/** Schema of a flag that is off when null or absent. */
export const OptionalFlag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false);

/** Any JSON object, for a look at its keys. */
export const AnyObject = z.record(z.string(), z.unknown());

/**
 * What cannot be read, with its path in the PCE's JSON and the start of its value.
 *
 * @param path such as `rule_sets[3].rules[0].consumers[1]`
 */
export function unreadableProblem(path: string, json: unknown, why: string, fix: string): Diagnostic {
  return { code: "PCE_UNREADABLE", what: `${path} is ${shown(json)}`, why, fix };
}

/** An {@link Unreadable} that stands in the place of the part that could not be read. */
export function unreadable(path: string, json: unknown, why: string, fix: string): Unreadable {
  return { kind: "unreadable", problem: unreadableProblem(path, json, why, fix) };
}

/** Checks a JSON value against a schema; the error names the path of the value and each field that does not fit. */
export function readShape<T>(schema: z.ZodType<T>, json: unknown, path: string): Result<T, Diagnostic> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  return err(
    unreadableProblem(path, json, mismatch(parsed.error), "check the object in the PCE, then read again"),
  );
}

/** Like {@link readShape}, with the failure in the form that a model takes in the place of the value. */
export function readPart<T>(schema: z.ZodType<T>, json: unknown, path: string): Result<T, Unreadable> {
  const read = readShape(schema, json, path);
  return read.ok ? read : err({ kind: "unreadable", problem: read.error });
}

function mismatch(error: z.ZodError): string {
  const issues = error.issues.map((issue) => {
    const field = issue.path.map(String).join(".");
    return field === "" ? issue.message : `${issue.message} at "${field}"`;
  });
  return issues.join("; ");
}

function shown(json: unknown): string {
  const text = json === undefined ? "absent" : JSON.stringify(json);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
