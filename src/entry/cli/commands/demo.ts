import { Command } from "commander";
import type { CliContext } from "../context.ts";

/** `moat demo`: the whole story on the embedded sandbox. */
export function demoCommand(context: CliContext): Command {
  return new Command("demo")
    .description("the whole story on the embedded sandbox: flow log, plan, enforcement, repair, rollback")
    .option("--json", "print the facts as JSON, at the end")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const { runDemo } = await import("../demo/run-demo.ts");
      await runDemo(context, json);
    });
}
