import type { RuleContent } from "../inventory/model.ts";

/** What somebody did, as far as the difference shows it. */
export type DriftKind =
  | "ruleAdded"
  | "ruleEdited"
  | "ruleRemoved"
  | "memberJoined"
  | "tagsChanged"
  | "groupDetached"
  | "groupAttached"
  | "groupDeleted";

/** The program behind a change. */
export type Tool =
  | "terraform"
  | "opentofu"
  | "pulumi"
  | "cloudformation"
  | "firewallManager"
  | "rds"
  | "console"
  | "awsCli"
  | "other";

/** Who made a change, as a trail tells it. */
export interface Attribution {
  /** What people call them: a user, or role and session as `deploy/alex`; the service where AWS itself acted. */
  readonly who: string;
  readonly arn: string;
  readonly tool: Tool;
  readonly userAgent: string;
  readonly operation: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** One difference between what is live and what Moat left there, which policy does not explain. */
export interface Drift {
  readonly kind: DriftKind;
  readonly group: string;
  readonly rule?: RuleContent;
  readonly securityGroupRuleId?: string;
  /** What the rule said before it was edited, where its sisters tell. */
  readonly before?: RuleContent;
  /** Addresses beyond policy that it lets in; absent when it lets in none. Text, as IPv6 counts are long. */
  readonly letsIn?: string;
  /** True when it stays: it is AWS's own doing, or the owner's wish. */
  readonly left: boolean;
  readonly what: string;
  /** What a trail would name, the most telling first. */
  readonly resources: readonly string[];
  readonly by?: Attribution;
}
