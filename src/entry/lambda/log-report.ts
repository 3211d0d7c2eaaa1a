import type { Logger } from "@aws-lambda-powertools/logger";
import type { DatabaseOutcome } from "../../app/apply-outcome.ts";
import type { IngestReport } from "../../app/ingest-flow-logs.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { formatUtc } from "../../core/flow/utc-time.ts";
import type { DatabasePlan } from "../../core/plan/plan.ts";
import type { EventMessage } from "./event-messages.ts";
import { egressHeldOf } from "./log-plan.ts";

/** A log event of CloudWatch holds 1 MiB; this many of a kind say enough, and the number of all stands beside them. */
const SHOWN = 20;

/**
 * One structured line an event: counts, names and reasons; never a list of addresses, never a secret. Who would lose
 * access, and which rules are planned, `moat plan` shows to whoever may read the policy.
 */
export function logReport(logger: Logger, messages: readonly EventMessage[], report: IngestReport): void {
  const { reconciled, upload, failed } = report;
  const databases = reconciled?.plan.databases ?? [];
  const outcomes = reconciled?.outcomes ?? [];
  const strange = messages.flatMap(({ findings }) => findings);
  const line = {
    messages: messages.length,
    objects: report.objects,
    records: report.records,
    flows: flowCounts(upload),
    ...list("uploadFailures", upload.failures.filter(isReason)),
    ...list("uploadsInDoubt", upload.doubts.map(doubtOf)),
    databases: databases.length,
    writeCalls: reconciled?.writeCalls ?? 0,
    ...list("refused", databases.filter((database) => database.refused.length > 0).map(refusedOf)),
    ...list("egressHeld", databases.flatMap(egressHeldOf)),
    ...list("outcomes", outcomes.map(outcomeOf)),
    ...list("incomplete", report.incomplete),
    ...list("findings", [...strange, ...report.findings]),
    ...list("planFindings", report.planFindings.map(codeOf)),
    ...list("failed", failed),
  };
  const odd =
    upload.failed + upload.unsure + upload.inDoubt > 0 || strange.length > 0 || report.incomplete.length > 0;
  if (failed.length > 0 || outcomes.some(({ status }) => status === "failed"))
    logger.error("ingested with failures", line);
  else if (odd) logger.warn("ingested with findings", line);
  else logger.info("ingested", line);
}

/** An empty list is left out; a long one is cut, with the number of all its items. */
function list(name: string, items: readonly unknown[]): Readonly<Record<string, unknown>> {
  if (items.length === 0) return {};
  const count = items.length > SHOWN ? { [`${name}Count`]: items.length } : {};
  return { [name]: items.slice(0, SHOWN), ...count };
}

/** Always what was sent, received and failed; the others where there are any. */
function flowCounts(upload: IngestReport["upload"]): unknown {
  const { sent, received, failed, unsure, perhapsTwice, before, elsewhere, inDoubt, closed } = upload;
  const others = Object.entries({ unsure, perhapsTwice, before, elsewhere, inDoubt, closed });
  return { sent, received, failed, ...Object.fromEntries(others.filter(([, count]) => count > 0)) };
}

/** How many, sent when; `moat flows --upload` names them. */
const doubtOf = ({ window, at, flows }: IngestReport["upload"]["doubts"][number]): unknown => ({
  window,
  sentAt: formatUtc(Math.floor(at / 1000)),
  flows: flows.length,
});

/** Why flows failed, as far as Moat says it; a PCE also repeats the flows, which are addresses. */
const isReason = (failure: string): boolean => /^\d+ flows\b/.test(failure);

const codeOf = ({ code, what }: Diagnostic): unknown => ({ code, what });

/** Gates and the tokens by which a person may overrule them. */
const refusedOf = ({ id, refused }: DatabasePlan): unknown => ({
  database: id,
  gates: refused.map(({ gate, acknowledge }) => ({ gate, acknowledge })),
});

const outcomeOf = ({ id, status, writeCalls, problem, findings }: DatabaseOutcome): unknown => ({
  database: id,
  status,
  writeCalls,
  ...(problem === undefined ? {} : { problem }),
  ...(findings.length === 0 ? {} : { findings }),
});
