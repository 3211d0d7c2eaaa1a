import type { Diagnostic } from "../diagnostic.ts";
import { type AddressSet, isEmpty, subtract } from "../net/address-set.ts";
import { type Resolving, resolveAllowRules } from "./allow-rules.ts";
import { consumers } from "./consumer-set.ts";
import { type DatabaseDraft, databaseDraft } from "./database-draft.ts";
import { type DatabaseMatch, matchDatabases } from "./database-match.ts";
import { databasePolicy } from "./database-policy.ts";
import { type FindingTexts, sortedFindings } from "./findings.ts";
import { type Grants, grants } from "./grants.ts";
import { labelsOf } from "./label-values.ts";
import type { Policy } from "./model.ts";
import { resolveOverrideDenies } from "./override-denies.ts";
import { type PolicyIndex, policyIndex } from "./policy-index.ts";
import { providerIndex } from "./provider-index.ts";
import { noteProviderIpLists } from "./provider-ip-lists.ts";
import { type Reasons, type ReasonsWithin, reasons } from "./reasons.ts";
import type { DatabaseIdentity, DatabasePolicy, Resolution, ResolveOptions } from "./resolution.ts";
import { type SetUnions, setUnions } from "./set-unions.ts";

/**
 * Says for each database whom policy lets in on its listener, and why.
 *
 * Allows are added up over all rules, and override denies are taken away; ordinary denies and enforcement boundaries
 * change nothing. What cannot be read grants nothing, and marks a database as incomplete when it might deny.
 */
export function resolvePolicy(
  policy: Policy,
  databases: readonly DatabaseIdentity[],
  options: ResolveOptions = {},
): Resolution {
  return resolveIndexed(policyIndex(policy, options), databases);
}

/** As {@link resolvePolicy}, for a policy that is loaded already. */
export function resolveIndexed(index: PolicyIndex, databases: readonly DatabaseIdentity[]): Resolution {
  const matches = matchDatabases(index, databases);
  const to: Resolving = {
    lookups: consumers(index),
    providers: providerIndex(index, matches),
    drafts: matches.map(databaseDraft),
    findings: new Set<Diagnostic>([...index.policy.problems, ...index.findings]),
  };
  for (const ruleSet of index.policy.ruleSets) {
    if (!ruleSet.enabled) continue;
    resolveAllowRules(to, ruleSet);
    resolveOverrideDenies(to, ruleSet);
  }
  noteProviderIpLists(to);
  const allowed = setUnions(to.drafts.map(allowedSets));
  const denied = setUnions(to.drafts.map((draft) => draft.denied));
  const shared: Shared = {
    index,
    allowed,
    denied,
    texts: new Map(),
    grants: grants(to.lookups),
    reasons: reasons(to.lookups),
  };
  return {
    databases: new Map(to.drafts.map((draft) => [draft.match.database.arn, finished(draft, shared)])),
    findings: sortedFindings(to.findings),
  };
}

/** What the databases share while their answers are put together. */
interface Shared {
  readonly index: PolicyIndex;
  readonly allowed: SetUnions;
  readonly denied: SetUnions;
  readonly texts: FindingTexts;
  readonly grants: Grants;
  readonly reasons: Reasons;
}

function allowedSets(draft: DatabaseDraft): AddressSet[] {
  return [...draft.allowed.keys()].map((set) => set.addresses);
}

function finished(draft: DatabaseDraft, shared: Shared): DatabasePolicy {
  const allowed = shared.allowed(allowedSets(draft));
  const overrideDenied = shared.denied(draft.denied);
  const answer = {
    arn: draft.match.database.arn,
    matched: draft.match.matched,
    labels: databaseLabels(shared.index, draft.match),
    allowed: isEmpty(overrideDenied) ? allowed : subtract(allowed, overrideDenied),
    overrideDenied,
    incomplete: sortedFindings(draft.incomplete, shared.texts),
    findings: sortedFindings(draft.findings, shared.texts),
  };
  let within: ReasonsWithin | undefined;
  return databasePolicy(answer, {
    grants: () => shared.grants(draft, overrideDenied),
    within: () => {
      within ??= shared.reasons(draft, overrideDenied);
      return within;
    },
  });
}

/** The labels of the objects that stand for a database. */
export function databaseLabels(index: PolicyIndex, match: DatabaseMatch): DatabasePolicy["labels"] {
  return labelsOf(index, [
    ...match.workloads.flatMap((at) => index.workloads[at] ?? []),
    ...match.virtualServices.flatMap((at) => index.virtualServices[at] ?? []),
  ]);
}
