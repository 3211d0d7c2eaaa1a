import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { compact, templates } from "../../infra/app.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";

const cfnLint = {
  name: "cfn-lint in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
/** Without S3, CloudFormation takes templates up to this size. */
const INLINE_LIMIT = 51_200;

describe("the CloudFormation templates", () => {
  const made = templates();

  it.each(made)("$name is as reviewed, and small", async ({ name, text }) => {
    await expect(text).toMatchFileSnapshot(`templates/${name}.json`);
    expect(compact(text).length).toBeLessThan(INLINE_LIMIT);
  });

  describeWith(cfnLint, "for cfn-lint", (python) => {
    it("have no errors", () => {
      const files = made.map(({ name }) => join(import.meta.dirname, "templates", `${name}.json`));
      const args = [join(dirname(python), "cfn-lint"), "--ignore-checks", "W", "--", ...files];
      const { stdout, stderr, status } = spawnSync(python, args, { encoding: "utf8" });
      expect(`${stdout}${stderr}`).toBe("");
      expect(status).toBe(0);
    });
  });
});
