import type { DatabaseOutcome } from "../../app/apply-outcome.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Drift } from "../../core/drift/drift.ts";
import type { Refusal } from "../../core/plan/plan.ts";

/** Counters since the watch began. */
export interface WatchCounts {
  readonly policyChecks: number;
  readonly sweeps: number;
  readonly writeCalls: number;
  readonly problems: number;
}

/** Something worth telling. A cycle in which nothing changes tells nothing. */
export type WatchEvent =
  | { readonly kind: "started"; readonly policyEveryMs: number; readonly sweepEveryMs: number }
  | { readonly kind: "policyChanged"; readonly version: string; readonly why: readonly string[] }
  | { readonly kind: "drift"; readonly database: string; readonly drift: Drift }
  | { readonly kind: "finding"; readonly database: string; readonly finding: Diagnostic }
  | { readonly kind: "refused"; readonly database: string; readonly refusal: Refusal }
  | { readonly kind: "changed"; readonly outcome: DatabaseOutcome }
  /** A rollout was stopped; it goes on with another version of policy, or when the watch is begun anew. */
  | { readonly kind: "wavesHalted"; readonly finding: Diagnostic }
  | {
      readonly kind: "problem";
      readonly of: "policy" | "aws";
      readonly problem: Diagnostic;
      readonly retryInMs: number;
    }
  | { readonly kind: "recovered"; readonly of: "policy" | "aws" }
  | {
      readonly kind: "heartbeat";
      readonly databases: number;
      readonly inSync: number;
      readonly refused: number;
      readonly counts: WatchCounts;
    }
  | { readonly kind: "stopped"; readonly counts: WatchCounts };
