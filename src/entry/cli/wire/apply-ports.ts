import type { ApplyPorts } from "../../../app/apply-run.ts";
import type { Step } from "../../../core/plan/plan.ts";
import type { CliContext } from "../context.ts";
import { openAuditLog } from "./audit.ts";
import { type AwsSource, writable } from "./aws-source.ts";

/** Everything that carrying out a plan from this machine needs. */
export function applyPorts(
  context: CliContext,
  source: AwsSource,
  audit: string | undefined,
  onStep?: (database: string, step: Step) => void,
): ApplyPorts {
  return {
    ...writable(source),
    audit: openAuditLog(context, audit, source.clients),
    clock: source.sandbox?.clock ?? context.clock,
    ...(onStep === undefined ? {} : { onStep }),
  };
}
