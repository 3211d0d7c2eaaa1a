import type { PolicyTestReport } from "../../../app/run-policy-tests.ts";
import { assertionName, assertionText } from "../../../core/policy/assertion/assertion.ts";
import type { Level } from "../../../core/policy/assertion/reach-level.ts";
import type { AssertionResult, LevelResult } from "../../../core/policy/assertion/run-assertion.ts";
import { counted } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** Tests as a person reads them: one line each, and below it what is wrong. */
export function policyTestText(report: PolicyTestReport, style: Style): string {
  const blocks = report.results.map((result) => resultText(result, report.levels, style));
  const count = `${counted(report.results.length, "test")}: ${report.passed} passed, ${report.failed} failed`;
  const summary = report.failed === 0 ? style.green(`✓ ${count}`) : style.red(`✗ ${count}`);
  return [...blocks, "", `${summary} · policy version ${report.policy.version}`].join("\n");
}

function resultText(result: AssertionResult, levels: readonly Level[], style: Style): string {
  const { assertion, passed, problem } = result;
  const mark = passed ? style.green("✓") : style.red("✗");
  const text = assertionText(assertion);
  const named = assertionName(assertion) === text ? text : `${assertionName(assertion)}: ${text}`;
  const tried = problem === undefined ? levels.map((level) => levelWord(result, level, style)).join(" ") : "";
  const place =
    assertion.at === undefined || passed ? [] : [["at", `${assertion.at.file ?? ""}:${assertion.at.line}`]];
  const wrong =
    problem === undefined
      ? result.levels.filter(({ status }) => status !== "passed").map(wrongRow)
      : [["not tried", `${problem.what}: ${problem.why}; ${problem.fix}`]];
  const rows = passed ? [] : [...wrong, ...place];
  return [
    `${mark} ${named}  ${style.dim(tried)}`.trimEnd(),
    ...(rows.length === 0 ? [] : [table(rows, "    ")]),
  ].join("\n");
}

const MARKS: Readonly<Record<LevelResult["status"], string>> = { passed: "✓", failed: "✗", unknown: "?" };

/** `live ✗`: the worst of all databases. */
function levelWord(result: AssertionResult, level: Level, style: Style): string {
  const of = result.levels.filter((each) => each.level === level).map((each) => each.status);
  const worst =
    of.find((status) => status === "failed") ?? of.find((status) => status === "unknown") ?? "passed";
  const word = `${level} ${MARKS[worst]}`;
  return worst === "passed" ? word : style.red(word);
}

function wrongRow({ level, database, why, counterexamples, more }: LevelResult): readonly string[] {
  const shown = counterexamples.join(", ");
  const rest = more > 0 ? ` and ${more} more` : "";
  return [level, `${database}: ${[why ?? "", shown + rest].filter((part) => part !== "").join(": ")}`];
}
