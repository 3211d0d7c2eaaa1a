import { digest } from "../digest.ts";
import { databaseMode } from "../inventory/mode.ts";
import type { Database } from "../inventory/model.ts";
import { type AddressSet, countAddresses, EMPTY_SET, union } from "../net/address-set.ts";
import type { DatabasePolicy } from "../policy/resolution.ts";
import { type CompiledRule, compileRules } from "../rule/compile-rules.ts";
import { type Fit, fitRules, type SlackLimit } from "../rule/fit-rules.ts";
import { type Reach, reachOf } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import { totalWeight } from "../rule/rule-weight.ts";
import { databaseFindings } from "./database-findings.ts";
import { refusals } from "./gates.ts";
import { type ConsumerLabels, lostConsumers } from "./losses.ts";
import { preferredGroupName } from "./managed-group-name.ts";
import type { DatabasePlan, LostConsumer, Refusal } from "./plan.ts";
import { type Change, type LiveDatabase, liveDatabase, planChange } from "./plan-change.ts";
import type { ObservedConsumer, World } from "./world.ts";

/** What is known about one database besides AWS. */
export interface DatabaseKnowledge {
  readonly policy: DatabasePolicy;
  readonly policyComplete: boolean;
  /** `undefined` when no flow history was given. */
  readonly observed: readonly ObservedConsumer[] | undefined;
  readonly labelsOf: ConsumerLabels;
  /** Addresses known to be somebody's: slack never admits one. */
  readonly somebodys: AddressSet;
}

/** Plans one database: rules, steps or refusals, who loses access, and what a person should know. */
export function planDatabase(world: World, database: Database, knowledge: DatabaseKnowledge): DatabasePlan {
  const { mode, problem } = databaseMode(database, world.settings.modes);
  const enforced = mode === "enforce";
  const assessment = assess(enforced ? world : withoutNaming(world), database, knowledge);
  const { live, rules, slack, now, change, losses, refused } = assessment;
  const { policy } = knowledge;
  const steps = change?.steps ?? [];
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
    rules,
    steps: enforced && refused.length === 0 ? steps : [],
    refused: enforced ? refused : [],
    losesAccess: losses,
    slack,
    findings: [
      ...(problem === undefined ? [] : [problem]),
      ...databaseFindings({ live, policy, now, change, mode, observed: knowledge.observed, refused }),
      ...policy.findings,
    ],
    reachable: {
      now: countAddresses(now.admitted),
      nowUnknown: now.unknown.length > 0 || live.unread.length > 0,
      planned: countAddresses(policy.allowed),
    },
    quota: quotaUse(world, change),
    basis: basisOf(world, live),
  };
}

interface Assessment {
  readonly live: LiveDatabase;
  readonly rules: readonly CompiledRule[];
  readonly slack: Fit["slack"];
  readonly now: Reach;
  readonly change: Change | undefined;
  readonly losses: readonly LostConsumer[];
  readonly refused: readonly Refusal[];
}

function assess(world: World, database: Database, knowledge: DatabaseKnowledge): Assessment {
  const live = liveDatabase(world, database);
  const { policy } = knowledge;
  const port = database.unsupported === undefined ? database.port : undefined;
  const fit = fitRules(
    policy.allowed,
    world.inventory.quotas,
    world.settings.slack ?? NO_SLACK,
    union(knowledge.somebodys, policy.overrideDenied),
  );
  const rules = port === undefined ? [] : compileRules(policy, port, fit.allowed);
  const now = port === undefined ? NOTHING : reachOf(live.attached, port, world.peers);
  const plannable = port !== undefined && live.unread.length === 0;
  const change = plannable ? planChange(world, live, rules, fit.allowed, port) : undefined;
  const losses = lostConsumers(knowledge.observed ?? [], now, fit.allowed, knowledge.labelsOf);
  const refused = refusals({
    world,
    live,
    policy,
    policyComplete: knowledge.policyComplete,
    port,
    now,
    change,
    ...(fit.overflow === undefined ? {} : { overflow: fit.overflow }),
    losses,
    observedClients: knowledge.observed?.length,
  });
  return { live, rules, slack: fit.slack, now, change, losses, refused };
}

/** What an observed database would get takes no names away from the groups that the plan does create. */
function withoutNaming(world: World): World {
  return {
    ...world,
    nextNewGroup: () => "new",
    takeGroupName: (_, databaseId) => preferredGroupName(databaseId),
  };
}

const NO_SLACK: SlackLimit = { maxAddresses: 0n };

const NOTHING: Reach = { admitted: EMPTY_SET, untracked: EMPTY_SET, unknown: [] };

function quotaUse(world: World, change: Change | undefined): DatabasePlan["quota"] {
  const limit = world.inventory.quotas.rulesPerSecurityGroup;
  const weights = (change?.slots ?? []).map((s) => totalWeight(s.placed, world.peers.prefixLists));
  return { used: Math.max(0, ...weights.flatMap((w) => [w.v4, w.v6])), limit };
}

/** Everything live that the steps depend on: if any of it differs later, the plan was made for another world. */
export function basisOf(world: World, live: LiveDatabase): string {
  const groups = [...live.managed, ...live.attached]
    .map((g) =>
      [
        g.groupId,
        g.tags["moat:owner"] ?? "",
        g.tags["moat:database"] ?? "",
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
    ].join("\n"),
  );
}
