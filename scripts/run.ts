import { spawn } from "node:child_process";

/** What came of another program: its exit code (128 and up when a signal ended it) and what it printed. */
interface Finished {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs a program to its end. With `show` its output goes to the terminal and is not kept. A program that cannot be
 * started at all counts as exit code 127, as in a shell.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly show?: boolean; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: options.show === true ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) => resolve({ code: 127, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 128, output }));
  });
}
