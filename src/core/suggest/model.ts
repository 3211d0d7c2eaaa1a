import type { LabelValues } from "../policy/label-values.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";

/** A workload as a suggestion sees it. */
export interface SuggestWorkload {
  readonly name: string;
  readonly labels: LabelValues;
}

/** A database as a suggestion sees it; workloads are named by their position in the estate. */
export interface SuggestDatabase {
  readonly id: string;
  readonly labels: LabelValues;
  /** Whether the workload must not reach it, whatever was seen: the boundaries that the policy's tests draw. */
  readonly forbids: (workload: number) => boolean;
  /** Whether policy lets the workload in already. */
  readonly allows: (workload: number) => boolean;
  /** Whether policy lets the address in already, by whatever means: an IP list needs no workload. */
  readonly allowsAddress: (address: string) => boolean;
}

/** Everything that a label rule could let in, and everything it could open. */
export interface SuggestEstate {
  readonly workloads: readonly SuggestWorkload[];
  readonly databases: readonly SuggestDatabase[];
}

/** What was seen of one consumer address at one database's listener, all of it ACCEPTed. */
export interface Observation {
  readonly address: string;
  /** Position in the estate; absent when no workload holds the address, or several with different labels do. */
  readonly workload?: number;
  /** Several workloads with different labels hold the address. */
  readonly ambiguous?: true;
  /** Position in the estate. */
  readonly database: number;
  /** Flow-log records. */
  readonly records: number;
  /** UTC, `2026-08-15T04:30:00Z`. */
  readonly firstSeen?: string;
  readonly lastSeen?: string;
}

export interface SuggestSettings {
  /** A consumer with fewer records at a database than this, and nobody of its labels beside it, is a one-off. */
  readonly leastRecords: number;
  /**
   * Of whom a consumer's own labels mean, the largest share that may be workloads of other labels, never seen; and of
   * what a database's own labels mean, the largest share that may be other databases. 0 to 1.
   */
  readonly mostUnseenShare: number;
  /**
   * Of the pairs that a consumer's labels would open at the databases of the same labels, the smallest share that must
   * have been seen. With less, the labels do not tell those who connect from those who do not. 0 to 1.
   */
  readonly leastSeenShare: number;
}

export const SUGGEST_DEFAULTS: SuggestSettings = {
  leastRecords: 2,
  mostUnseenShare: 0.25,
  leastSeenShare: 0.25,
};

/** A rule that was suggested before: its labels are all that counts. */
export type EarlierRule = Pick<Suggestion, "providers" | "consumers">;

/** Who was seen, how often and since when. */
export interface Evidence {
  /** Workloads that were seen, of those that the rule lets in. */
  readonly workloads: number;
  /** The first few of them, by name. */
  readonly names: readonly string[];
  /** Consumer and database pairs that were seen and that policy does not allow yet. */
  readonly conversations: number;
  readonly records: number;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /** Share of all such pairs at these databases that the rule covers, 0 to 1. */
  readonly coverage: number;
}

/** What a rule would allow on top of what was seen and of what policy allows already. */
export interface NeverSeen {
  /** Pairs of a workload and a database. */
  readonly pairs: number;
  /** Those whose workload has exactly the labels of one that was seen: no label rule can tell them apart. */
  readonly sameLabels: number;
  /** The first few workloads, by name. */
  readonly examples: readonly string[];
}

/** Consumers of one set of labels that a rule lets in. */
export interface ConsumerGroup {
  readonly labels: LabelValues;
  readonly workloads: number;
  readonly seen: number;
  readonly conversations: number;
  readonly records: number;
  readonly neverSeenPairs: number;
}

/** One label rule that would cover what was seen. */
export interface Suggestion {
  /** The same rule has the same id on every day. */
  readonly id: string;
  /** The databases that the providers' labels mean. */
  readonly databases: readonly string[];
  readonly providers: LabelQuery;
  /** Any value of a key, and all keys. */
  readonly consumers: LabelQuery;
  readonly evidence: Evidence;
  readonly neverSeen: NeverSeen;
  readonly groups: readonly ConsumerGroup[];
}

export type LeftoverKind =
  | "unknownAddress"
  | "ambiguousAddress"
  | "scanner"
  | "oneOff"
  | "unlabelled"
  | "labelsTooCoarse"
  | "mostlyUnseen"
  | "boundary"
  | "unlabelledDatabase"
  | "databaseLabelsTooCoarse";

/** Somebody who was seen and whom no suggestion covers, with the reason. */
export interface Leftover {
  readonly kind: LeftoverKind;
  /** Name of the workload, else the address. */
  readonly consumer: string;
  readonly labels: LabelValues;
  readonly databases: readonly string[];
  readonly records: number;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  readonly why: string;
}

/** Pairs of a consumer address and a database that were seen. `seen` is the sum of the others. */
export interface SuggestTotals {
  readonly seen: number;
  readonly alreadyAllowed: number;
  readonly covered: number;
  readonly leftOver: number;
}

export interface Suggestions {
  readonly suggestions: readonly Suggestion[];
  readonly leftovers: readonly Leftover[];
  readonly totals: SuggestTotals;
}
