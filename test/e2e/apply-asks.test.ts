import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ServedSandbox, serveSandbox } from "../../src/entry/cli/wire/serve-sandbox.ts";
import { runCli } from "../support/run-cli.ts";

let served: ServedSandbox;
let folder: string;

beforeAll(async () => {
  served = await serveSandbox({ empty: false });
  folder = mkdtempSync(join(tmpdir(), "moat-asks-"));
  // The SDK reads the variables of the process itself.
  for (const [name, value] of Object.entries(served.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const apply = (...answers: readonly string[]) =>
  runCli(["apply", "--audit", join(folder, "audit.jsonl"), "--policy", served.pce], {
    answers,
    env: { ...served.environment },
  });

describe("moat apply at a terminal", () => {
  it.each(["no", "", "y", "YES please"])('changes nothing on "%s"', async (answer) => {
    const { code, out, err } = await apply(answer);
    expect(code).toBe(2);
    expect(out).toContain("+ create security group moat-orders");
    expect(err).toContain('Change 2 databases as above? Only "yes" will do: ');
    expect(err).toContain("Nothing was changed.");
  });

  it("shows the plan, asks, and carries it out on yes; then there is nothing to ask", async () => {
    const { code, out } = await apply("yes");
    expect(code).toBe(0);
    expect(out).toContain("✓ orders: 6 steps done");
    const again = await apply();
    expect(again.code).toBe(0);
    expect(again.out).toBe("Nothing to change.\n");
    expect(again.err).not.toContain("Only");
  });
});
