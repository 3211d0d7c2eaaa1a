import type { Diagnostic } from "../core/diagnostic.ts";
import { databaseIdentities } from "../core/inventory/database-identity.ts";
import type { Database } from "../core/inventory/model.ts";
import { formatAddress } from "../core/net/address.ts";
import { EMPTY_SET } from "../core/net/address-set.ts";
import { type AddressExplanation, explainAddress } from "../core/policy/explain/explain-address.ts";
import { objectName } from "../core/policy/explain/words.ts";
import { labelsOf } from "../core/policy/label-values.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";
import type { DatabaseIdentity } from "../core/policy/resolution.ts";
import { parseConsumerSource } from "../core/policy/source/consumer-source.ts";
import { type FoundConsumers, findConsumers } from "../core/policy/source/find-consumers.ts";
import { err, ok, type Result } from "../core/result.ts";
import { peerIndex } from "../core/rule/reach.ts";
import type {
  AccessExplanation,
  ExplainedDatabase,
  NearestRule,
  Reason,
  Verdict,
} from "./access-explanation.ts";
import { seenFlows } from "./explain-flows.ts";
import { explainLive, liveAnswer, liveGroups } from "./explain-live.ts";
import { nearestRule, reasonsOf } from "./explain-reasons.ts";
import { explainedSubjects, type Subject } from "./explain-subjects.ts";
import { whatIsUnknown } from "./explain-unknown.ts";
import { findDatabase } from "./find-database.ts";
import type { Planned } from "./plan-databases.ts";

export interface AccessQuestion {
  /** An address, a CIDR, a workload's name, or labels. */
  readonly source: string;
  /** Id, ARN or endpoint, with `:port` after it if another than the listener's is meant. */
  readonly database: string;
  /** Name of this installation. */
  readonly owner: string;
  /** The same world with the policy that is not provisioned yet. */
  readonly draft?: Planned;
}

/**
 * Explains why a consumer may or may not reach a database: what policy says and why, what is live, what was seen, and
 * what is not known.
 */
export function explainAccess(
  planned: Planned,
  question: AccessQuestion,
): Result<AccessExplanation, Diagnostic> {
  const target = findTarget(planned, question);
  if (!target.ok) return target;
  const source = parseConsumerSource(question.source);
  if (!source.ok) return source;
  const found = findConsumers(planned.index, source.value);
  if (!found.ok) return found;
  return ok(explained(planned, question, target.value, found.value));
}

interface Target {
  readonly database: Database;
  readonly identity: DatabaseIdentity;
  readonly port: number | undefined;
  /** The port is the one that the database listens on. */
  readonly listener: boolean;
}

/** ARNs have colons of their own, so the whole text is tried first. */
function findTarget(planned: Planned, { database: text, owner }: AccessQuestion): Result<Target, Diagnostic> {
  const { inventory } = planned;
  const whole = findDatabase(inventory, text);
  if (whole.kind === "found") return ok(targetOf(planned, whole.database, owner, whole.database.port));
  const [, name, digits] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (name === undefined) return err(whole.problem);
  const found = findDatabase(inventory, name);
  return found.kind === "found"
    ? ok(targetOf(planned, found.database, owner, Number(digits)))
    : err(found.problem);
}

function targetOf(
  { inventory }: Planned,
  database: Database,
  owner: string,
  port: number | undefined,
): Target {
  const identity = databaseIdentities(inventory, owner).find((each) => each.arn === database.arn);
  if (identity === undefined) throw new Error(`No identity for ${database.arn}`);
  return { database, identity, port, listener: port === database.port };
}

function explained(
  planned: Planned,
  question: AccessQuestion,
  target: Target,
  found: FoundConsumers,
): AccessExplanation {
  const { index } = planned;
  const { database, identity, port, listener } = target;
  const answer = planned.resolution.databases.get(database.arn);
  const peers = peerIndex(planned.inventory);
  const groups = liveGroups(planned, database, peers);
  const { subjects, summary } = explainedSubjects(index, found, {
    allowed: listener && answer !== undefined ? answer.allowed : EMPTY_SET,
    grants: () => answer?.grants ?? [],
    live: (addresses) => liveAnswer(groups, addresses, port),
  });
  const about = subjects.find((each) => each.shown.verdict === "denied") ?? subjects[0];
  const verdict = about?.shown.verdict ?? "denied";
  const close = about === undefined || !listener ? undefined : explainAddress(index, identity, about.first);
  const addresses = about?.addresses ?? EMPTY_SET;
  const owner = question.owner;
  const live = explainLive(planned, { database, owner, live: groups, peers, addresses, port, verdict });
  const flows = seenFlows(planned, database.arn, found.addresses, port);
  const draft = listener ? draftOf(question.draft, identity, about, verdict) : undefined;
  return {
    version: 1,
    kind: "explain",
    policy: planned.plan.policy,
    source: { given: question.source, kind: found.source.kind, workloads: workloadsOf(index, found) },
    database: databaseOf(planned, database),
    ...(port === undefined ? {} : { port }),
    verdict,
    summary,
    subjects: subjects.map((each) => each.shown),
    ...(about === undefined ? {} : { about: formatAddress(about.first) }),
    because: becauseOf(index, target, about, close),
    nearest: [...(draft?.nearest ?? []), ...nearestOf(index, close)],
    live,
    flows,
    ...(draft === undefined ? {} : { draft: draft.says }),
    unknown: whatIsUnknown({ index, answer, live, unreadGroups: groups.unread, flows, found }),
  };
}

function becauseOf(
  index: PolicyIndex,
  { database, port, listener }: Target,
  about: Subject | undefined,
  close: AddressExplanation | undefined,
): readonly Reason[] {
  if (about === undefined) return [{ kind: "nobody", what: "no workload with an address is meant" }];
  if (listener) return close === undefined ? [] : reasonsOf(index, close);
  const listens = `${database.id} listens on tcp ${database.port ?? "no port yet"}`;
  return [{ kind: "notTheListener", what: `${listens}; nothing is granted on ${port ?? "another port"}` }];
}

function nearestOf(index: PolicyIndex, close: AddressExplanation | undefined): readonly NearestRule[] {
  return close?.verdict === "denied" ? close.nearest.map((near) => nearestRule(index, near)) : [];
}

function workloadsOf(index: PolicyIndex, found: FoundConsumers): AccessExplanation["source"]["workloads"] {
  return found.workloads
    .flatMap((at) => index.workloads[at] ?? [])
    .map((workload) => ({
      href: workload.href,
      name: objectName(workload),
      labels: labelsOf(index, [workload]),
    }));
}

function databaseOf(planned: Planned, database: Database): ExplainedDatabase {
  const plan = planned.plan.databases.find((each) => each.arn === database.arn);
  const answer = planned.resolution.databases.get(database.arn);
  return {
    id: database.id,
    arn: database.arn,
    kind: database.kind,
    engine: database.engine,
    ...(database.port === undefined ? {} : { port: database.port }),
    mode: plan?.mode ?? "observe",
    labels: answer?.labels ?? {},
    matched: answer?.matched ?? [],
  };
}

interface DraftAnswer {
  readonly says: { readonly verdict: Verdict; readonly version: string };
  /** The rules of the draft that would allow once they are provisioned. */
  readonly nearest: readonly NearestRule[];
}

function draftOf(
  draft: Planned | undefined,
  identity: DatabaseIdentity,
  about: Subject | undefined,
  verdict: Verdict,
): DraftAnswer | undefined {
  if (draft === undefined || about === undefined) return undefined;
  const { index, plan } = draft;
  const answer = explainAddress(index, identity, about.first);
  const says = { verdict: answer.verdict, version: plan.policy.version };
  if (answer.verdict === "denied" || verdict === "allowed") return { says, nearest: [] };
  return { says, nearest: answer.by.map((path) => notProvisioned(index, path)) };
}

function notProvisioned(index: PolicyIndex, path: Parameters<typeof nearestRule>[1]["path"]): NearestRule {
  const { rule } = path;
  const gap = {
    code: "NOT_PROVISIONED",
    condition: "the draft would allow it; it is not provisioned",
    fix: "provision the pending changes",
    change: { kind: "provision", rule: rule.href },
  } as const;
  return nearestRule(index, { path, gaps: [gap], tried: true });
}
