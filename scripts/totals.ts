import { readFileSync } from "node:fs";

/** What a test run came to. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of Vitest's JSON report that is counted. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts a report. A file that could not even be loaded has no tests, and counts as one failure; so does a run that
 * ended badly without saying which test, and a run of nothing.
 */
export function totals(report: Report, exitCode: number): Totals {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const file of report.testResults) {
    const states = file.assertionResults.map((test) => test.status);
    const broken = states.filter((state) => state === "failed").length;
    passed += states.filter((state) => state === "passed").length;
    failed += broken === 0 && file.status === "failed" ? 1 : broken;
    skipped += states.filter((state) => state !== "passed" && state !== "failed").length;
  }
  const silent = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed, skipped };
}

/** Counts the report in a file; a report that is missing or cut short is one failure. */
export function totalsOfFile(file: string, exitCode: number): Totals {
  try {
    return totals(JSON.parse(readFileSync(file, "utf8")) as Report, exitCode);
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** The line that a run ends with, read by people and by CI. */
export function closingLine({ passed, failed, skipped }: Totals): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}
