import type { Logger } from "@aws-lambda-powertools/logger";
import { digest } from "../../core/digest.ts";
import type { AuditLog } from "../../ports/audit-log.ts";

/**
 * Records each write as a structured log line, which CloudWatch keeps. Rules are told by their number and a
 * fingerprint: a log is read by more people than a policy, and CloudTrail has each rule with the same call.
 */
export function logAudit(logger: Logger): AuditLog {
  return {
    record: async ({ step, ...entry }) => {
      logger.info("audit", { audit: { ...entry, step: withoutRules(step) } });
    },
  };
}

function withoutRules(step: unknown): unknown {
  if (typeof step !== "object" || step === null || !("rules" in step) || !Array.isArray(step.rules))
    return step;
  const { rules, ...rest } = step;
  return { ...rest, rules: rules.length, rulesDigest: digest(JSON.stringify(rules)) };
}
