import type { z } from "zod";
import type { Diagnostic, SourceSpan } from "../../../core/diagnostic.ts";
import { nearest } from "../../../core/nearest.ts";
import { issueProblems } from "./shape-problems.ts";
import type { YamlPath, YamlSource } from "./yaml-source.ts";

/** What, why and fix of a problem whose place is a path. */
export type Problem = Omit<Diagnostic, "at">;

/** A policy file while it is read: every problem is noted, and reading goes on. */
export interface FileReader {
  readonly source: YamlSource;
  /** What hrefs begin with: the file's name and `#`. */
  readonly root: string;
  readonly problems: Diagnostic[];
}

/** Notes a problem with the value at a path. */
export function note(reader: FileReader, path: YamlPath, problem: Problem): void {
  reader.problems.push({ ...problem, at: reader.source.at(path) });
}

/** Reads one piece by its schema; undefined when it cannot be understood, which has been noted then. */
export function readPart<T>(
  reader: FileReader,
  schema: z.ZodType<T>,
  raw: unknown,
  path: YamlPath,
): T | undefined {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const place = (at: YamlPath, isKey: boolean): SourceSpan =>
    isKey ? reader.source.atKey([...path, ...at]) : reader.source.at([...path, ...at]);
  for (const issue of parsed.error.issues) {
    reader.problems.push(...issueProblems(schema, issue, raw, place));
  }
  return withoutUnknownKeys(schema, parsed.error.issues, raw);
}

/** What is left when nothing but keys of the piece itself was wrong: its other problems are worth telling too. */
function withoutUnknownKeys<T>(
  schema: z.ZodType<T>,
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
): T | undefined {
  const unknown = issues.flatMap((i) =>
    i.code === "unrecognized_keys" && i.path.length === 0 ? i.keys : [],
  );
  if (unknown.length === 0 || typeof raw !== "object" || raw === null) return undefined;
  const known = Object.fromEntries(Object.entries(raw).filter(([key]) => !unknown.includes(key)));
  const parsed = schema.safeParse(known);
  return parsed.success ? parsed.data : undefined;
}

/** The problem of a name that nothing has. `kind` is for people, e.g. `IP list`. */
export function unknownName(kind: string, section: string, name: string, known: readonly string[]): Problem {
  const close = nearest(name, known);
  const choice = known.length === 0 ? `there are none under "${section}"` : `known: ${known.join(", ")}`;
  return {
    code: "POLICY_REFERENCE_UNKNOWN",
    what: `there is no ${kind} "${name}"`,
    why: "a rule that names something unknown would silently mean less, or more, than it says",
    fix: close === undefined ? `define it under "${section}"; ${choice}` : `did you mean "${close}"?`,
  };
}
