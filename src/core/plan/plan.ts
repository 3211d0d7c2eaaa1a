import type { Diagnostic } from "../diagnostic.ts";
import type { Drift } from "../drift/drift.ts";
import type { Mode } from "../inventory/mode.ts";
import type { DatabaseArn, DatabaseKind, RuleContent, SecurityGroupRule, Tags } from "../inventory/model.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import type { Lease } from "../rule/lease.ts";
import type { GroupMembers } from "../rule/reference-members.ts";
import type { RuleOrigin } from "../rule/rule-marks.ts";
import type { NewlyAdmitted } from "./newly-admitted.ts";

/** A live group id, or the name (`new-1`) of a group that an earlier step creates. */
export type GroupRef = string;

/** A rule that a step revokes, with its id where the read gave one. */
export interface RevokedRule extends RuleContent {
  readonly securityGroupRuleId?: string;
  /**
   * How the rule came to be as it is. `widened`: as `granted`, and others have since joined the group it names. `found`:
   * an egress rule that stood before policy took the egress in hand.
   */
  readonly was?: RuleOrigin | "widened" | "found";
}

/** One call to AWS, or one wait, with its reason. Steps of one database are ordered; each is safe to stop after. */
export type Step =
  | {
      readonly action: "createSecurityGroup";
      readonly group: GroupRef;
      readonly name: string;
      readonly description: string;
      readonly vpcId: string;
      readonly tags: Tags;
      readonly why: string;
    }
  | {
      readonly action: "authorize";
      readonly group: GroupRef;
      readonly rules: readonly RuleContent[];
      readonly ruleTags: Tags;
      readonly why: string;
    }
  | {
      readonly action: "revoke";
      readonly group: GroupRef;
      readonly rules: readonly RevokedRule[];
      readonly why: string;
    }
  | { readonly action: "setDatabaseGroups"; readonly groups: readonly GroupRef[]; readonly why: string }
  | { readonly action: "waitUntilActive"; readonly groups: readonly GroupRef[]; readonly why: string }
  | {
      readonly action: "tag";
      readonly group?: GroupRef;
      readonly database?: DatabaseArn;
      readonly tags: Tags;
      /** Keys of tags of the group that go. */
      readonly removeTags?: readonly string[];
      readonly why: string;
    }
  | { readonly action: "deleteSecurityGroup"; readonly group: GroupRef; readonly why: string };

export type Gate =
  | "noPolicyObject"
  | "emptyPolicy"
  | "incompletePolicy"
  | "shrink"
  | "losesAccess"
  | "unreadHistory"
  | "quota"
  | "sharedGroup"
  | "notReady"
  | "tugOfWar"
  | EgressGate;

/** Why egress is not narrowed; all else of the database goes on. */
export type EgressGate =
  | "egressUnknownDatabase"
  | "egressIncomplete"
  | "egressQuota"
  | "egressUnseen"
  | "egressUntracked"
  | "egressShrink"
  | "egressLoses";

/** Why nothing is done to a database, and the token by which a person may overrule that. */
export interface Refusal {
  readonly gate: Gate;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Absent where no acknowledgement could help. */
  readonly acknowledge?: string;
}

/** A consumer that was seen connecting and that the planned rules would not admit. */
export interface LostConsumer {
  readonly consumer: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly lastSeen?: string;
  readonly records: number;
  readonly action: "ACCEPT";
  /** `lingers`: sessions open now live on until they close. `cut`: they die when the rule goes. */
  readonly connection: "lingers" | "cut";
}

/** Somebody to whom a database was seen opening a connection, which the planned rules would not let out. */
export interface LostDestination {
  readonly destination: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly lastSeen?: string;
  readonly records: number;
}

/**
 * `waits`: for the database to carry Moat's groups only. `held`: what policy allows is opened, and nothing is closed.
 * `narrows`: from now on only what policy allows is open. `managed`: so it is already, but for what is `kept`.
 */
export type EgressState = "waits" | "held" | "narrows" | "managed";

/** What a database may open itself, where policy says so. */
export interface EgressPlan {
  readonly state: EgressState;
  /** What policy says, canonical; where only that is to be open, with the rule that says so. */
  readonly rules: readonly CompiledRule[];
  /** Egress rules of managed groups that stay although policy does not say so. */
  readonly kept: readonly RuleContent[];
  /** Why nothing is closed, and the tokens by which a person may overrule that. */
  readonly held: readonly Refusal[];
  /** Destinations that were seen, and that policy does not allow. */
  readonly losesAccess: readonly LostDestination[];
}

/** Addresses in a rule's CIDR that policy does not grant, with the owner's leave. */
export interface Slack {
  readonly cidr: string;
  readonly addresses: bigint;
}

/** A group as a plan found it. */
export interface FoundGroup {
  readonly groupId: string;
  readonly rules: readonly SecurityGroupRule[];
}

/** By what policy a database's plan was decided, and what a person overruled. */
export interface Decision {
  /** Of the installation, as its groups and rules are marked. */
  readonly owner: string;
  readonly policy: { readonly source: string; readonly version: string; readonly complete: boolean };
  /** Share of the granted addresses, in percent, that may go at once. */
  readonly shrinkPercent: number;
  /** Gates that a person overruled. */
  readonly acknowledged: readonly Gate[];
}

export interface DatabasePlan {
  readonly id: string;
  readonly arn: DatabaseArn;
  readonly kind: DatabaseKind;
  readonly engine: string;
  readonly port?: number;
  readonly mode: Mode;
  readonly accountId: string;
  readonly region: string;
  /** True when live equals desired: no step would be needed, whatever the mode. */
  readonly inSync: boolean;
  /** Labels of the policy objects that stand for the database. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Live ids of the groups that Moat manages for it. */
  readonly managedGroups: readonly string[];
  readonly attachedGroups: readonly string[];
  /** What RDS lists, where it lists deleted groups only and the interfaces tell what is attached. */
  readonly listedGroups?: readonly string[];
  /** The whole desired state of the managed groups' ingress, canonical. */
  readonly rules: readonly CompiledRule[];
  readonly steps: readonly Step[];
  readonly refused: readonly Refusal[];
  readonly losesAccess: readonly LostConsumer[];
  readonly slack: readonly Slack[];
  /** What somebody changed in a way that policy does not explain. */
  readonly drift: readonly Drift[];
  /** Attached groups that are not Moat's and stay. */
  readonly keptGroups: readonly string[];
  /** Rules of the managed and attached groups as the plan found them; not printed, but put on record. */
  readonly found: readonly FoundGroup[];
  /** Who carries the groups that Moat's own rules name, or are to name; not printed, but put on record. */
  readonly members: readonly GroupMembers[];
  /** Not printed, but put on record. */
  readonly decision: Decision;
  /** Rules for a limited time: running ones stay, ended ones go. */
  readonly leases: readonly Lease[];
  readonly findings: readonly Diagnostic[];
  /** How many addresses reach the listener now, and would once the plan is carried out. */
  readonly reachable: { readonly now: bigint; readonly nowUnknown: boolean; readonly planned: bigint };
  /** Whom the plan lets in anew. */
  readonly newlyAdmitted: NewlyAdmitted;
  /** Rules of the fullest managed group against the quota, for one family. */
  readonly quota: { readonly used: number; readonly limit: number };
  /** Absent where egress is left as it is. */
  readonly egress?: EgressPlan;
  /** Fingerprint of the live state the steps were made from; a plan made from another state is refused. */
  readonly basis: string;
}

export interface Plan {
  readonly policy: { readonly source: "pce" | "file"; readonly version: string };
  readonly databases: readonly DatabasePlan[];
  /** How many databases it says nothing about, because it was asked about others by name. */
  readonly leftOut?: number;
  readonly findings: readonly Diagnostic[];
}
