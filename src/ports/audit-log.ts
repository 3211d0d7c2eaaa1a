/** A write that is about to be made, with its reason. Holds nothing secret. */
export interface AuditEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly database: string;
  readonly action: string;
  /** The step as plans print it; groups that the run makes bear the names of the plan. */
  readonly step: unknown;
  /** Ids of the groups that the run has made, by their names in the plan; absent before the first. */
  readonly created?: Readonly<Record<string, string>>;
  readonly why: string;
  /** Fingerprint of the state that the step was decided from. */
  readonly basis: string;
  /** On the first write of a run to a database: what the run began from, so that it can be replayed. */
  readonly start?: RunStart;
}

/** What a run to one database is for. */
export type RunPurpose = "enforce" | "rollback" | "mode" | "lease";

/** How a database stood when a run began, and what the run was to bring about. Rules as plans print them. */
export interface RunStart {
  readonly purpose: RunPurpose;
  readonly mode: string;
  readonly port?: number;
  /** Groups that Moat managed for it. */
  readonly managed: readonly string[];
  readonly attached: readonly string[];
  readonly keptGroups: readonly string[];
  /** Rules by group id. */
  readonly groups: Readonly<Record<string, readonly unknown[]>>;
  /** What the managed groups should say. */
  readonly rules: readonly unknown[];
  /** CIDRs of those who carried a group that rules of ours name, by group id. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** What the database may open, where policy says so. */
  readonly egress?: {
    readonly state: string;
    readonly rules: readonly unknown[];
    readonly kept: readonly unknown[];
  };
  /** By what policy it was decided, and what a person overruled; absent where no policy was asked. */
  readonly decision?: {
    readonly policy: { readonly source: string; readonly version: string; readonly complete: boolean };
    /** Share of the granted addresses, in percent, that might go at once. */
    readonly shrinkPercent: number;
    readonly acknowledged: readonly string[];
  };
}

/** A write of onboarding that is about to be made: one call, however many things it makes or takes away. */
export interface OnboardingEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly run: "onboard" | "offboard";
  /** The account and region, or the PCE. */
  readonly target: string;
  /** Such as `createFlowLogs` or `PUT workloads/bulk_create`. */
  readonly action: string;
  /** What all that Moat makes there carries: the tag `moat:owner`, or the external data set. */
  readonly mark: string;
  readonly items: readonly OnboardingItem[];
  readonly why: string;
  /** Fingerprint of the state that the write was decided from. */
  readonly basis: string;
}

export interface OnboardingItem {
  /** A resource of AWS, an href, or for what has no href yet, what it stands for. */
  readonly id: string;
  /** The mark found on it, or for what is new, the one that it gets; absent where such things carry none. */
  readonly mark?: string;
}

/** Where onboarding records its writes before they are made. */
export interface OnboardingAudit {
  record(entry: OnboardingEntry): Promise<void>;
}

/** Where each write is recorded before it is made. A record that cannot be written stops the write. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
}
