import { type Document, isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { nearest } from "../../core/nearest.ts";
import { type Config, ConfigSchema, HistoryEntry } from "./config-schema.ts";
import { CliProblem } from "./problem.ts";

/** Reads configuration text; every error names its line and column. */
export function parseConfig(text: string, file: string): Config {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const at = (offset: number) => ({
    file,
    line: counter.linePos(offset).line,
    column: counter.linePos(offset).col,
  });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw new CliProblem({
      code: "CONFIG_SYNTAX",
      what: syntax.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "",
      why: "The file is not YAML",
      fix: "Mend the line",
      at: at(syntax.pos[0]),
    });
  }
  const parsed = ConfigSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap(withinUnion);
  // A misspelt key is also a missing one: the spelling is what to tell.
  const issue = issues.find((i) => i.code === "unrecognized_keys") ?? issues[0];
  throw new CliProblem({ ...invalid(issue), at: at(offsetOf(document, issue)) });
}

type Issue = z.core.$ZodIssue | undefined;

/** Of a value that may be text or a mapping: what is wrong with the mapping, where one was written. */
function withinUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const mapping = issue.errors.find((branch) =>
    branch.every(({ code, path }) => code !== "invalid_type" || path.length > 0),
  );
  if (mapping === undefined) return [issue];
  return mapping.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Keys that are known where an unknown one was found. */
function keysAt(path: readonly string[]): readonly string[] {
  if (path.length === 0) return Object.keys(ConfigSchema.shape);
  return path[0] === "history" ? Object.keys(HistoryEntry.shape) : ["mode", "own", "group"];
}

function invalid(issue: Issue) {
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return {
      code: "CONFIG_INVALID",
      what: `Unknown key "${[...path, key].join(".")}"`,
      why: "A key that is not understood is never ignored: it might be the one that matters",
      fix: suggestion(key, keysAt(path)),
    };
  }
  return {
    code: "CONFIG_INVALID",
    what:
      path.length === 0 ? "The file is not a mapping of keys to values" : `"${path.join(".")}" is not valid`,
    why: issue?.message ?? "It does not fit the schema",
    fix: "See docs/reference/moat.schema.json",
  };
}

function suggestion(key: string, known: readonly string[]): string {
  const close = nearest(key, known);
  return close === undefined ? `Known keys: ${known.join(", ")}` : `Did you mean "${close}"?`;
}

/** Where in the text the trouble is: the unknown key itself, else the value. */
function offsetOf(document: Document, issue: Issue): number {
  const path = issue?.path ?? [];
  const at = path.length === 0 ? document.contents : document.getIn(path, true);
  if (issue?.code === "unrecognized_keys" && isMap(at)) {
    const pair = at.items.find(({ key }) => isScalar(key) && key.value === issue.keys[0]);
    if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  return rangeOf(at)?.[0] ?? (path.length === 0 ? 0 : offsetOf(document, parentOf(issue)));
}

/** For a value that is not there, the place where it should have been. */
const parentOf = (issue: Issue): Issue =>
  issue === undefined ? undefined : ({ ...issue, path: issue.path.slice(0, -1) } as Issue);

const rangeOf = (node: unknown): readonly number[] | undefined =>
  typeof node === "object" && node !== null && "range" in node
    ? (node.range as readonly number[])
    : undefined;
