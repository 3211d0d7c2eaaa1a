import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Style } from "./style.ts";
import { COLUMNS, table, wrap } from "./table.ts";

type Problem = Pick<Diagnostic, "what" | "why" | "fix" | "at">;

/**
 * A problem as a person reads it: what, why and fix, each on its own lines. A mark that begins with blanks moves all of
 * it in.
 */
export function problemText(problem: Problem, mark: string, style: Style): string {
  const where =
    problem.at === undefined ? "" : `${problem.at.file ?? "input"}:${problem.at.line}:${problem.at.column}: `;
  const indent = /^ */.exec(mark)?.[0] ?? "";
  const [first = "", ...rest] = wrap(
    `${mark.trimStart()} ${where}${problem.what}`,
    indent,
    COLUMNS - 2,
  ).split("\n");
  return [
    style.bold(first),
    ...rest.map((line) => style.bold(`  ${line}`)),
    table([["why:", problem.why]], `${indent}    `),
    table([["fix:", problem.fix]], `${indent}    `),
  ].join("\n");
}
