import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCli, tooWide } from "../../../../test/support/run-cli.ts";
import type { Verification } from "../../../core/verify/verify-plan.ts";

/** What the second reading is made to find, where a test wants a planner with a fault. */
const found = vi.hoisted(() => ({ instead: undefined as Verification | undefined }));
vi.mock("../../../app/verify-plan.ts", async (original) => {
  const real = await original<typeof import("../../../app/verify-plan.ts")>();
  return {
    verifyPlan: (...args: Parameters<typeof real.verifyPlan>) => found.instead ?? real.verifyPlan(...args),
  };
});

describe("moat plan --verify", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "moat-verify-"));
    found.instead = undefined;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const plan = (...args: readonly string[]) => runCli(["plan", "--aws", "sandbox", ...args]);

  it("says how many steps were checked, and leaves the exit code to the plan", async () => {
    const { code, out } = await plan("--verify");
    expect(code).toBe(2);
    expect(out).toMatch(/\n\nVerified: 12 steps, each cuts nobody and lets nobody in\n$/);
  });

  it("is a field of the JSON, which is there only when it was asked for", async () => {
    const { out } = await plan("--verify", "--json");
    expect(JSON.parse(out)).toMatchObject({ kind: "plan", verification: { steps: 12, violations: [] } });
    expect(JSON.parse((await plan("--json")).out)).not.toHaveProperty("verification");
  });

  it("saves a sound plan", async () => {
    const file = join(folder, "plan.json");
    await plan("--verify", "--out", file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ verification: { violations: [] } });
  });

  it("shows violations, exits with 1, and saves nothing", async () => {
    const what = "10.20.1.21 is cut off although allowed before and after";
    found.instead = { steps: 12, violations: [{ database: "ledger", step: 3, what }] };
    const file = join(folder, "plan.json");
    const { code, out, err } = await plan("--verify", "--out", file);
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, " ")).toContain(
      `NOT SOUND: 1 violation in 12 steps ✗ ledger, step 3: ${what}`,
    );
    expect(tooWide(out)).toBeUndefined();
    expect(err).toContain("Not saved");
    expect(existsSync(file)).toBe(false);
    const json = await plan("--verify", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ verification: { violations: [{ step: 3 }] } });
    const ocsf = await plan("--verify", "--format", "ocsf");
    expect(ocsf.code).toBe(1);
    expect(JSON.parse(ocsf.out.split("\n")[0] ?? "")).toMatchObject({
      severity_id: 4,
      finding_info: { types: ["PLAN_NOT_SOUND"], title: `ledger, step 3: ${what}` },
      resources: [{ name: "ledger" }],
    });
  });
});
