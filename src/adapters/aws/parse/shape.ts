import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import { err, ok, type Result } from "../../../core/result.ts";

/** A field that AWS leaves out, or that a tool wrote as `null`. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A list that AWS leaves out when it is empty. */
export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

const NAMES = [
  "DBInstanceIdentifier",
  "DBClusterIdentifier",
  "DBProxyEndpointName",
  "DBProxyName",
  "DBSubnetGroupName",
  "SecurityGroupRuleId",
  "GroupId",
  "NetworkInterfaceId",
  "PrefixListId",
] as const;

/**
 * Reads one object of an AWS answer. `at` is its place, e.g. `DBInstances[3]`.
 *
 * @returns the fields of the schema, or a diagnostic with code `AWS_SHAPE` that names the object and the path
 */
export function readShape<T>(schema: z.ZodType<T>, json: unknown, at: string): Result<T, Diagnostic> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issues = parsed.error.issues.map((issue) => `${pathText(at, issue.path)}: ${issue.message}`);
  return err(unreadable(json, at, issues.join("; ")));
}

/** The diagnostic for an object that does not say what it must. */
export function unreadable(json: unknown, at: string, problem: string): Diagnostic {
  const name = nameOf(json);
  return {
    code: "AWS_SHAPE",
    what: `${name === undefined ? at : `${at} "${name}"`} cannot be read: ${problem}`,
    why: "Moat acts only on objects that it understands in full",
    fix: 'Compare the object with the answer of the AWS command of that name, or save it again with "moat snapshot"',
  };
}

/** What an object calls itself, if it can still say so. */
function nameOf(json: unknown): string | undefined {
  for (const field of NAMES) {
    const name = textField(json, field);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** A text field of an object whose shape is not known. */
export function textField(json: unknown, field: string): string | undefined {
  if (typeof json !== "object" || json === null || !Object.hasOwn(json, field)) return undefined;
  const value = (json as Record<string, unknown>)[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function pathText(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : `${text}.${String(step)}`),
    at,
  );
}
