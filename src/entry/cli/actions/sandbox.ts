import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { type ServedSandbox, serveSandbox } from "../wire/serve-sandbox.ts";

export interface SandboxOptions {
  readonly port?: number;
  readonly empty?: boolean;
  readonly json?: boolean;
}

/** Serves the sandbox until it is told to stop. */
export async function runSandbox(context: CliContext, options: SandboxOptions): Promise<void> {
  const { port, empty = false, json = false } = options;
  const served = await serveSandbox({ empty, ...(port === undefined ? {} : { port }) }).catch(
    (error: unknown) => {
      throw portProblem(error, port) ?? error;
    },
  );
  const stopped = context.untilStopped();
  if (json) {
    const { aws, pce, environment, flows } = served;
    // One line: whoever starts this as a process reads it while it goes on running.
    context.out(JSON.stringify({ version: 1, kind: "sandbox", aws, pce, environment, flows }));
  } else show(context, served);
  await stopped;
  await served.close();
  context.progress("Stopped; the sandbox kept nothing.");
}

function show(context: CliContext, { environment, flows }: ServedSandbox): void {
  const { progress, progressStyle } = context;
  progress(progressStyle.bold("An AWS and a PCE are running on this machine. In another shell:"));
  progress("");
  // A profile or the rest of a session would win over the keys below.
  context.out("unset AWS_PROFILE AWS_SESSION_TOKEN");
  for (const [name, value] of Object.entries(environment)) context.out(`export ${name}=${value}`);
  progress("");
  if (flows === undefined) progress("  bin/moat status                    nothing is in it yet");
  else {
    progress("  bin/moat status");
    progress(`  bin/moat plan --flows ${flows}`);
    progress("  bin/moat mode enforce orders-dev   then: bin/moat apply");
  }
  progress("  aws ec2 describe-security-groups   any AWS client works");
  progress("");
  progress("Ctrl-C stops it and forgets everything.");
}

function portProblem(error: unknown, port: number | undefined): CliProblem | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "EADDRINUSE" && code !== "EACCES") return undefined;
  return new CliProblem({
    code: "PORT_TAKEN",
    what: `Port ${port ?? 0} or the one after it cannot be had (${code})`,
    why: "The AWS listens on the one, the PCE on the next",
    fix: "Give another --port, or leave it out: any free ports will do",
  });
}
