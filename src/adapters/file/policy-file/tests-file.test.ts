import { describe, expect, it } from "vitest";
import { assertionText } from "../../../core/policy/assertion/assertion.ts";
import { parseTestsFile } from "./tests-file.ts";

function parse(text: string): readonly string[] {
  const parsed = parseTestsFile(text, "moat-tests.yaml");
  if (parsed.ok) return parsed.value.map((each) => `${each.at?.line} ${assertionText(each)}`);
  return parsed.error.map(({ at, what, fix }) => `${at?.line}:${at?.column} ${what}; ${fix}`);
}

describe("a tests file", () => {
  it("is the section of a policy file, with labels that live elsewhere", () => {
    const text = `tests:
  - { from: role=anything, must_reach: [orders, ledger] }
  - { from: 10.0.0.0/8, must_not_reach: role=database, port: 3307 }
  - { nothing_outside: app=orders, reaches: orders }
`;
    expect(parse(text)).toEqual([
      "2 role=anything must reach orders",
      "2 role=anything must reach ledger",
      "3 10.0.0.0/8 must not reach role=database:3307",
      "4 nothing outside app=orders reaches orders",
    ]);
  });

  it.each([
    {
      text: "test: []",
      want: [
        '1:1 "tests" is missing; add "tests"; see docs/guides/policy-file.md',
        '1:1 unknown key "test"; did you mean "tests"?',
      ],
    },
    { text: "tests: [", want: ["mend the line"] },
    { text: "version: 2\ntests: []", want: ["expected 1"] },
    {
      text: "tests:\n  - { from: role=web, must_rech: db }",
      want: ['2:23 unknown key "must_rech"; did you mean "must_reach"?'],
    },
  ])("$text", ({ text, want }) => {
    const told = parse(text).join("\n");
    for (const part of want) expect(told).toContain(part);
  });
});
