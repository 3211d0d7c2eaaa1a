import type { Logger } from "@aws-lambda-powertools/logger";
import { s3AuditLog } from "../../adapters/audit/s3-audit-log.ts";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import { digest } from "../../core/digest.ts";
import type { AuditLog, RunStart } from "../../ports/audit-log.ts";
import type { LambdaEnvironment } from "./environment.ts";

/**
 * Where a function records its writes: in the bucket that `MOAT_AUDIT` names, whole, so that they can be replayed, and in
 * its own log. A write that the bucket does not take is not made.
 */
export function lambdaAudit(
  { MOAT_AUDIT }: LambdaEnvironment,
  clients: AwsClients,
  logger: Logger,
): AuditLog {
  const log = logAudit(logger);
  const place = MOAT_AUDIT === undefined ? undefined : parseS3Uri(MOAT_AUDIT);
  if (place?.ok !== true) return log;
  const kept = s3AuditLog(clients, place.value);
  return {
    record: async (entry) => {
      await kept.record(entry);
      await log.record(entry);
    },
  };
}

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
