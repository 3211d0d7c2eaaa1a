import type { Diagnostic } from "../core/diagnostic.ts";
import type { Step } from "../core/plan/plan.ts";

export type ApplyStatus =
  /** Every step was carried out and verified. */
  | "done"
  /** There was nothing to do. */
  | "inSync"
  /** A gate refused; nothing was written. */
  | "refused"
  /** The world is no longer the one that the plan was made from; the rest was left undone. */
  | "moved"
  /** A call failed or a wait ran out; what was done before it is safe to keep. */
  | "failed";

/** How one database fared. */
export interface DatabaseOutcome {
  readonly id: string;
  readonly arn: string;
  readonly status: ApplyStatus;
  /** Steps that were carried out, in order. */
  readonly done: readonly Step[];
  /** Calls that changed something in AWS. */
  readonly writeCalls: number;
  readonly problem?: Diagnostic;
  /** True when trying again from a fresh read may succeed. */
  readonly retryable: boolean;
  readonly findings: readonly Diagnostic[];
}
