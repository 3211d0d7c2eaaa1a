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
  constructor(kind: PolicyFaultKind, message: string, fix: string) {
    super(message);
    this.name = "PolicyFault";
    this.kind = kind;
    this.fix = fix;
  }
}
