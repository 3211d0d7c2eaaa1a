import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Assertion } from "../../../core/policy/assertion/assertion.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { PolicyFault } from "../../../ports/policy-fault.ts";
import { type FileReader, readPart } from "./file-reader.ts";
import { readTest } from "./read-test.ts";
import { yamlSource } from "./yaml-source.ts";

/** A file of tests beside a policy that lives elsewhere: the section `tests` of a policy file, alone. */
const TestsFile = z.strictObject({
  version: z.literal(1, { error: "expected 1, the only version there is" }).optional(),
  tests: z.array(z.unknown()),
});

/**
 * Reads the text of a tests file.
 *
 * @returns the assertions, or everything that is wrong, by line
 */
export function parseTestsFile(
  text: string,
  file: string,
): Result<readonly Assertion[], readonly Diagnostic[]> {
  const source = yamlSource(text, file);
  if (source.problems.length > 0) return err(source.problems);
  const reader: FileReader = { source, root: `${file}#`, problems: [] };
  const head = readPart(reader, TestsFile, source.content ?? {}, []);
  const tests = head?.tests.flatMap((raw, index) => readTest(reader, undefined, raw, index)) ?? [];
  return reader.problems.length > 0 ? err(reader.problems) : ok(tests);
}

/** Reads a tests file; throws {@link PolicyFault} with everything that is wrong. */
export async function readTestsFile(path: string): Promise<readonly Assertion[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new PolicyFault(
      "notFound",
      `"${path}" cannot be read: ${error.code ?? error.message}`,
      "check the path that --tests names",
    );
  });
  const parsed = parseTestsFile(text, path);
  if (parsed.ok) return parsed.value;
  throw new PolicyFault("invalid", `"${path}" has errors`, "mend the file", parsed.error);
}
