import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { sampleAwsEnvironment, startSampleAws } from "./sample-aws.ts";

const python = {
  name: "boto3 in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "boto3, against the sandbox AWS", (found) => {
  it("walks through all services that Moat uses", async () => {
    const aws = await startSampleAws();
    const env = sampleAwsEnvironment(aws.url, tmpdir());
    const { code, output } = await run(found, [join(import.meta.dirname, "boto3-client.py")], { env });
    await aws.close();

    expect(code, output).toBe(0);
    expect(output.split("\n").filter((line) => line.startsWith("ok ")).length).toBeGreaterThan(14);
  });
});
