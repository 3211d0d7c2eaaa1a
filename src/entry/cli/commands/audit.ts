import { Command } from "commander";
import type { AuditVerifyOptions } from "../actions/audit-verify.ts";
import { DEFAULT_AUDIT_FILE } from "../audit-option.ts";
import type { CliContext } from "../context.ts";

/** `moat audit verify`: checks the record of every write. */
export function auditCommand(context: CliContext): Command {
  const verify = new Command("verify")
    .description("check an audit log: nothing changed in it, and no write that must not be")
    .argument("[log]", "a file or s3://bucket/prefix, as --audit or MOAT_AUDIT named it", DEFAULT_AUDIT_FILE)
    .option("--since <day>", "of records in S3: only logs that began on this day (UTC) or later")
    .option("--json", "print JSON for programs")
    .action(async (log: string, options: AuditVerifyOptions) => {
      const { runAuditVerify } = await import("../actions/audit-verify.ts");
      await runAuditVerify(context, log, options);
    });
  return new Command("audit").description("the record of every write").addCommand(verify);
}
