import type { CommanderError } from "commander";
import type { Diagnostic } from "../../core/diagnostic.ts";

/** Help and version are no problems; everything else that commander says is one. */
const NO_PROBLEM: ReadonlySet<string> = new Set([
  "commander.help",
  "commander.helpDisplayed",
  "commander.version",
]);

const WHY: Readonly<Record<string, string>> = {
  "commander.unknownCommand": "There is no such command",
  "commander.unknownOption":
    "An option that is not understood is never ignored: it might be the one that matters",
  "commander.excessArguments": "A word that is not understood is never ignored",
};

/** What was wrong with a command line, as every other problem is told; `undefined` when nothing was. */
export function usageProblem(error: CommanderError, command: string | undefined): Diagnostic | undefined {
  if (NO_PROBLEM.has(error.code)) return undefined;
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const meant = /Did you mean (?:one of )?(.+?)\?\)?$/.exec(rest.join(" "))?.[1];
  const help = command === undefined ? "moat --help" : `moat ${command} --help`;
  return {
    code: "USAGE",
    what: first.charAt(0).toUpperCase() + first.slice(1).replaceAll("'", '"').replace(/\.$/, ""),
    why: WHY[error.code] ?? "The command line cannot be carried out as it stands",
    fix: meant === undefined ? `See ${help}` : `Did you mean "${meant}"? See ${help}`,
  };
}
