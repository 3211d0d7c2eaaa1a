import type { Because } from "../policy/resolution.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import type { AddressChange, DatabaseComparison, PlanComparison } from "./compare-plans.ts";
import type { LostConsumer, Plan, Refusal } from "./plan.ts";
import { type LabelDocument, labelDocument, type RuleDocument, ruleDocument } from "./plan-document.ts";

type ReasonedRule = RuleDocument & { readonly because: readonly Because[] };
type LostDocument = Omit<LostConsumer, "labels"> & { readonly labels: LabelDocument };

/** Counts as text: IPv6 ranges hold more addresses than a number can count. */
interface AddressChangeDocument {
  readonly addresses: string;
  readonly cidrs: readonly string[];
}

/** What provisioning the draft would change, as `moat plan --draft --json` prints it under `draft`. */
export interface ComparisonDocument {
  /** The policy in force. */
  readonly active: Plan["policy"];
  /** Databases for which the draft makes a difference. */
  readonly databases: readonly {
    readonly id: string;
    readonly arn: string;
    readonly rulesAdded: readonly ReasonedRule[];
    readonly rulesRemoved: readonly ReasonedRule[];
    readonly gains: AddressChangeDocument;
    readonly loses: AddressChangeDocument;
    readonly losesAccess: readonly LostDocument[];
    readonly keepsAccess: readonly LostDocument[];
    readonly refused: readonly Refusal[];
    readonly acceptable: readonly Refusal[];
  }[];
  /** How many databases stay as they are. */
  readonly same: number;
}

/** Renders a comparison as plain JSON data, with the same bytes for the same plans. */
export function comparisonDocument({ from, databases, same }: PlanComparison): ComparisonDocument {
  return { active: from, databases: databases.map(databaseDocument), same };
}

function databaseDocument(database: DatabaseComparison): ComparisonDocument["databases"][number] {
  return {
    ...database,
    rulesAdded: database.rulesAdded.map(reasonedRule),
    rulesRemoved: database.rulesRemoved.map(reasonedRule),
    gains: addressDocument(database.gains),
    loses: addressDocument(database.loses),
    losesAccess: database.losesAccess.map(lostDocument),
    keepsAccess: database.keepsAccess.map(lostDocument),
  };
}

const reasonedRule = (rule: CompiledRule): ReasonedRule => ({ ...ruleDocument(rule), because: rule.because });

const addressDocument = ({ addresses, cidrs }: AddressChange): AddressChangeDocument => ({
  addresses: addresses.toString(),
  cidrs,
});

const lostDocument = (lost: LostConsumer): LostDocument => ({ ...lost, labels: labelDocument(lost.labels) });
