import type { Address } from "../../net/address.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { DatabaseIdentity } from "../resolution.ts";
import { type DenyHit, decidingDenies } from "./deciding-denies.ts";
import { allPaths, type NearRule, nearRules } from "./near-rules.ts";
import { askPolicy } from "./question.ts";
import type { RulePath } from "./rule-paths.ts";

/** Why policy denies: what decided, and nothing else. */
export type DenialReason =
  /** A rule allows, and these override denies are against it; only all of them together decide. */
  | { readonly kind: "overrideDenied"; readonly denies: readonly DenyHit[] }
  /** No rule that opens the database has the address among its consumers. */
  | { readonly kind: "notAConsumer"; readonly rulesThatOpen: number }
  | { readonly kind: "noRuleForDatabase" }
  | { readonly kind: "databaseUnknownToPolicy" }
  | { readonly kind: "noListener" };

/** What policy says of one address and one database, and why. */
export type AddressExplanation =
  | {
      readonly verdict: "allowed";
      /** Every rule that allows, by each object that brings the address in. */
      readonly by: readonly RulePath[];
    }
  | { readonly verdict: "denied"; readonly reason: DenialReason; readonly nearest: readonly NearRule[] };

/** Explains one address to one database, on the database's own listener. */
export function explainAddress(
  index: PolicyIndex,
  database: DatabaseIdentity,
  address: Address,
): AddressExplanation {
  const question = askPolicy(index, database, address);
  if (database.port === undefined) return denied({ kind: "noListener" });
  if (question.match.workloads.length === 0) return denied({ kind: "databaseUnknownToPolicy" });
  const paths = allPaths(question, "serving").flat();
  const granting = distinct(paths.filter((path) => path.gaps.length === 0));
  const denies = decidingDenies(question);
  if (granting.length > 0 && denies.length === 0) return { verdict: "allowed", by: granting };
  const nearest = nearRules(question);
  if (granting.length > 0) return { verdict: "denied", reason: { kind: "overrideDenied", denies }, nearest };
  return { verdict: "denied", reason: notGranted(paths), nearest };
}

const denied = (reason: DenialReason): AddressExplanation => ({ verdict: "denied", reason, nearest: [] });

/** Rules open the database when only the consumer is missing. */
function notGranted(paths: readonly RulePath[]): DenialReason {
  const opening = paths.filter(({ gaps, consumer }) => gaps.every((gap) => consumer.gaps.includes(gap)));
  if (opening.length === 0) return { kind: "noRuleForDatabase" };
  return { kind: "notAConsumer", rulesThatOpen: new Set(opening.map((path) => path.rule.href)).size };
}

/** One path per rule and consumer; scopes and providers may bring the same one in twice. */
function distinct(paths: readonly RulePath[]): readonly RulePath[] {
  const keyOf = (path: RulePath): string =>
    `${path.rule.href} ${path.consumer.party.kind} ${path.consumer.party.href ?? ""}`;
  const found = new Map<string, RulePath>();
  for (const path of paths) if (!found.has(keyOf(path))) found.set(keyOf(path), path);
  return [...found].toSorted(([a], [b]) => Number(a > b) - Number(a < b)).map(([, path]) => path);
}
