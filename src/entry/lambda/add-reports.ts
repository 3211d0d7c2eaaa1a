import type { IngestReport } from "../../app/ingest-flow-logs.ts";
import type { FailedBatch } from "../../app/read-batches.ts";
import type { ReconcileReport } from "../../app/reconcile.ts";
import { addFigures } from "../../app/upload-figures.ts";

/** What came of the messages of several places, as one. A message with objects of two places fails once. */
export function addReports(reports: readonly IngestReport[]): IngestReport {
  const reconciled = reports.flatMap((report) => report.reconciled ?? []);
  return {
    failed: eachOnce(reports.flatMap(({ failed }) => failed)),
    objects: sum(reports.map(({ objects }) => objects)),
    records: sum(reports.map(({ records }) => records)),
    upload: addFigures(reports.map(({ upload }) => upload)),
    findings: reports.flatMap(({ findings }) => findings),
    incomplete: reports.flatMap(({ incomplete }) => incomplete),
    planFindings: reports.flatMap(({ planFindings }) => planFindings),
    ...together(reconciled),
  };
}

const eachOnce = (failed: readonly FailedBatch[]): readonly FailedBatch[] => [
  ...new Map(failed.map((each) => [each.id, each])).values(),
];

function together(all: readonly ReconcileReport[]): Pick<IngestReport, "reconciled"> {
  const [first, ...rest] = all;
  if (first === undefined) return {};
  if (rest.length === 0) return { reconciled: first };
  return {
    reconciled: {
      ...first,
      plan: { ...first.plan, databases: all.flatMap(({ plan }) => plan.databases) },
      outcomes: all.flatMap(({ outcomes }) => outcomes),
      rounds: Math.max(...all.map(({ rounds }) => rounds)),
      writeCalls: sum(all.map(({ writeCalls }) => writeCalls)),
    },
  };
}

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);
