import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { SANDBOX_KEY, startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";

const python = {
  name: "the illumio package in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "the Illumio client for Python, against the sandbox PCE", (found) => {
  it.each([
    { name: "plain ids", orgId: "1", bigIds: false },
    { name: "ids of 17 digits and another organisation", orgId: "4242", bigIds: true },
  ])("walks through all that Moat uses: $name", async ({ orgId, bigIds }) => {
    const pce = await startSandboxPce({ orgId, bigIds, switches: { jobRetryAfterSeconds: 0 } });
    const env = {
      ...process.env,
      PCE_URL: pce.url,
      PCE_ORG: orgId,
      PCE_KEY: SANDBOX_KEY.keyId,
      PCE_SECRET: SANDBOX_KEY.secret,
      PYTHONWARNINGS: "ignore",
    };
    const { code, output } = await run(found, [join(import.meta.dirname, "illumio-client.py")], { env });
    await pce.close();

    expect(code, output).toBe(0);
    const steps = output.split("\n").filter((line) => line.startsWith("ok "));
    expect(steps.length, output).toBeGreaterThan(30);
  });
});
