import { Command, CommanderError } from "commander";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { applyCommand } from "./commands/apply.ts";
import { auditCommand } from "./commands/audit.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { flowsCommand } from "./commands/flows.ts";
import { historyCommand } from "./commands/history.ts";
import { initCommand } from "./commands/init.ts";
import { leaseCommand } from "./commands/lease.ts";
import { lintCommand } from "./commands/lint.ts";
import { mapCommand } from "./commands/map.ts";
import { modeCommand } from "./commands/mode.ts";
import { offboardCommand, onboardCommand } from "./commands/onboard.ts";
import { planCommand } from "./commands/plan.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { snapshotCommand } from "./commands/snapshot.ts";
import { statusCommand } from "./commands/status.ts";
import { suggestCommand } from "./commands/suggest.ts";
import { testCommand } from "./commands/test.ts";
import { watchCommand } from "./commands/watch.ts";
import { wavesCommand } from "./commands/waves.ts";
import type { CliContext } from "./context.ts";
import { diagnosticsOf } from "./problem.ts";
import { problemText } from "./render/problem-text.ts";
import { COLUMNS } from "./render/table.ts";
import { usageProblem } from "./usage-problem.ts";

/** In the order in which a newcomer meets them. */
const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  demoCommand,
  sandboxCommand,
  initCommand,
  doctorCommand,
  onboardCommand,
  offboardCommand,
  statusCommand,
  flowsCommand,
  historyCommand,
  mapCommand,
  suggestCommand,
  planCommand,
  explainCommand,
  lintCommand,
  testCommand,
  applyCommand,
  watchCommand,
  leaseCommand,
  wavesCommand,
  modeCommand,
  rollbackCommand,
  auditCommand,
  snapshotCommand,
];

/** The whole command line. Commands load what they need when they run, so that help is there at once. */
function program(context: CliContext): Command {
  const moat = new Command("moat")
    .description("Keeps a moat around every Amazon RDS database")
    .version("0.1.0")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.progress(text.trimEnd()),
      // Errors are printed below, as every other problem.
      outputError: () => {},
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const make of COMMANDS) {
    const command = make(context);
    inherit(command, moat);
    moat.addCommand(command);
  }
  return moat;
}

/** A command made by itself knows nothing of how its parent prints and exits, nor do those below it. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inherit(below, command);
}

/** The words that name the command of a command line, such as `audit verify`. */
function commandWords(moat: Command, argv: readonly string[]): string | undefined {
  const words: string[] = [];
  let at: Command | undefined = moat;
  for (const word of argv) {
    at = at?.commands.find((command) => command.name() === word);
    if (at === undefined) break;
    words.push(word);
  }
  return words.length === 0 ? undefined : words.join(" ");
}

/** Runs one command line; problems that a user can mend are printed without a stack. */
export async function main(argv: readonly string[], context: CliContext): Promise<void> {
  const moat = program(context);
  try {
    await moat.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const problems = problemsOf(error, commandWords(moat, argv));
    if (problems === undefined) throw error;
    for (const problem of problems)
      context.progress(problemText(problem, context.progressStyle.red("✗"), context.progressStyle));
    context.exit(1);
  }
}

/** What the user can mend; `undefined` for our own bugs. */
function problemsOf(error: unknown, command: string | undefined): readonly Diagnostic[] | undefined {
  if (error instanceof CommanderError) return [usageProblem(error, command) ?? []].flat();
  const problems = diagnosticsOf(error);
  return problems.length === 0 ? undefined : problems;
}
