import { readAuditFile } from "../../../adapters/file/read-audit-file.ts";
import { sha256 } from "../../../adapters/file/sha256.ts";
import { verifyAudit } from "../../../core/audit/verify-audit.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { auditText } from "../render/audit-text.ts";

/** Checks an audit file and says what is wrong with it; any violation makes exit code 1. */
export async function runAuditVerify(
  context: CliContext,
  file: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const lines = await readAuditFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "AUDIT_MISSING",
      what: `"${file}" cannot be read: ${error.code ?? error.message}`,
      why: "It should hold one JSON object a line, as apply and watch write them",
      fix: "Check the path",
    });
  });
  const report = verifyAudit(lines, sha256);
  if (options.json === true) context.out(JSON.stringify({ version: 1, kind: "audit", ...report }, null, 2));
  else context.out(auditText(report, context.style));
  context.exit(report.violations.length === 0 ? 0 : 1);
}
