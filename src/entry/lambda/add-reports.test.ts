import { expect, it } from "vitest";
import type { IngestReport } from "../../app/ingest-flow-logs.ts";
import { NO_FIGURES } from "../../app/upload-figures.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { addReports } from "./add-reports.ts";

const report = (more: Partial<IngestReport>): IngestReport => ({
  failed: [],
  objects: 1,
  records: 10,
  upload: { ...NO_FIGURES, sent: 2, received: 2 },
  findings: [],
  incomplete: [],
  planFindings: [],
  ...more,
});
const problem = { code: "X", what: "x", why: "x", fix: "x" };
const reconciled = (id: string): NonNullable<IngestReport["reconciled"]> => ({
  plan: { databases: [{ id }] } as unknown as Plan,
  outcomes: [],
  rounds: 1,
  writeCalls: 3,
});

it("adds up what came of several places, and lets a message of two of them fail once", () => {
  const sum = addReports([
    report({ failed: [{ id: "m", problem }], reconciled: reconciled("orders"), incomplete: ["a"] }),
    report({
      failed: [{ id: "m", problem }],
      upload: { ...NO_FIGURES, sent: 1, failed: 1, failures: ["no"] },
    }),
    report({ reconciled: reconciled("ledger") }),
  ]);
  expect(sum).toMatchObject({
    failed: [{ id: "m" }],
    objects: 3,
    records: 30,
    upload: { sent: 5, received: 4, failed: 1, failures: ["no"] },
    incomplete: ["a"],
    reconciled: { plan: { databases: [{ id: "orders" }, { id: "ledger" }] }, writeCalls: 6, rounds: 1 },
  });
  expect(sum.failed).toHaveLength(1);
});

it("says nothing of a plan where nothing was planned", () => {
  expect(addReports([report({})]).reconciled).toBeUndefined();
  expect(addReports([])).toMatchObject({ objects: 0, failed: [] });
});
