import type { PrintedRule } from "../verify/admitted-ranges.ts";
import type { PrintedStep } from "../verify/verify-plan.ts";

/** One line of an audit file, as it is read back. */
export interface AuditRecord {
  readonly at: string;
  readonly database: string;
  readonly action: string;
  readonly step: PrintedStep & {
    readonly database?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };
  /** Ids of the groups that the run has made, by their names in its steps. */
  readonly created?: Readonly<Record<string, string>>;
  readonly why: string;
  readonly basis: string;
  readonly start?: RecordedStart;
  /** SHA-256 of the line before, in hex; absent on the first line. */
  readonly previous?: string;
}

/** A rule as a run found it. */
export interface FoundRule extends PrintedRule {
  /** Set where its tags said that policy granted it. */
  readonly granted?: boolean;
}

/** One line of a file that tells of onboarding: a call, and what it made or took away. */
export interface OnboardingRecord {
  readonly at: string;
  readonly run: string;
  readonly target: string;
  readonly action: string;
  readonly mark: string;
  readonly items: readonly { readonly id: string; readonly mark?: string }[];
  readonly why: string;
  readonly basis: string;
  readonly previous?: string;
}

/** What a run began from. */
export interface RecordedStart {
  readonly purpose: string;
  readonly mode: string;
  readonly port?: number;
  readonly managed: readonly string[];
  readonly attached: readonly string[];
  readonly keptGroups: readonly string[];
  readonly groups: Readonly<Record<string, readonly FoundRule[]>>;
  readonly rules: readonly PrintedRule[];
  /** Addresses of those who carried a group that rules name, by group id; absent where no rule of ours names one. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** What the database may open, where policy says so. */
  readonly egress?: {
    readonly state: string;
    readonly rules: readonly PrintedRule[];
    readonly kept: readonly PrintedRule[];
  };
  /** Absent on records of old, and where no policy was asked. */
  readonly decision?: RecordedDecision;
}

/** By what policy a run was decided, and how much it might take away at once. */
interface RecordedDecision {
  readonly policy: { readonly source: string; readonly version: string; readonly complete: boolean };
  /** Share of the granted addresses, in percent. */
  readonly shrinkPercent: number;
  /** Gates that a person overruled. */
  readonly acknowledged: readonly string[];
}

/** A line of the file, with what stands on it where it can be read. */
export interface AuditLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  readonly record?: AuditRecord;
  /** Set instead of `record` where the line is of onboarding. */
  readonly onboarding?: OnboardingRecord;
}

/** Lines that follow one another: those of a file, or of one folder of a bucket. */
export interface AuditChain {
  /** Absent where there is only one. */
  readonly name?: string;
  readonly lines: readonly AuditLine[];
}

/** Something on record that must not be. */
export interface AuditViolation {
  /** The chain that it is in; absent where there is only one. */
  readonly chain?: string;
  readonly line: number;
  /** The rule that is broken: an invariant, or `record` and `chain` for the file itself. */
  readonly rule: "S1/S2" | "S3" | "S4" | "S5" | "S7" | "S8" | "S9" | "S10" | "order" | "record" | "chain";
  readonly database?: string;
  readonly what: string;
}
