import type { Diagnostic } from "../core/diagnostic.ts";

export type PolicyFaultKind =
  | "credentials"
  | "denied"
  | "rateLimited"
  | "unreachable"
  | "timedOut"
  | "badAnswer"
  | "serverError"
  | "notFound"
  | "invalid";

/** Why no policy could be had. Nothing is written to AWS when this is thrown. */
export class PolicyFault extends Error {
  readonly kind: PolicyFaultKind;
  readonly fix: string;
  /** Each thing that is wrong, where several can be told apart. */
  readonly diagnostics: readonly Diagnostic[];
  constructor(kind: PolicyFaultKind, message: string, fix: string, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.name = "PolicyFault";
    this.kind = kind;
    this.fix = fix;
    this.diagnostics = diagnostics;
  }
}
