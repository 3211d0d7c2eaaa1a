import { faultCode } from "../../app/expected-problem.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { FlowLogFault } from "../../ports/flow-log-objects.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";

/** Something the user can mend: printed as what, why and fix, without a stack. */
export class CliProblem extends Error {
  readonly diagnostic: Diagnostic;
  /** Further ones, told at once. */
  readonly others: readonly Diagnostic[];
  constructor(diagnostic: Diagnostic, ...others: readonly Diagnostic[]) {
    super(diagnostic.what);
    this.name = "CliProblem";
    this.diagnostic = diagnostic;
    this.others = others;
  }
}

/** Throws all problems at once; with none it does nothing. */
export function throwProblems([first, ...others]: readonly Diagnostic[]): void {
  if (first !== undefined) throw new CliProblem(first, ...others);
}

/** Every problem that an error stands for; empty for our own bugs, which keep their stack. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof PolicyFault && error.diagnostics.length > 0) return error.diagnostics;
  if (error instanceof CliProblem) return [error.diagnostic, ...error.others];
  const one = diagnosticOf(error);
  return one === undefined ? [] : [one];
}

/** Faults of the outside world as diagnostics; `undefined` for our own bugs, which keep their stack. */
export function diagnosticOf(error: unknown): Diagnostic | undefined {
  if (error instanceof CliProblem) return error.diagnostic;
  if (error instanceof AwsFault) {
    return {
      code: faultCode("AWS", error.kind),
      what: error.message,
      why: `${error.operation} answered ${error.code}`,
      fix: error.fix,
    };
  }
  if (error instanceof PolicyFault) {
    return {
      code: faultCode("POLICY", error.kind),
      what: error.message,
      why: "Without a policy answer nothing is planned and nothing is written",
      fix: error.fix,
    };
  }
  if (error instanceof FlowLogFault) {
    return {
      code: "FLOW_LOG",
      what: error.message,
      why: `${error.object} could not be read`,
      fix: error.fix,
    };
  }
  if (error instanceof HistoryFault)
    return { code: "HISTORY", what: error.message, why: error.why, fix: error.fix };
  return fileProblem(error);
}

/** Files and folders that somebody named and that cannot be used. */
function fileProblem(error: unknown): Diagnostic | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("path" in error) || !("code" in error))
    return undefined;
  return {
    code: "FILE",
    what: `"${String(error.path)}" cannot be used: ${String(error.code)}`,
    why: `The call ${String(error.syscall)} failed`,
    fix: "Check the path, and that you may read and write there",
  };
}
