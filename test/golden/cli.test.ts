import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../scripts/run.ts";

const MOAT = join(import.meta.dirname, "..", "..", "bin", "moat");

/** What a person sees, to the byte: a change here is a change of the product, and is reviewed as one. */
it.each([
  { name: "help", args: ["--help"], code: 0 },
  { name: "status", args: ["status", "--aws", "sandbox"], code: 0 },
  { name: "plan", args: ["plan", "--aws", "sandbox"], code: 2 },
  { name: "plan-json", args: ["plan", "--aws", "sandbox", "--json"], code: 2 },
])("moat $args", async ({ name, args, code }) => {
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", NO_COLOR: "1", COLUMNS: "80" };
  // Standard output alone: progress goes to standard error and is not part of the result.
  const finished = await run("sh", ["-c", '"$@" 2>/dev/null', "moat", MOAT, ...args], { env });
  expect(finished.code).toBe(code);
  await expect(finished.output).toMatchFileSnapshot(`cli/${name}.txt`);
});
