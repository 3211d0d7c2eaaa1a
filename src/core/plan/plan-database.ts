import type { Diagnostic } from "../diagnostic.ts";
import { digest } from "../digest.ts";
import type { Drift } from "../drift/drift.ts";
import { type DriftInput, findDrift, type Remembered } from "../drift/find-drift.ts";
import { databaseMode } from "../inventory/mode.ts";
import type { Database, Quotas } from "../inventory/model.ts";
import { type AddressSet, countAddresses, EMPTY_SET, union } from "../net/address-set.ts";
import { noOutbound, type OutboundPolicy } from "../policy/outbound/outbound-policy.ts";
import type { DatabasePolicy } from "../policy/resolution.ts";
import type { CompiledRule } from "../rule/compile-rules.ts";
import type { Fit } from "../rule/fit-rules.ts";
import { type Reach, reachOf, reachOfRules } from "../rule/reach.ts";
import { type GroupMembers, membersKey } from "../rule/reference-members.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import { type Adoption, adoptedIsFull, adoptionOf, planAdopted } from "./adoption.ts";
import { databaseFindings, type HistoryLook } from "./database-findings.ts";
import { desiredRules } from "./desired-rules.ts";
import { type Egress, egressOf } from "./egress.ts";
import { exceptionFindings } from "./exception-findings.ts";
import { type Exceptions, exceptionsOf, withLeases } from "./exceptions.ts";
import { refusals } from "./gates.ts";
import { LEFT_RULES_TAGS } from "./left-rules.ts";
import { type ConsumerLabels, lostConsumers } from "./losses.ts";
import { preferredGroupName } from "./managed-group-name.ts";
import { newlyAdmitted } from "./newly-admitted.ts";
import type { ObservedDestination } from "./observed-destinations.ts";
import { referencedMembers, referenceFindings, widenedGroups } from "./own-references.ts";
import type { DatabasePlan, EgressPlan, FoundGroup, Gate, LostConsumer, Refusal } from "./plan.ts";
import { type Change, type LiveDatabase, liveDatabase, planChange } from "./plan-change.ts";
import type { ObservedConsumer, World } from "./world.ts";

/** What is known about one database besides AWS. */
export interface DatabaseKnowledge {
  readonly policy: DatabasePolicy;
  /** The answer that `policy` comes from. */
  readonly answer: { readonly source: string; readonly version: string; readonly complete: boolean };
  /** `undefined` when no flow history was given. */
  readonly observed: readonly ObservedConsumer[] | undefined;
  /** Why a history that is kept does not say who was seen: it was not asked, or has nothing of the database. */
  readonly historyLook?: HistoryLook;
  readonly labelsOf: ConsumerLabels;
  readonly historyProblem?: Diagnostic;
  /** Addresses known to be somebody's: slack never admits one. */
  readonly somebodys: AddressSet;
  /** What stood when the database was last in sync, where somebody kept watch. */
  readonly remembered?: Remembered;
  /** What policy lets it open; absent where nobody asked. */
  readonly outbound?: OutboundPolicy;
  /** Whom it was seen connecting to; `undefined` where nothing that was read can say so. */
  readonly destinations?: readonly ObservedDestination[] | undefined;
}

/** Plans one database: rules, steps or refusals, who loses access, and what a person should know. */
export function planDatabase(world: World, database: Database, knowledge: DatabaseKnowledge): DatabasePlan {
  const { mode, problem } = databaseMode(database, world.settings.modes);
  const enforced = mode === "enforce";
  const assessment = assess(enforced ? world : withoutNaming(world), database, knowledge);
  const { live, rules, slack, now, change, losses, refused, exceptions, drift } = assessment;
  const { policy } = knowledge;
  const steps = change?.steps ?? [];
  const members = referencedMembers(world, live, rules);
  return {
    id: database.id,
    arn: database.arn,
    kind: database.kind,
    engine: database.engine,
    ...(database.port === undefined ? {} : { port: database.port }),
    mode,
    accountId: database.accountId,
    region: database.region,
    inSync: change !== undefined && steps.length === 0 && refused.length === 0,
    labels: policy.labels,
    managedGroups: live.managed.map((g) => g.groupId),
    attachedGroups: live.attachedIds,
    ...(live.listedIds === undefined ? {} : { listedGroups: live.listedIds }),
    rules,
    steps: enforced && refused.length === 0 ? steps : [],
    refused: enforced ? refused : [],
    losesAccess: losses,
    slack,
    drift,
    keptGroups: exceptions.keptGroups.map((g) => g.groupId),
    found: foundGroups(live),
    members,
    decision: {
      owner: world.settings.owner,
      policy: { ...knowledge.answer, complete: knowledge.answer.complete && policy.incomplete.length === 0 },
      shrinkPercent: world.settings.shrinkPercent,
      acknowledged: overruledGates(assessment),
    },
    leases: exceptions.leases,
    findings: [
      ...(problem === undefined ? [] : [problem]),
      ...databaseFindings({ ...knowledge, live, now, change, mode, refused, egress: assessment.egress }),
      ...exceptionFindings(live.database.id, exceptions, drift),
      ...referenceFindings(world, live, rules, union(policy.allowed, exceptions.reach)),
      ...policy.findings,
    ],
    reachable: {
      now: countAddresses(now.admitted),
      nowUnknown: now.unknown.length > 0 || live.unread.length > 0,
      planned: countAddresses(union(policy.allowed, exceptions.reach)),
    },
    newlyAdmitted: newlyAdmitted(now, database.port === undefined ? EMPTY_SET : assessment.after),
    quota: quotaUse(world, change),
    ...egressPlan(assessment.egress),
    basis: basisOf(world, live, members),
  };
}

/** Managed and attached groups, each once. */
function foundGroups(live: LiveDatabase): readonly FoundGroup[] {
  const groups = new Map([...live.managed, ...live.attached].map((g) => [g.groupId, g]));
  return [...groups.values()].map(({ groupId, rules }) => ({ groupId, rules }));
}

interface Assessment {
  readonly live: LiveDatabase;
  readonly rules: readonly CompiledRule[];
  readonly slack: Fit["slack"];
  readonly now: Reach;
  /** What the planned rules and the groups that stay admit. */
  readonly after: AddressSet;
  readonly change: Change | undefined;
  readonly losses: readonly LostConsumer[];
  readonly refused: readonly Refusal[];
  readonly overruled: readonly Refusal[];
  readonly exceptions: Exceptions;
  readonly drift: readonly Drift[];
  readonly egress: Egress | undefined;
}

const overruledGates = ({ overruled, egress }: Assessment): readonly Gate[] =>
  [...overruled, ...(egress?.overruled ?? [])].map(({ gate }) => gate);

function egressPlan(egress: Egress | undefined): { readonly egress?: EgressPlan } {
  if (egress === undefined) return {};
  const { state, rules, kept, held, losesAccess } = egress;
  return { egress: { state, rules, kept, held, losesAccess } };
}

function assess(world: World, database: Database, knowledge: DatabaseKnowledge): Assessment {
  const found = liveDatabase(world, database);
  const adoption = adoptionOf(world, found);
  const adopted = adoption?.kind === "adopted" ? adoption.group : undefined;
  const live = adopted === undefined ? found : { ...found, managed: [adopted] };
  const { policy } = knowledge;
  const port = database.unsupported === undefined ? database.port : undefined;
  const exceptions = exceptionsOf(world, live, port, policy.overrideDenied, adopted);
  const desired = desiredRules(world, {
    policy,
    port,
    vpcId: database.vpcId,
    quotas: quotasBeside(world.inventory.quotas, exceptions),
    forbidden: union(knowledge.somebodys, policy.overrideDenied),
  });
  const { fit } = desired;
  const rules = port === undefined ? [] : withLeases(desired.rules, exceptions.leases, port);
  const after = union(fit.allowed, exceptions.reach);
  const memory = knowledge.remembered?.ruleKeys;
  const widened = widenedGroups(world, live, after, memory);
  const now = port === undefined ? NOTHING : reachOf(live.attached, port, world.peers);
  const plannable = port !== undefined && live.unread.length === 0 && adoption?.kind !== "refused";
  const egress = egressFor(world, live, plannable, exceptions, knowledge, now);
  const should = { rules, after, exceptions, widened, egress };
  const change = plannable ? changeOf(world, live, { ...should, port }) : undefined;
  const losses = lostConsumers(knowledge.observed ?? [], now, after, knowledge.labelsOf);
  const { refused, overruled } = refusals({
    world,
    live,
    policy,
    policyComplete: knowledge.answer.complete,
    port,
    now,
    change,
    ...adoptionRefusal(adoption, plannable && change === undefined, database.id),
    ...(fit.overflow === undefined ? {} : { overflow: fit.overflow }),
    losses,
    memory,
    observedClients: knowledge.observed?.length,
    historyProblem: knowledge.historyProblem,
  });
  const drift = port === undefined ? [] : findDrift(driftInput(world, live, { ...should, port }, knowledge));
  return {
    live,
    rules,
    slack: fit.slack,
    now,
    after,
    change,
    losses,
    refused,
    overruled,
    exceptions,
    drift,
    egress,
  };
}

function egressFor(
  world: World,
  live: LiveDatabase,
  plannable: boolean,
  exceptions: Exceptions,
  knowledge: DatabaseKnowledge,
  now: Reach,
): Egress | undefined {
  if (!plannable) return undefined;
  const {
    answer,
    outbound = noOutbound(live.database.arn),
    destinations,
    labelsOf,
    historyProblem,
  } = knowledge;
  return egressOf(world, live, exceptions, {
    outbound,
    policyComplete: answer.complete,
    destinations,
    labelsOf,
    historyProblem,
    now,
  });
}

/** Groups that stay beside Moat's take slots of the interface. */
const quotasBeside = (quotas: Quotas, { adopted, keptGroups }: Exceptions): Quotas => ({
  ...quotas,
  securityGroupsPerInterface:
    adopted === undefined ? Math.max(1, quotas.securityGroupsPerInterface - keptGroups.length) : 1,
});

/** How a database should stand. */
interface Should {
  readonly port: number;
  readonly rules: readonly CompiledRule[];
  readonly after: AddressSet;
  readonly exceptions: Exceptions;
  readonly widened: ReadonlySet<string>;
  readonly egress: Egress | undefined;
}

function changeOf(world: World, live: LiveDatabase, should: Should): Change | undefined {
  const { rules, after, port, exceptions, widened, egress } = should;
  const kept = { ...exceptions, widened };
  const change =
    exceptions.adopted === undefined
      ? planChange(world, live, rules, after, port, kept, egress)
      : planAdopted(world, live, exceptions.adopted, { ...kept, rules, after, port });
  return change === undefined ? undefined : withMemory(change, exceptions);
}

/** What a group is to remember is written last: nothing counts on it, and a group that goes needs no memory. */
function withMemory(change: Change, { remember }: Exceptions): Change {
  const goes = (group: string | undefined): boolean =>
    change.steps.some((s) => s.action === "deleteSecurityGroup" && s.group === group);
  const steps = remember.filter((s) => s.action === "tag" && !goes(s.group));
  return steps.length === 0 ? change : { ...change, steps: [...change.steps, ...steps] };
}

function adoptionRefusal(
  adoption: Adoption | undefined,
  isFull: boolean,
  databaseId: string,
): { readonly adoption?: Refusal } {
  if (adoption?.kind === "refused") return { adoption: adoption.refusal };
  return adoption !== undefined && isFull
    ? { adoption: adoptedIsFull(databaseId, adoption.group.groupId) }
    : {};
}

function driftInput(
  world: World,
  live: LiveDatabase,
  should: Should,
  { policy, remembered }: DatabaseKnowledge,
): DriftInput {
  const { leases, keptGroups, keptRules } = should.exceptions;
  const running = leases.flatMap((l) => (l.state === "running" ? [l.rule] : []));
  const governsEgress = should.egress?.state === "managed";
  return {
    databaseId: live.database.id,
    databaseArn: live.database.arn,
    owner: world.settings.owner,
    port: should.port,
    attached: live.attached,
    managed: live.managed,
    groups: world.groups,
    unread: live.unread,
    peers: world.peers,
    desired: [...should.rules, ...(governsEgress ? (should.egress?.desired ?? []) : [])],
    governsEgress,
    allowed: union(policy.allowed, reachOfRules(running, should.port, world.peers).admitted),
    keptGroups,
    keptRules,
    ownsAttachment: should.exceptions.adopted === undefined,
    ...(remembered === undefined ? {} : { remembered }),
  };
}

/** What an observed database would get takes no names away from the groups that the plan does create. */
function withoutNaming(world: World): World {
  return {
    ...world,
    nextNewGroup: () => "new",
    takeGroupName: (_, databaseId) => preferredGroupName(databaseId),
  };
}

const NOTHING: Reach = { admitted: EMPTY_SET, untracked: EMPTY_SET, unknown: [], byReference: false };

function quotaUse(world: World, change: Change | undefined): DatabasePlan["quota"] {
  const limit = world.inventory.quotas.rulesPerSecurityGroup;
  const weights = (change?.slots ?? []).map((s) =>
    totalWeight(
      [...s.placed, ...s.copies].filter((r) => r.direction === "ingress"),
      world.peers.prefixLists,
    ),
  );
  return { used: Math.max(0, ...weights.flatMap((w) => [w.v4, w.v6])), limit };
}

/** Everything live that the steps depend on: if any of it differs later, the plan was made for another world. */
export function basisOf(world: World, live: LiveDatabase, members: readonly GroupMembers[] = []): string {
  const groups = [...live.managed, ...live.attached]
    .map((g) =>
      [
        g.groupId,
        g.tags["moat:owner"] ?? "",
        g.tags["moat:database"] ?? "",
        ...LEFT_RULES_TAGS.flatMap((key) => g.tags[key] ?? []),
        ...g.rules.map(ruleKey).sort(),
      ].join(" "),
    )
    .sort();
  const quotas = world.inventory.quotas;
  return digest(
    [
      live.database.resourceId,
      live.attachedIds.join(" "),
      live.database.port,
      quotas.rulesPerSecurityGroup,
      quotas.securityGroupsPerInterface,
      ...new Set(groups),
      ...members.map(membersKey),
    ].join("\n"),
  );
}
