import type { Logger } from "@aws-lambda-powertools/logger";
import { digest } from "../../core/digest.ts";
import type { AuditLog, RunStart } from "../../ports/audit-log.ts";

/**
 * Records each write as a structured log line, which CloudWatch keeps. Rules are told by their number and a
 * fingerprint: a log is read by more people than a policy, and CloudTrail has each rule with the same call.
 */
export function logAudit(logger: Logger): AuditLog {
  return {
    record: async ({ step, start, ...entry }) => {
      const from = start === undefined ? {} : { start: startWithoutRules(start) };
      logger.info("audit", { audit: { ...entry, step: stepWithoutRules(step), ...from } });
    },
  };
}

function stepWithoutRules(step: unknown): unknown {
  if (typeof step !== "object" || step === null || !("rules" in step) || !Array.isArray(step.rules))
    return step;
  return { ...step, rules: told(step.rules) };
}

const startWithoutRules = ({ rules, groups, ...rest }: RunStart): unknown => ({
  ...rest,
  rules: told(rules),
  groups: Object.fromEntries(Object.entries(groups).map(([id, ofGroup]) => [id, told(ofGroup)])),
});

const told = (rules: readonly unknown[]): unknown => ({
  count: rules.length,
  digest: digest(JSON.stringify(rules)),
});
