import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Style } from "./style.ts";
import { wrap } from "./table.ts";

type Problem = Pick<Diagnostic, "what" | "why" | "fix" | "at">;

/** A problem as a person reads it: what, why and fix, each on its own lines. */
export function problemText(problem: Problem, mark: string, style: Style): string {
  const where =
    problem.at === undefined ? "" : `${problem.at.file ?? "input"}:${problem.at.line}:${problem.at.column}: `;
  const [first = "", ...rest] = wrap(`${mark} ${where}${problem.what}`, "").split("\n");
  return [
    style.bold(first),
    ...rest.map((l) => `  ${l}`),
    wrap(`why: ${problem.why}`, "    "),
    wrap(`fix: ${problem.fix}`, "    "),
  ].join("\n");
}
