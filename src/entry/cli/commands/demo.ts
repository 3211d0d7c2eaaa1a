import { Command } from "commander";
import type { CliContext } from "../context.ts";

/** `moat demo`: the whole story on the embedded sandbox. */
export function demoCommand(context: CliContext): Command {
  return new Command("demo")
    .description("the whole story on the embedded sandbox: flow log, plan, enforcement, repair, rollback")
    .option("--json", "print the facts as JSON, at the end")
    .option("--no-open", "say where the map is instead of opening it")
    .action(async ({ json = false, open }: { readonly json?: boolean; readonly open: boolean }) => {
      const { runDemo } = await import("../demo/run-demo.ts");
      await runDemo(context, { json, open });
    });
}
