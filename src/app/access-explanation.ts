import type { Diagnostic } from "../core/diagnostic.ts";
import type { FlowAction } from "../core/flow/conversation.ts";
import type { Change } from "../core/policy/explain/change.ts";
import type { LabelValues } from "../core/policy/label-values.ts";
import type { IdentityStrength } from "../core/policy/resolution.ts";

export type Verdict = "allowed" | "denied";

/** `moat explain --json`: what other programs rely on. Fields may be added, never taken away. */
export interface AccessExplanation {
  readonly version: 1;
  readonly kind: "explain";
  readonly policy: { readonly source: "pce" | "file"; readonly version: string };
  readonly source: ExplainedSource;
  readonly database: ExplainedDatabase;
  /** The port asked about. Absent when none was given and the database has no listener yet. */
  readonly port?: number;
  /** `allowed` when policy allows everybody who is asked about. */
  readonly verdict: Verdict;
  /** Subjects, all of them; of a CIDR with very many parts only the first ones are listed. */
  readonly summary: { readonly allowed: number; readonly denied: number };
  /** One for each address of each workload; for a CIDR, its allowed and denied parts. */
  readonly subjects: readonly ExplainedSubject[];
  /** The address that `because` and `nearest` speak of: the first one denied, else the first one. */
  readonly about?: string;
  readonly because: readonly Reason[];
  /** For a denial: rules that come nearest to allowing, fewest changes first. */
  readonly nearest: readonly NearestRule[];
  readonly live: LiveAccess;
  readonly flows: SeenFlows;
  /** What the policy that is not provisioned yet says, where it was looked at. */
  readonly draft?: { readonly verdict: Verdict; readonly version: string };
  /** What is not known and might matter. */
  readonly unknown: readonly Diagnostic[];
}

export interface ExplainedSource {
  /** As it was given. */
  readonly given: string;
  readonly kind: "address" | "cidr" | "workload" | "labels";
  readonly workloads: readonly {
    readonly href: string;
    readonly name: string;
    readonly labels: LabelValues;
  }[];
}

export interface ExplainedDatabase {
  readonly id: string;
  readonly arn: string;
  readonly kind: string;
  readonly engine: string;
  readonly port?: number;
  readonly mode: "observe" | "enforce";
  readonly labels: LabelValues;
  readonly matched: readonly {
    readonly kind: string;
    readonly href: string;
    readonly by: IdentityStrength;
  }[];
}

export interface ExplainedSubject {
  /** A CIDR, or one address. */
  readonly address: string;
  readonly workload?: string;
  readonly name?: string;
  readonly verdict: Verdict;
  readonly live: LiveAnswer;
  /** Hrefs of the rules that allow. */
  readonly rules: readonly string[];
}

/** `partly`: some of the addresses are admitted. `unknown`: not as far as can be known. */
export type LiveAnswer = "admitted" | "partly" | "notAdmitted" | "unknown";

export type Reason =
  | RuleReason
  | {
      readonly kind: "overrideDeny";
      readonly rule: string;
      readonly description?: string;
      readonly ruleSet: string;
      readonly ruleSetName: string;
      readonly consumers: string;
      /** It hits perhaps only because a part of it cannot be read. */
      readonly doubtful: boolean;
      readonly what: string;
    }
  | {
      readonly kind:
        | "notAConsumer"
        | "noRuleForDatabase"
        | "databaseUnknownToPolicy"
        | "noListener"
        | "notTheListener"
        | "nobody";
      readonly what: string;
    };

/** The whole chain from labels to the group rules in force. */
export interface RuleReason {
  readonly kind: "rule";
  readonly rule: string;
  readonly description?: string;
  readonly line?: number;
  readonly ruleSet: string;
  readonly ruleSetName: string;
  readonly scope: string;
  readonly extraScope: boolean;
  readonly consumer: ExplainedParty;
  readonly provider: ExplainedParty;
  /** Hrefs as in the reasons of a plan. */
  readonly workload?: string;
  readonly virtualService?: string;
  readonly ipList?: string;
  readonly what: string;
}

export interface ExplainedParty {
  readonly kind: string;
  readonly href?: string;
  readonly name: string;
  /** What made it match. */
  readonly by: string;
  readonly labels: LabelValues;
}

export interface NearestRule {
  readonly rule: string;
  readonly description?: string;
  readonly line?: number;
  readonly ruleSet: string;
  readonly ruleSetName: string;
  readonly scope: string;
  /** Whether the database is a provider of it already. */
  readonly servesDatabase: boolean;
  readonly changes: number;
  /** The changes were tried on the policy and are enough. */
  readonly tried: boolean;
  readonly conditions: readonly {
    readonly code: string;
    readonly condition: string;
    readonly fix: string;
    readonly change: Change;
  }[];
}

export interface LiveAccess {
  readonly answer: LiveAnswer;
  readonly attachedGroups: readonly string[];
  /** The compiled rules that policy asks for and that hold the address, as CIDRs. */
  readonly compiled: readonly string[];
  readonly admittedBy: readonly LiveRule[];
  /** Peers of attached groups whose addresses cannot be known from here. */
  readonly unknownPeers: readonly { readonly group: string; readonly source: string }[];
  /** Where policy and the attached groups say different things. */
  readonly disagreement?: string;
}

export interface LiveRule {
  readonly group: string;
  readonly groupName: string;
  readonly ours: boolean;
  readonly securityGroupRuleId?: string;
  readonly source: string;
  readonly ports: string;
}

export interface SeenFlows {
  /** False when no flow logs were given. */
  readonly known: boolean;
  readonly seen: readonly {
    readonly consumer: string;
    readonly action?: FlowAction;
    readonly records: number;
    readonly firstSeen?: string;
    readonly lastSeen?: string;
  }[];
}
