import { sha256 } from "../../../adapters/audit/sha256.ts";
import { verifyAudit } from "../../../core/audit/verify-audit.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { auditText } from "../render/audit-text.ts";
import { readAudit } from "../wire/audit.ts";

export interface AuditVerifyOptions {
  readonly json?: boolean;
  readonly since?: string;
}

/** Checks an audit log and says what is wrong with it; any violation makes exit code 1. */
export async function runAuditVerify(
  context: CliContext,
  place: string,
  { json, since }: AuditVerifyOptions,
): Promise<void> {
  if (since !== undefined && !/^\d{4}-\d\d-\d\d$/.test(since))
    throw new CliProblem({
      code: "NO_DAY",
      what: `--since "${since}" is not a day`,
      why: "Records in S3 lie in a folder for each day",
      fix: "Write it like 2026-11-24",
    });
  const report = verifyAudit(await readAudit(context, place, since), sha256);
  if (json === true) context.out(JSON.stringify({ version: 1, kind: "audit", ...report }, null, 2));
  else context.out(auditText(report, context.style));
  context.exit(report.violations.length === 0 ? 0 : 1);
}
