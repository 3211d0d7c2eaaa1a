export type AwsFaultKind =
  | "throttled"
  | "denied"
  | "credentials"
  | "quota"
  | "busy"
  | "staleRead"
  | "duplicate"
  | "notFound"
  | "inUse"
  | "invalid"
  | "unreachable"
  | "unavailable"
  | "unknown";

/**
 * What went wrong in a call to AWS, in our few kinds. `took` says whether the call may have taken effect: only
 * `unreachable` and `unavailable` leave that open.
 */
export class AwsFault extends Error {
  readonly kind: AwsFaultKind;
  /** The wire code, e.g. `InvalidPermission.Duplicate`. */
  readonly code: string;
  readonly operation: string;
  readonly fix: string;
  constructor(kind: AwsFaultKind, code: string, operation: string, message: string, fix: string) {
    super(message);
    this.name = "AwsFault";
    this.kind = kind;
    this.code = code;
    this.operation = operation;
    this.fix = fix;
  }
}
