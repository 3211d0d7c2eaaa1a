import { describe, expect, it } from "vitest";
import { database, group, inventory, OPEN_EGRESS, rule } from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { ReconcileReport } from "../../app/reconcile.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { PLAIN } from "./render/style.ts";
import { readSettings } from "./settings.ts";
import { showReport } from "./show-report.ts";

const FINDING = { code: "ALLOWED_CONSUMERS_REJECTED", what: "1 consumer is refused", why: "w", fix: "f" };
const plan = planOf({
  inventory: inventory({
    databases: [database("orders", ["sg-old"])],
    securityGroups: [group("sg-old", [rule("10.0.0.0/8"), OPEN_EGRESS])],
  }),
  policies: [allows("orders", ["10.0.1.10/32"])],
});
const report: ReconcileReport = { plan, outcomes: [], rounds: 0, writeCalls: 0 };

async function shown(
  of: ReconcileReport,
  json: boolean,
): Promise<{ readonly out: string; readonly code: ExitCode }> {
  let out = "";
  let code: ExitCode = 0;
  const context = {
    style: PLAIN,
    out: (text: string) => {
      out = text;
    },
    exit: (wanted: ExitCode) => {
      code = wanted;
    },
  } as unknown as CliContext;
  showReport(context, { ...(await readSettings({})), json }, of, (href) => href);
  return { out, code };
}

describe("a report of waves that were stopped because clients are refused", () => {
  it("says so loudly, with exit code 3", async () => {
    const { out, code } = await shown({ ...report, halted: FINDING }, false);
    expect(out).toContain("✗ The waves are stopped: 1 consumer is refused");
    expect(code).toBe(3);
  });

  it("says so to programs", async () => {
    const { out, code } = await shown({ ...report, halted: FINDING }, true);
    expect([JSON.parse(out).halted, code]).toEqual([FINDING, 3]);
  });

  it("is told from one that merely did not come to its end", async () => {
    const { out, code } = await shown(report, false);
    expect([out.includes("waves are stopped"), code]).toEqual([false, 1]);
  });
});
