import { describe, expect, it } from "vitest";
import { closingLine, totals } from "./totals.ts";

const file = (status: string, ...tests: string[]) => ({
  name: "a.test.ts",
  status,
  assertionResults: tests.map((state) => ({ status: state })),
});

describe("totals", () => {
  it.each([
    {
      name: "counts tests",
      files: [file("passed", "passed", "pending")],
      code: 0,
      want: "1 passed, 0 failed, 1 skipped",
    },
    {
      name: "counts failures",
      files: [file("failed", "passed", "failed")],
      code: 1,
      want: "1 passed, 1 failed",
    },
    {
      name: "counts todo as skipped",
      files: [file("passed", "passed", "todo")],
      code: 0,
      want: "1 passed, 0 failed, 1 skipped",
    },
    { name: "counts a file that did not load", files: [file("failed")], code: 1, want: "0 passed, 1 failed" },
    {
      name: "takes a bad end for a failure",
      files: [file("passed", "passed")],
      code: 1,
      want: "1 passed, 1 failed",
    },
    { name: "takes nothing for a failure", files: [], code: 0, want: "0 passed, 1 failed" },
  ])("$name", ({ files, code, want }) => {
    expect(closingLine(totals({ testResults: files }, code))).toBe(want);
  });
});
