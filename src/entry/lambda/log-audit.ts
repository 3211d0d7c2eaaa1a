import type { Logger } from "@aws-lambda-powertools/logger";
import type { AuditLog } from "../../ports/audit-log.ts";

/** Records each write as a structured log line, which CloudWatch keeps. */
export function logAudit(logger: Logger): AuditLog {
  return {
    record: async (entry) => {
      logger.info("audit", { audit: { ...entry } });
    },
  };
}
