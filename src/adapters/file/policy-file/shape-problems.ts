import { z } from "zod";
import type { Diagnostic, SourceSpan } from "../../../core/diagnostic.ts";
import { nearest } from "../../../core/nearest.ts";
import type { YamlPath } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;
type Place = (path: YamlPath, isKey: boolean) => SourceSpan;

const REFERENCE = "see docs/guides/policy-file.md";

/** What is wrong with the shape of a piece, told so that it can be mended. */
export function issueProblems(
  schema: z.ZodType,
  issue: Issue,
  raw: unknown,
  place: Place,
): readonly Diagnostic[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey(key, known, place([...path, key], true)));
  }
  if (issue.code === "invalid_union") {
    const branch = likeliest(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((inner) =>
        issueProblems(schema, { ...inner, path: [...issue.path, ...inner.path] } as Issue, raw, place),
      );
    }
  }
  const value = path.reduce<unknown>(
    (v, step) => (v as Record<string | number, unknown> | undefined)?.[step],
    raw,
  );
  if (value === undefined) return [missing(path, place(path, false))];
  return [wrongValue(issue, path, value, place(path, false))];
}

/** The alternative that was meant: the one whose outer shape fits, or a word where a word is wanted. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return (
    branches.find((issues) => issues.every((i) => i.path.length > 0 || i.code === "unrecognized_keys")) ??
    branches.find((issues) => issues.some((i) => i.code === "invalid_value" && i.values.length > 1))
  );
}

/** Whether text would have been right. */
function wantsText(issue: Issue): boolean {
  if (issue.code === "invalid_union") return issue.errors.some((branch) => branch.some(wantsText));
  return issue.code === "invalid_type" && issue.expected === "string" && issue.path.length === 0;
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: "expected text",
  object: "expected a map of keys",
  record: "expected a map of names",
  array: "expected a list",
  boolean: "expected true or false",
  int: "expected a whole number",
};

function unknownKey(key: string, known: readonly string[], at: SourceSpan): Diagnostic {
  const close = nearest(key, known);
  return {
    code: "POLICY_KEY_UNKNOWN",
    what: `unknown key "${key}"`,
    why: "a key that is not understood is never ignored: it might be the one that matters",
    fix: close === undefined ? `known keys here: ${known.join(", ")}` : `did you mean "${close}"?`,
    at,
  };
}

function missing(path: YamlPath, at: SourceSpan): Diagnostic {
  return {
    code: "POLICY_KEY_MISSING",
    what: `"${String(path.at(-1) ?? "")}" is missing`,
    why: "this part means nothing without it",
    fix:
      path.at(-1) === "version"
        ? 'add "version: 1" at the top'
        : `add "${String(path.at(-1) ?? "")}"; ${REFERENCE}`,
    at,
  };
}

function wrongValue(issue: Issue, path: YamlPath, value: unknown, at: SourceSpan): Diagnostic {
  const name = path.filter((step) => typeof step === "string").at(-1);
  const scalar = typeof value === "number" || typeof value === "boolean";
  const allowed = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const close = typeof value === "string" ? nearest(value, allowed) : undefined;
  const told = issue.code === "invalid_type" ? EXPECTED[issue.expected] : undefined;
  const listed = allowed.length > 1 ? `expected one of ${allowed.join(", ")}` : undefined;
  const message = told ?? listed ?? issue.message.replace(/^Invalid (?:input|option): /, "");
  return {
    code: "POLICY_VALUE_INVALID",
    what: `${name === undefined ? "" : `"${name}": `}${shown(value)}: ${message}`,
    why: "what is not understood is never guessed at",
    fix:
      scalar && wantsText({ ...issue, path: [] } as Issue)
        ? `put it in quotes: "${value}"`
        : close === undefined
          ? REFERENCE
          : `did you mean "${close}"?`,
    at,
  };
}

function shown(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : `"${String(value)}"`;
}

/** The keys that an object at a path may have. */
function keysAt(schema: z.core.$ZodType, path: YamlPath): readonly string[] {
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((o) => keysAt(o, path)))];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.unwrap(), path);
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const inner: unknown = schema.shape[step];
    return inner instanceof z.ZodType ? keysAt(inner, rest) : [];
  }
  if (step === undefined) return [];
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}
