import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compact, templates } from "../../infra/app.ts";

const CFN_LINT = join(import.meta.dirname, "../../.venv/bin/cfn-lint");
/** Without S3, CloudFormation takes templates up to this size. */
const INLINE_LIMIT = 51_200;

describe("the CloudFormation templates", () => {
  const made = templates();

  it.each(made)("$name is as reviewed, and small", async ({ name, text }) => {
    await expect(text).toMatchFileSnapshot(`templates/${name}.json`);
    expect(compact(text).length).toBeLessThan(INLINE_LIMIT);
  });

  it.skipIf(!existsSync(CFN_LINT))("have no errors, says cfn-lint", () => {
    const files = made.map(({ name }) => join(import.meta.dirname, "templates", `${name}.json`));
    const { stdout } = spawnSync(CFN_LINT, ["--ignore-checks", "W", "--", ...files], { encoding: "utf8" });
    expect(stdout).toBe("");
  });
});
