import { fileAuditLog } from "../../../adapters/file/file-audit-log.ts";
import type { ApplyPorts } from "../../../app/apply-run.ts";
import type { Step } from "../../../core/plan/plan.ts";
import type { CliContext } from "../context.ts";
import { type AwsSource, writable } from "./aws-source.ts";

/** Everything that carrying out a plan from this machine needs. */
export function applyPorts(
  context: CliContext,
  source: AwsSource,
  auditFile = "moat-audit.jsonl",
  onStep?: (database: string, step: Step) => void,
): ApplyPorts {
  return {
    ...writable(source),
    audit: fileAuditLog(auditFile),
    clock: source.sandbox?.clock ?? context.clock,
    ...(onStep === undefined ? {} : { onStep }),
  };
}
