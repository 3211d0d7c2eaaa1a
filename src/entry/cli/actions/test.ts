import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { readTestsFile } from "../../../adapters/file/policy-file/tests-file.ts";
import { policyTestDocument, runPolicyTests } from "../../../app/run-policy-tests.ts";
import type { Assertion } from "../../../core/policy/assertion/assertion.ts";
import { LEVELS, type Level } from "../../../core/policy/assertion/reach-level.ts";
import type { CliContext } from "../context.ts";
import { withWorld } from "../load.ts";
import { CliProblem } from "../problem.ts";
import { junitXml } from "../render/junit-xml.ts";
import { policyTestText } from "../render/policy-test-text.ts";
import { readSettings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";

export interface TestOptions extends SourceOptions {
  readonly tests?: string;
  readonly levels?: readonly Level[];
  readonly junit?: string;
  readonly draft?: boolean;
}

const DEFAULT_FILE = "moat-tests.yaml";

/** Tries the assertions of the policy file and of the tests file. Exits with 4 when one fails. */
export async function runTests(context: CliContext, options: TestOptions): Promise<void> {
  const settings = await readSettings(options);
  const beside = await testsBeside(options.tests);
  const levels = LEVELS.filter((level) => options.levels === undefined || options.levels.includes(level));
  await withWorld(context, settings, async (world) => {
    const planned = await world.plan(options.draft === true ? "draft" : "active");
    const assertions = [...(planned.index.policy.tests ?? []), ...beside];
    if (assertions.length === 0) throw noTests();
    const report = runPolicyTests(planned, assertions, levels);
    if (options.junit !== undefined) await save(options.junit, junitXml(report));
    if (settings.json) context.out(JSON.stringify(policyTestDocument(report), null, 2));
    else context.out(policyTestText(report, context.style));
    if (report.failed > 0) context.exit(4);
  });
}

/** The assertions of a tests file: the one named, else the one in the working directory, if there is one. */
export async function testsBeside(path: string | undefined): Promise<readonly Assertion[]> {
  if (path !== undefined) return readTestsFile(path);
  return existsSync(DEFAULT_FILE) ? readTestsFile(DEFAULT_FILE) : [];
}

async function save(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "JUNIT_NOT_SAVED",
      what: `"${path}" cannot be written: ${error.code ?? error.message}`,
      why: "The JUnit report was to be saved there",
      fix: "Check the path",
    });
  });
}

const noTests = (): CliProblem =>
  new CliProblem({
    code: "TESTS_MISSING",
    what: "There is nothing to test",
    why: `Neither the policy nor a file has tests: --tests names none, and there is no ${DEFAULT_FILE} here`,
    fix: `Write tests into ${DEFAULT_FILE}, see docs/guides/policy-tests.md`,
  });
