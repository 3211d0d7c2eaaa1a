import type { Diagnostic } from "../diagnostic.ts";
import type { Drift } from "../drift/drift.ts";
import type { RuleContent } from "../inventory/model.ts";
import type { Cidr } from "../net/cidr.ts";
import type { Because } from "../policy/resolution.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import type { Lease } from "../rule/lease.ts";
import { sourceText } from "../rule/rule-text.ts";
import type { NewlyAdmitted } from "./newly-admitted.ts";
import type {
  DatabasePlan,
  EgressPlan,
  LostConsumer,
  LostDestination,
  Plan,
  RevokedRule,
  Step,
} from "./plan.ts";

/** A rule as plans are printed and saved: the peer is one word, a CIDR, `sg-…` or `pl-…`. */
export interface RuleDocument {
  readonly direction: "ingress" | "egress";
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly source: string;
  readonly securityGroupRuleId?: string;
  readonly was?: RevokedRule["was"];
}

/** One step as plans are printed and saved. Fields follow the action. */
export interface StepDocument {
  readonly action: Step["action"];
  readonly group?: string;
  readonly database?: string;
  readonly name?: string;
  readonly description?: string;
  readonly vpcId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly removeTags?: readonly string[];
  readonly ruleTags?: Readonly<Record<string, string>>;
  readonly rules?: readonly RuleDocument[];
  readonly groups?: readonly string[];
  readonly why: string;
}

/** `moat plan --json`: the contract that other programs rely on. Fields may be added, never taken away. */
export interface PlanDocument {
  readonly version: 1;
  readonly kind: "plan";
  readonly policy: Plan["policy"];
  readonly databases: readonly DatabaseDocument[];
  /** How many databases it says nothing about; absent where it is about all. */
  readonly leftOut?: number;
  readonly findings: readonly Diagnostic[];
}

/** Label key to value; several values only where several objects are meant. */
export type LabelDocument = Readonly<Record<string, string | readonly string[]>>;

export type DatabaseDocument = Omit<
  DatabasePlan,
  | "rules"
  | "steps"
  | "reachable"
  | "labels"
  | "losesAccess"
  | "slack"
  | "drift"
  | "leases"
  | "newlyAdmitted"
  | "found"
  | "members"
  | "decision"
  | "egress"
> & {
  readonly egress?: EgressDocument;
  readonly labels: LabelDocument;
  /** Exact up to 2^53 addresses. */
  readonly slack: readonly { readonly cidr: string; readonly addresses: number }[];
  readonly losesAccess: readonly (Omit<LostConsumer, "labels"> & { readonly labels: LabelDocument })[];
  readonly rules: readonly (RuleDocument & {
    readonly because: readonly Because[];
    readonly lease?: CompiledRule["lease"];
    readonly standsFor?: readonly Cidr[];
  })[];
  readonly drift: readonly (Omit<Drift, "rule" | "before"> & {
    readonly rule?: RuleDocument;
    readonly before?: RuleDocument;
  })[];
  readonly leases: readonly (Omit<Lease, "rule"> & { readonly rule: RuleDocument })[];
  readonly steps: readonly StepDocument[];
  /** Counts as text: IPv6 ranges hold more addresses than a number can count. */
  readonly newlyAdmitted: Omit<NewlyAdmitted, "addresses"> & { readonly addresses: string };
  readonly reachable: { readonly now: string; readonly nowUnknown: boolean; readonly planned: string };
};

/** What a database may open, where policy says so. */
export type EgressDocument = Omit<EgressPlan, "rules" | "kept" | "losesAccess"> & {
  readonly rules: readonly (RuleDocument & { readonly because: readonly Because[] })[];
  readonly kept: readonly RuleDocument[];
  readonly losesAccess: readonly (Omit<LostDestination, "labels"> & { readonly labels: LabelDocument })[];
};

/** Renders a plan as plain JSON data, with the same bytes for the same plan. */
export function planDocument(plan: Plan): PlanDocument {
  return {
    version: 1,
    kind: "plan",
    policy: plan.policy,
    databases: plan.databases.map(databaseDocument),
    ...(plan.leftOut === undefined ? {} : { leftOut: plan.leftOut }),
    findings: plan.findings,
  };
}

function databaseDocument({
  found: _,
  members: __,
  decision: ___,
  egress,
  ...database
}: DatabasePlan): DatabaseDocument {
  return {
    ...database,
    ...(egress === undefined ? {} : { egress: egressDocument(egress) }),
    rules: database.rules.map((rule) => ({
      ...desiredRuleDocument(rule),
      because: rule.because,
      ...(rule.lease === undefined ? {} : { lease: rule.lease }),
    })),
    drift: database.drift.map(({ rule, before, ...drift }) => ({
      ...drift,
      ...(rule === undefined ? {} : { rule: ruleDocument(rule) }),
      ...(before === undefined ? {} : { before: ruleDocument(before) }),
    })),
    leases: database.leases.map((lease) => ({ ...lease, rule: ruleDocument(lease.rule) })),
    steps: database.steps.map(stepDocument),
    labels: labelDocument(database.labels),
    slack: database.slack.map(({ cidr, addresses }) => ({ cidr, addresses: Number(addresses) })),
    losesAccess: database.losesAccess.map((lost) => ({ ...lost, labels: labelDocument(lost.labels) })),
    newlyAdmitted: {
      ...database.newlyAdmitted,
      addresses: database.newlyAdmitted.addresses.toString(),
    },
    reachable: {
      now: database.reachable.now.toString(),
      nowUnknown: database.reachable.nowUnknown,
      planned: database.reachable.planned.toString(),
    },
  };
}

const egressDocument = (egress: EgressPlan): EgressDocument => ({
  ...egress,
  rules: egress.rules.map((rule) => ({ ...ruleDocument(rule), because: rule.because })),
  kept: egress.kept.map(ruleDocument),
  losesAccess: egress.losesAccess.map((lost) => ({ ...lost, labels: labelDocument(lost.labels) })),
});

/** Renders labels. */
export const labelDocument = (labels: LostConsumer["labels"]): LabelDocument =>
  Object.fromEntries(
    Object.entries(labels).map(([key, values]) => [key, values.length === 1 ? (values[0] ?? "") : values]),
  );

/** Renders one step. */
export function stepDocument(step: Step): StepDocument {
  switch (step.action) {
    case "authorize":
    case "revoke":
      return { ...step, rules: step.rules.map(ruleDocument) };
    default:
      return step;
  }
}

/** Renders a rule that should stand: of one that names a group, what policy granted by it, too. */
export function desiredRuleDocument(
  rule: CompiledRule,
): RuleDocument & { readonly standsFor?: readonly Cidr[] } {
  const { standsFor } = rule;
  return { ...ruleDocument(rule), ...(standsFor === undefined ? {} : { standsFor }) };
}

/** Renders one rule. */
export function ruleDocument(rule: RuleContent | RevokedRule): RuleDocument {
  return {
    direction: rule.direction,
    protocol: rule.protocol,
    ...(rule.fromPort === undefined ? {} : { fromPort: rule.fromPort }),
    ...(rule.toPort === undefined ? {} : { toPort: rule.toPort }),
    source: sourceText(rule.source),
    ...("securityGroupRuleId" in rule && rule.securityGroupRuleId !== undefined
      ? { securityGroupRuleId: rule.securityGroupRuleId }
      : {}),
    ...("was" in rule && rule.was !== undefined ? { was: rule.was } : {}),
  };
}
