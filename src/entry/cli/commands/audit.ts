import { Command } from "commander";
import type { CliContext } from "../context.ts";

/** `moat audit verify`: checks the record of every write. */
export function auditCommand(context: CliContext): Command {
  const verify = new Command("verify")
    .description("check an audit file: nothing changed in it, and no write that must not be")
    .argument("<file>", "audit file, as --audit wrote it")
    .option("--json", "print JSON for programs")
    .action(async (file: string, options: { readonly json?: boolean }) => {
      const { runAuditVerify } = await import("../actions/audit-verify.ts");
      await runAuditVerify(context, file, options);
    });
  return new Command("audit").description("the record of every write").addCommand(verify);
}
