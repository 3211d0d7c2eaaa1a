import { Command, InvalidArgumentError } from "commander";
import type { SandboxOptions } from "../actions/sandbox.ts";
import type { CliContext } from "../context.ts";

/** `moat sandbox`: the embedded AWS and PCE for every other client. */
export function sandboxCommand(context: CliContext): Command {
  return new Command("sandbox")
    .description(
      "run the embedded AWS and PCE on loopback; prints the variables that point any client at them",
    )
    .option("--port <port>", "port of the AWS; the PCE takes the next (default: any free ones)", portNumber)
    .option("--empty", "without the sample company")
    .option("--json", "print where they are as one line of JSON")
    .action(async (options: SandboxOptions) => {
      const { runSandbox } = await import("../actions/sandbox.ts");
      await runSandbox(context, options);
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port < 65_535) return port;
  throw new InvalidArgumentError("It must be a number from 1 to 65534.");
}
