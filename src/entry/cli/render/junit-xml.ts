import type { PolicyTestReport } from "../../../app/run-policy-tests.ts";
import { assertionName } from "../../../core/policy/assertion/assertion.ts";
import type { AssertionResult, LevelResult } from "../../../core/policy/assertion/run-assertion.ts";

interface TestCase {
  readonly name: string;
  readonly level: string;
  readonly failure?: string;
}

/** The report as JUnit XML: a test case for each assertion, database and level. */
export function junitXml(report: PolicyTestReport): string {
  const cases = report.results.flatMap(casesOf);
  const failures = cases.filter((each) => each.failure !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="moat test" ${counts}>`,
    `  <testsuite name="${escaped(`policy version ${report.policy.version}`)}" ${counts}>`,
    ...cases.map(caseXml),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(result: AssertionResult): readonly TestCase[] {
  const name = assertionName(result.assertion);
  const { problem } = result;
  if (problem !== undefined) return [{ name, level: "model", failure: `${problem.what}: ${problem.why}` }];
  return result.levels.map((each) => ({
    name: `${name} [${each.database}]`,
    level: each.level,
    ...(each.status === "passed" ? {} : { failure: failureOf(each) }),
  }));
}

function failureOf({ status, why, counterexamples, more }: LevelResult): string {
  const rest = more > 0 ? [`and ${more} more`] : [];
  return [`${status}: ${why ?? ""}`, ...counterexamples, ...rest].join(", ");
}

function caseXml({ name, level, failure }: TestCase): string {
  const open = `    <testcase classname="${level}" name="${escaped(name)}"`;
  return failure === undefined
    ? `${open}/>`
    : `${open}>\n      <failure message="${escaped(failure)}"/>\n    </testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Text fit for an attribute. Characters that XML 1.0 cannot hold at all become a question mark. */
function escaped(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (char) => ENTITIES[char] ?? char).replace(NOT_XML, "?");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must go
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu;
